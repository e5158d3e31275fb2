"""Tables of positions: read, written, and described by the file next to them."""

import pytest

from optimap._regions import is_positions, read_made, read_positions, write_positions
from optimap.trace import regions
from tests.errors import check_error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,y\n1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("name,y,x\na,2,1\n\nb, 4 ,3.5\n", [(1, 2), (3.5, 4)]),
        ("\ufeffX,Y\r\n1,2\r\n", [(1, 2)]),
        ("x;y\n1,5;2\n3;4,25\n", [(1.5, 2), (3, 4.25)]),
        ("1,5;2,5\r\n-0,5;,25\r\n", [(1.5, 2.5), (-0.5, 0.25)]),
        ("x;y\n1.5;2\n", [(1.5, 2)]),
        ("name;y;x\n;2;1,5\n", [(1.5, 2)]),
        ("sep=;\nx;y\n1,5;2\n", [(1.5, 2)]),
        ("x\ty\n1,5\t2\n", [(1.5, 2)]),
        ("1.5\t2\n3\t4\n", [(1.5, 2), (3, 4)]),
        ('"x;y",x,y\na,1,2\n', [(1, 2)]),
        ("1,2,0.5\n", [(1, 2)]),
        ("1,2,\n", [(1, 2)]),
        ('x,y\n"1,5","2"\n"3","4,25"\n', [(1.5, 2), (3, 4.25)]),
        ('"-12,5","0,0625"\n', [(-12.5, 0.0625)]),
        ("1.5 2\n 3  4\n", [(1.5, 2), (3, 4)]),
        ("x y\n1.5 2\n", [(1.5, 2)]),
        ("# x y\n1.500000000000000000e+00 2.000000000000000000e+00\n", [(1.5, 2)]),
        ("# y,x\n2,1.5\n", [(1.5, 2)]),
        ("# by hand; two points\n#\nx;y\n1,5;2\n", [(1.5, 2)]),
        ("index,axis-0,axis-1\n0,2.5,1\n1,4,3\n", [(1, 2.5), (3, 4)]),
        ("index;axis-0;axis-1;axis-2\n0;7;2,5;1\n", [(1, 2.5)]),
    ],
)
def test_positions_are_read(tmp_path, text, expected):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    assert read_positions(path) == expected


def test_tables_with_tabs_have_a_suffix_of_their_own(tmp_path):
    (tmp_path / "p.tsv").write_text("x\ty\n1\t2\n")
    assert is_positions(tmp_path / "p.tsv")
    assert regions(tmp_path / "p.tsv").names == ["x1_y2"]
    (tmp_path / "p.csv").write_text("sep=;\nX;Y\n1,5;2\n")
    assert is_positions(tmp_path / "p.csv")
    assert regions(tmp_path / "p.csv").names == ["x1.5_y2"]


def test_the_cure_for_uncertain_commas_works(tmp_path):
    path = tmp_path / "p.csv"
    for text in ("1,5;2,5\n", "1,5\t2,5\n", "x,y\n1.5,2.5\n"):
        path.write_text(text)
        assert read_positions(path) == [(1.5, 2.5)]


@pytest.mark.parametrize(
    ("text", "argument", "message"),
    [
        ("", "path", "holds no positions"),
        ("x,y\n", "path", "holds no positions"),
        ("a,b\n1,2\n", "path", "has the columns a, b: rename the columns of the positions to x and y"),
        ("a;b\n1;2\n", "path", "has the columns a, b: rename the columns of the positions to x and y"),
        ("1,5,2,5\n", "path", "row 1: '1,5,2,5' has 4 cells and no header, so it is uncertain .* semicolons or tabs"),
        ("\n1,5,2\n", "path", "row 2: '1,5,2' has 3 cells and no header, so it is uncertain"),
        ("x,y\n1,5,2,5\n", "path", "row 2: '1,5,2,5' has 4 cells under 2 titles, so it is uncertain"),
        ("x,y\n1,5,2.5\n", "path", "row 2: '1,5,2.5' has 3 cells under 2 titles"),
        ("x;y\n1.234,5;2\n", "path", "row 2: '1.234,5;2' is not a position"),
        (
            "x;y\n1,234;2.5\n",
            "path",
            r"has commas and points in its numbers \('1,234', '2.5'\): write all of them with",
        ),
        ('x,y\n"1,234","2"\n', "path", "row 2: '1,234,2' is not a position"),
        ("time_s,name,x,y,value\n0,a,1,2,9\n1,a,1,2,9\n", "path", "is a table of traces, which repeats each position"),
        ("x,y\n1,2\n3\n", "path", "row 3: '3' is not a position"),
        ("# two\nx,y\n# one\n3\n", "path", "row 4: '3' is not a position"),
        ("1,2\n3,four\n", "path", "row 2: '3,four' is not a position"),
    ],
)
def test_files_that_are_not_tables_of_positions_are_errors(tmp_path, text, argument, message):
    path = tmp_path / "p.csv"
    path.write_text(text)
    check_error(lambda: read_positions(path), ValueError, argument, message)


