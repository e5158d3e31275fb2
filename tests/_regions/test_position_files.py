"""Tables of positions."""

import pytest

from optimap._regions import read_positions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,y\n1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("1,2\n3.5,4\n", [(1, 2), (3.5, 4)]),
        ("name,y,x\na,2,1\n\nb, 4 ,3.5\n", [(1, 2), (3.5, 4)]),
        ("\ufeffX,Y\r\n1,2\r\n", [(1, 2)]),
    ],
)
def test_positions_are_read(tmp_path, text, expected):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    assert read_positions(path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no positions"),
        ("x,y\n", "holds no positions"),
        ("a,b\n1,2\n", "has the columns a, b: positions need the columns x and y"),
        ("x,y\n1,2\n3\n", "row 3: '3' is not a position"),
        ("1,2\n3,four\n", "row 2: '3,four' is not a position"),
    ],
)
def test_what_is_no_table_of_positions_is_named(tmp_path, text, message):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_positions(path)


def test_a_binary_file_is_no_table(tmp_path):
    (tmp_path / "p.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ValueError, match="is not a CSV file"):
        read_positions(tmp_path / "p.csv")