def test_names_may_be_in_the_encoding_of_a_spreadsheet_program(tmp_path):
    path = tmp_path / "p.csv"
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        path.write_bytes("Größe;x;y\nVorhöfe;12,5;20\n".encode(encoding))
        assert read_positions(path) == [(12.5, 20)]
    path.write_bytes("x;y\n12,5;20\n".encode("utf-16"))
    message = "is not a CSV file .*: save it as CSV, as text in UTF-8"
    check_error(lambda: read_positions(path), ValueError, "path", message, path)


def test_a_binary_file_is_not_a_table(tmp_path):
    (tmp_path / "p.csv").write_bytes(b"\xff\xfe\x00\x81")
    path = tmp_path / "p.csv"
    check_error(lambda: read_positions(path, "coords"), ValueError, "coords", "is not a CSV file", path)


def test_a_missing_file_and_a_folder_are_not_tables(tmp_path):
    missing = tmp_path / "nope.csv"
    check_error(lambda: read_positions(missing), FileNotFoundError, "path", "nope.csv does not exist", missing)
    check_error(lambda: read_positions(tmp_path), FileNotFoundError, "path", "is a folder: give a CSV file", tmp_path)


def test_positions_written_are_read_again_with_how_they_were_made(tmp_path):
    path = tmp_path / "p.csv"
    write_positions(path, [(1, 2.5), (3, 4)], made={"command": "optimap pick"})
    assert read_positions(path) == [(1, 2.5), (3, 4)]
    assert is_positions(path)
    assert read_made(path)["metadata"] == {"command": "optimap pick"}
    assert not read_made(path)["edited"]
    path.write_text("x,y\n1,2\n")
    assert read_made(path)["edited"]


def test_a_damaged_description_is_an_error_about_the_table(tmp_path):
    path = tmp_path / "p.csv"
    write_positions(path, [(1, 2)])
    (description,) = set(tmp_path.iterdir()) - {path}
    description.write_text("{")
    check_error(lambda: read_made(path), ValueError, "path", "which describes p.csv, is damaged", description)
    description.unlink()
    assert read_made(path) == {}


def test_a_table_without_a_description_is_known_by_its_columns(tmp_path):
    (tmp_path / "p.csv").write_text("X, Y\n1,2\n")
    (tmp_path / "other.csv").write_text("x,y,z\n1,2,3\n")
    assert is_positions(tmp_path / "p.csv")
    assert not is_positions(tmp_path / "other.csv")
    assert not is_positions(tmp_path / "p.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Name;X;Y\na;1,5;2\n", True), ("y,x\n2,1\n", True), (",x,y\n0,1,2\n", True), ("x;y;\n1,5;2;\n", True)),
        *(
            ("12,5;20\n", True),
            ("# x y\n1.5 2\n", True),
            ("1.5 2\n", True),
            ("1.5\t2\n", True),
            ("index,axis-0,axis-1\n0,2,1\n", True),
        ),
        *(("time_s,name,x,y,value\n0,a,1,2,9\n", False), ("frame,x,y\n0,1,2\n", False), ("name,age\na,1\n", False)),
        *(("1\n2\n", False), ("", False), ("index,shape-type,vertex-index,axis-0,axis-1\n", False)),
    ],
)
def test_tables_of_positions_are_known_by_their_titles_or_numbers(tmp_path, text, expected):
    path = tmp_path / "p.csv"
    path.write_text(text)
    assert is_positions(path) == expected
    if expected:
        assert read_positions(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,x,y\n3,9,2\n", "has several columns called x: rename those that are not the positions"),
        ("X,y,Y\n3,9,2\n", "has several columns called y"),
        ("axis-0,axis-1,axis-1\n3,9,2\n", "has several columns called axis-1"),
        ("x,y\n1_0,2\n", "row 2: '1_0,2' is not a position"),
    ],
)
def test_tables_that_contradict_themselves(tmp_path, text, message):
    path = tmp_path / "p.csv"
    path.write_text(text)
    check_error(lambda: read_positions(path, "source"), ValueError, "source", message, path)


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_marks_in_names_end_no_line(tmp_path, mark):
    path = tmp_path / "p.csv"
    path.write_text(f"x,y,name\n3,2,a{mark}b\n", encoding="utf-8")
    assert read_positions(path) == [(3, 2)]
