"""save_traces and load_traces: what goes in comes out, of every kind; errors before work; whole files or none."""

import gc
import importlib
import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimap._tables.kinds import SUFFIXES, find_kind
from optimap.trace import load_traces, save_traces, show_traces

LONG = [".csv", ".tsv", ".parquet", ".xlsx"]
DTYPES = ["?", "u1", "i1", "u2", "i4", ">i2", "u8", "i8", "f2", "f4", ">f4", "f8"]
POSITIONS = [(12, 16), (3.5, 0), (0, 2.25)]
TRACES = np.array([[1.5, -0.0, 3], [np.nan, 0.1, 5e-324], [np.inf, 1 / 3, -np.inf], [2, 1e300, 7]])

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
letters = st.characters(exclude_categories=["Cs"])


SHORT = np.array([[1.5, -0.0, 3], [np.nan, 0.1, 1e-45], [np.inf, 1 / 3, -np.inf], [2, 1e38, 7]], np.float32)


def increasing(frames):
    steps = st.floats(2**-10, 10, width=32)
    return st.lists(steps, min_size=frames, max_size=frames).map(lambda s: np.cumsum(np.array(s, np.float64)))


@st.composite
def tables(draw, archive=False):
    """What may be saved: any dtype and shape, NaN, infinity, subnormals; any axis, names, positions, metadata.

    For an archive: at least one value, times that increase, positions in a frame.
    """
    least = 1 if archive else 0
    frames = draw(st.integers(least, 5))
    shape = draw(st.sampled_from([(frames,), (frames, draw(st.integers(least, 3)))]))
    count = 1 if len(shape) == 1 else shape[1]
    given = {"traces": draw(arrays(draw(st.sampled_from(DTYPES)), shape))}
    axis = draw(st.sampled_from(["fps", "x"] if archive else ["fps", "x", "frames"]))
    if axis == "fps":
        given["fps"] = draw(st.floats(0.125, 1e5))
    elif axis == "x":
        any_x = arrays(draw(st.sampled_from(["i2", "u8", "f4", "f8"])), (frames,))
        given["x"] = draw(increasing(frames) if archive else any_x.filter(lambda x: np.isfinite(x).all()))
    coordinate = st.floats(-0.5, 40) if archive else st.floats(allow_nan=False, allow_infinity=False)
    if archive or draw(st.booleans()):
        pairs = st.lists(st.tuples(coordinate, coordinate), min_size=count, max_size=count)
        given["positions"] = np.array(draw(pairs), np.float64).reshape(count, 2)
    if draw(st.booleans()):
        given["names"] = draw(st.lists(st.text(letters, max_size=6), min_size=count, max_size=count))
    given["metadata"] = draw(st.dictionaries(st.text(max_size=5), plain, max_size=3))
    return given


def assert_same(table, traces, positions=None, fps=None, x=None, names=None, metadata=None):
    """Every number, to the sign of zero; type, shape, axis, names, positions, metadata."""
    assert table.traces.dtype == traces.dtype.newbyteorder("=")
    assert table.traces.shape == traces.shape
    np.testing.assert_array_equal(table.traces, traces)
    if traces.dtype.kind == "f":
        signed = ~np.isnan(traces)
        np.testing.assert_array_equal(np.signbit(table.traces)[signed], np.signbit(traces)[signed])
    assert table.fps == fps
    assert (table.x is None) == (x is None)
    if x is not None:
        assert table.x.dtype == x.dtype
        np.testing.assert_array_equal(table.x, x)
    assert (table.positions is None) == (positions is None)
    if positions is not None:
        np.testing.assert_array_equal(table.positions, positions)
    assert table.names == names
    assert table.metadata == (metadata or {})


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix not in (".hdf5", ".nwb")])
@settings(max_examples=25)
@given(given=tables())
def test_what_is_saved_is_loaded(tmp_path_factory, suffix, given):
    path = tmp_path_factory.mktemp("tables") / f"t{suffix}"
    save_traces(path, **given)
    assert_same(load_traces(path), **given)


@settings(max_examples=10)
@given(given=tables(archive=True))
def test_what_is_archived_is_loaded(tmp_path_factory, given):
    path = tmp_path_factory.mktemp("tables") / "t.nwb"
    save_traces(path, **given)
    assert_same(load_traces(path), **given)


@pytest.mark.parametrize("suffix", LONG)
@settings(max_examples=20)
@given(given=tables())
def test_the_long_form_is_loaded_as_it_was(tmp_path_factory, suffix, given):
    if given["traces"].shape[1:] == (0,):
        return
    path = tmp_path_factory.mktemp("tables") / f"t{suffix}"
    save_traces(path, tidy=True, **given)
    assert_same(load_traces(path), **given)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_with_everything(tmp_path, suffix):
    path = tmp_path / f"t{suffix.upper()}"
    given = {
        "names": ["心房", "=1+1", 'a, "b"\nc'],
        "metadata": {"drug": None, "dose": {"mg": 2.5, "times": [1, 2]}, "notes": 'é "x"', "size": 5, "window": "disc"},
    }
    save_traces(path, TRACES, POSITIONS, 333.3, **given)
    assert_same(load_traces(path), TRACES, POSITIONS, 333.3, **given)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_twins_lose_nothing(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    names = ["a", "a", "a_2", "time_s", ""]
    save_traces(path, np.arange(30.0).reshape(6, 5), [(1, 2)] * 5, 500, names=names)
    table = load_traces(path)
    assert table.names == names
    assert table.labels == ["a", "a_3", "a_2", "time_s_2", "trace_4"]
    np.testing.assert_array_equal(table.traces, np.arange(30.0).reshape(6, 5))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_that_files_find_hard(tmp_path, suffix):
    names = [
        "\r",
        "a\r\nb",
        "\t",
        " a ",
        "'",
        '"',
        ";",
        "=SUM(A1:A3)",
        "#N/A",
        "\x00",
        "\x1b",
        "\ufffe",
        "🫀",
        "nan",
        "1",
    ]
    for tidy in {False, find_kind(tmp_path / f"t{suffix}").tidy}:
        traces = np.arange(3.0 * len(names)).reshape(3, -1)
        save_traces(tmp_path / f"t{suffix}", traces, [(1, 2)] * len(names), 5, names=names, tidy=tidy, overwrite=True)
        table = load_traces(tmp_path / f"t{suffix}")
        assert table.names == names
        np.testing.assert_array_equal(table.traces, traces)


def test_names_in_a_workbook_are_text_never_formulas(tmp_path):
    names = ["=SUM(A1:A3)", "#N/A", "1"]
    save_traces(tmp_path / "t.xlsx", TRACES, names=names, metadata={"=a": "=b"})
    book = importlib.import_module("openpyxl").load_workbook(tmp_path / "t.xlsx")
    cells = [*book["traces"][1], *[cell for row in book["metadata"] for cell in row[:2] if cell.value]]
    assert [cell.value for cell in cells[1:4]] == names
    assert {"=a", "=b"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if s not in (".xlsx", ".nwb")])
def test_thousands_of_traces(tmp_path, suffix):
    """Headers of more than 64 kB, where HDF5's attributes end."""
    path = tmp_path / f"t{suffix}"
    traces = np.random.default_rng(0).normal(size=(3, 6000)).astype(np.float32)
    positions = np.random.default_rng(1).uniform(0, 100, (6000, 2))
    save_traces(path, traces, positions, 500, names=[f"cell {i}" for i in range(6000)])
    table = load_traces(path)
    np.testing.assert_array_equal(table.traces, traces)
    np.testing.assert_array_equal(table.positions, positions)
    assert table.names[-1] == "cell 5999"


def test_headers_longer_than_a_cell_of_a_sheet(tmp_path):
    notes = "x" * 100_000
    save_traces(tmp_path / "t.xlsx", TRACES, metadata={"notes": notes})
    assert load_traces(tmp_path / "t.xlsx").metadata == {"notes": notes}


def test_one_trace_alone_keeps_its_shape(tmp_path):
    for suffix in SUFFIXES:
        path = tmp_path / f"t{suffix}"
        save_traces(path, np.float32([1, 2, 3]), (5, 10), fps=500, names="septum")
        table = load_traces(path)
        assert table.traces.shape == (3,)
        assert (table.names, table.positions.tolist()) == (["septum"], [[5, 10]])


def test_strides_masks_and_memory_maps(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(60.0).reshape(10, 6))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    masked = np.ma.masked_greater(np.arange(6).reshape(3, 2), 4)
    for suffix in SUFFIXES[:-1]:
        for traces in (mapped[::-2, ::3], mapped.T[1]):
            save_traces(tmp_path / f"t{suffix}", traces, overwrite=True)
            np.testing.assert_array_equal(load_traces(tmp_path / f"t{suffix}").traces, traces)
        save_traces(tmp_path / f"t{suffix}", masked, overwrite=True)
        np.testing.assert_array_equal(load_traces(tmp_path / f"t{suffix}").traces, [[0, 1], [2, 3], [4, np.nan]])


def test_several_groups_of_rows(tmp_path, monkeypatch):
    from optimap._tables.kinds import excel, hdf5, parquet, text

    for module, name in ((parquet, "_GROUP"), (hdf5, "_BLOCK"), (text, "_AT_ONCE"), (excel, "_AT_ONCE")):
        monkeypatch.setattr(module, name, 7)
    traces = np.random.default_rng(0).normal(size=(23, 3))
    for suffix in SUFFIXES[:-1]:
        for tidy in {False, find_kind(tmp_path / f"t{suffix}").tidy}:
            save_traces(tmp_path / f"t{suffix}", traces, tidy=tidy, overwrite=True)
            np.testing.assert_array_equal(load_traces(tmp_path / f"t{suffix}").traces, traces)


def test_from_one_kind_to_the_next(tmp_path):
    save_traces(tmp_path / "a.csv", SHORT, POSITIONS, 500, names=list("abc"), metadata={"size": 3})
    table = load_traces(tmp_path / "a.csv")
    save_traces(tmp_path / "b.h5", table)
    assert_same(load_traces(tmp_path / "b.h5"), SHORT, POSITIONS, 500, names=list("abc"), metadata={"size": 3})
    save_traces(tmp_path / "c.npz", table, x=[0, 1, 2, 4], metadata={"new": 1})
    changed = load_traces(tmp_path / "c.npz")
    assert (changed.fps, changed.x.tolist(), changed.names, changed.metadata) == (
        None,
        [0, 1, 2, 4],
        list("abc"),
        {"new": 1},
    )


def test_values_are_the_data_not_what_a_plot_shows(tmp_path):
    traces = np.random.default_rng(0).normal(size=(20_000, 2))
    before = traces.copy()
    ax = show_traces(traces, fps=500)
    for i, line in enumerate(ax.lines):
        line.set_ydata(np.asarray(line.get_ydata()) * 0 + i)
    save_traces(tmp_path / "t.csv", traces, fps=500)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, before)


# --- text ---------------------------------------------------------------------------------------------------------


def test_csv_is_names_and_numbers_only(tmp_path):
    path = tmp_path / "t.csv"
    save_traces(path, TRACES, POSITIONS, 500)
    assert path.read_text() == (
        "time_s,x12_y16,x3.5_y0,x0_y2.25\n0.0,1.5,-0.0,3.0\n0.002,,0.1,5e-324\n"
        "0.004,inf,0.3333333333333333,-inf\n0.006,2.0,1e+300,7.0\n"
    )
    assert sorted(os.listdir(tmp_path)) == ["t.csv", "t.csv.json"]
    save_traces(tmp_path / "l.tsv", TRACES[:2, :2], POSITIONS[:2], names=["a", "b\tc"], tidy=True)
    assert (tmp_path / "l.tsv").read_text() == (
        "frame\tname\tx\ty\tvalue\n0\ta\t12.0\t16.0\t1.5\n1\ta\t12.0\t16.0\t\n"
        '0\t"b\tc"\t3.5\t0.0\t-0.0\n1\t"b\tc"\t3.5\t0.0\t0.1\n'
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_short_floats_are_short_text(tmp_path, dtype):
    save_traces(tmp_path / "t.csv", dtype([0.1, 0.2]))
    assert (tmp_path / "t.csv").read_text() == "frame,trace_0\n0,0.1\n1,0.2\n"


def test_every_float16_and_the_hardest_float32(tmp_path):
    """7.038531e-26 names a float32, but lies closer to another one once it is a float64."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    hard = np.array([0x15AE43FD, 0x95AE43FD, 0x15AE43FC, 1], np.uint32).view(np.float32)
    for traces in (halves, hard):
        save_traces(tmp_path / "t.csv", traces, overwrite=True)
        np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").traces, traces)
    save_traces(tmp_path / "t.xlsx", hard)
    np.testing.assert_array_equal(load_traces(tmp_path / "t.xlsx").traces, hard)


@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("axis", [{"fps": 333.3}, {}, {"x": [0.0, 0.5, 0.75, 4]}])
def test_a_csv_that_lost_its_json(tmp_path, axis, tidy):
    path = tmp_path / "t.csv"
    save_traces(path, SHORT, POSITIONS, **axis, tidy=tidy)
    (tmp_path / "t.csv.json").unlink()
    table = load_traces(path)
    assert table.traces.dtype == np.float64
    np.testing.assert_array_equal(table.traces.astype(np.float32), SHORT)
    assert table.names == ["x12_y16", "x3.5_y0", "x0_y2.25"]
    np.testing.assert_array_equal(table.positions, POSITIONS)
    assert table.fps == axis.get("fps")
    assert (None if table.x is None else table.x.tolist()) == axis.get("x")


def test_a_csv_of_another_program(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbftime_s,"left, upper",LV\r\n0,1,"2"\r\n0.01,,4\r\n0.02,5,6\r\n')
    table = load_traces(path)
    assert (table.names, table.fps, table.positions) == (["left, upper", "LV"], 100, None)
    np.testing.assert_array_equal(table.traces, [[1, 2], [np.nan, 4], [5, 6]])


@pytest.mark.parametrize("fps", [500, 333.3, 1000 / 3, 29.97, 1e5 / 7, 1])
def test_the_rate_is_told_by_the_times(tmp_path, fps):
    save_traces(tmp_path / "t.csv", np.arange(200), fps=fps)
    (tmp_path / "t.csv.json").unlink()
    np.testing.assert_array_equal(load_traces(tmp_path / "t.csv").axis, np.arange(200) / fps)
    assert load_traces(tmp_path / "t.csv").fps == fps


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y\n1,2\n", "is no table of traces, its columns are x, y: the first must be time_s, frame or x"),
        ("a,b\n1,2\n", "its columns are a, b"),
        ("", "is no table of traces"),
        ("time_s,a\n0,one\n", "t.csv holds something else than numbers"),
        ("time_s,a\n0,1,2\n", "t.csv holds something else than numbers"),
        ("zero,a\n", "its columns are zero, a"),
        ("time,name,x,y,value\n0,a,1\n", "a long table has 5 columns, but a row is 0, a, 1"),
        ("time,name,x,y,value\n0,a,,,1\n0,b,,,1\n1,a,,,1\n1,b,,,1\n", "one trace after the other"),
    ],
)
def test_text_that_is_no_table(tmp_path, content, message):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        load_traces(tmp_path / "t.csv")


def forget_the_checksum(described):
    """Do as the message says."""
    lines = described.read_text().splitlines(keepends=True)
    described.write_text("".join(line for line in lines if "table_crc32" not in line))


@pytest.mark.parametrize("tidy", [False, True])
def test_a_csv_that_was_edited_says_so_and_has_two_ways(tmp_path, tidy):
    path, described = tmp_path / "t.csv", tmp_path / "t.csv.json"
    save_traces(path, [[1.5], [2]], fps=10, names=["a"], metadata={"drug": "none"}, tidy=tidy)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as some programs end lines
    assert load_traces(path).traces.tolist() == [[1.5], [2]]
    path.write_bytes(path.read_bytes().replace(b"1.5", b"2.5"))
    with pytest.raises(ValueError, match=r"t\.csv is not .*delete the line 'table_crc32' .* move t\.csv\.json away"):
        load_traces(path)
    forget_the_checksum(described)
    table = load_traces(path)
    assert (table.traces.tolist(), table.metadata) == ([[2.5], [2]], {"drug": "none"})
    described.unlink()
    table = load_traces(path)
    assert (table.traces.tolist(), table.metadata) == ([[2.5], [2]], {})


def test_a_kill_between_the_two_renames_is_noticed(tmp_path):
    """Same shape, same names, same number of bytes: nothing else tells them apart."""
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    save_traces(old, [[1.0], [2.0]], names=["a"], metadata={"recording": 1})
    save_traces(new, [[3.0], [4.0]], names=["a"], metadata={"recording": 2})
    os.replace(tmp_path / "new.csv.json", tmp_path / "old.csv.json")
    with pytest.raises(ValueError, match=r"old\.csv is not the table that old\.csv\.json describes"):
        load_traces(old)


def test_a_json_that_does_not_fit_its_csv(tmp_path):
    path, described = tmp_path / "t.csv", tmp_path / "t.csv.json"
    save_traces(path, TRACES, POSITIONS, 500)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ValueError, match=r"t\.csv is not the table that t\.csv\.json describes"):
        load_traces(path)
    forget_the_checksum(described)
    with pytest.raises(ValueError, match=r"t\.csv has 3 rows, but 4 frames were written"):
        load_traces(path)
    path.write_text("time_s,a\n0,1\n")
    with pytest.raises(
        ValueError, match=r"t\.csv\.json does not describe t\.csv, which has the columns time_s, a, not "
    ):
        load_traces(path)
    described.write_text("{")
    with pytest.raises(ValueError, match=r"t\.csv\.json, which describes t\.csv, is damaged"):
        load_traces(path)
    described.write_text("{}")
    with pytest.raises(ValueError, match=r"t\.csv\.json holds no table of traces that optimap wrote"):
        load_traces(path)
    described.unlink()
    assert load_traces(path).traces.tolist() == [[1]]


# --- regions ------------------------------------------------------------------------------------------------------


class Shapes:
    """Regions as the library's own: names, centres, pixels with weights."""

    names = ("ring", "dot")

    def __len__(self):
        return 2

    def centers(self):
        return np.array([[2.5, 1.0], [7, 8]])

    def pixels(self, i):
        masks = [(np.array([2, 3]), np.array([1, 1]), np.array([0.25, 0.75])), ([7], [8], [1])]
        return masks[i]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_regions_bring_names_and_centres(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_traces(path, TRACES[:, :2], fps=500, regions=Shapes())
    table = load_traces(path)
    assert table.names == ["ring", "dot"]
    assert table.positions.tolist() == [[2.5, 1], [7, 8]]
    save_traces(path, TRACES[:, :2], [(0, 0), (1, 1)], 500, names=["a", "b"], regions=Shapes(), overwrite=True)
    assert (load_traces(path).names, load_traces(path).positions.tolist()) == (["a", "b"], [[0, 0], [1, 1]])


def test_a_description_that_lost_its_table_does_not_stand_in_the_way(tmp_path):
    path, header = tmp_path / "a.csv", tmp_path / "a.csv.json"
    save_traces(path, [[1.0]], names=["first"])
    path.unlink()
    save_traces(path, [[2.0]], names=["second"])
    assert load_traces(path).names == ["second"]
    path.unlink()
    header.write_text('{"mine": 1}')
    with pytest.raises(FileExistsError, match=r"a\.csv\.json exists"):
        save_traces(path, [[3.0]])
    assert (header.read_text(), path.exists()) == ('{"mine": 1}', False)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("tidy", [False, True])
@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_table_that_is_cut_off_within_a_number_is_no_table(tmp_path, suffix, tidy, missing):
    path = tmp_path / f"a{suffix}"
    save_traces(path, [[1.0], [5.123456789]], fps=10, tidy=tidy)
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(ValueError, match=rf"a\{suffix} is cut off"):
        load_traces(path)


def test_regions_beside_traces_are_regions(tmp_path):
    mask = np.ones((5, 20), bool)
    for wrong in (mask, [mask, ~mask], "RoiSet.zip"):
        with pytest.raises(TypeError, match=r"regions is a \w+: give what optimap.trace.regions"):
            save_traces(tmp_path / "a.csv", np.ones((5, 1)), regions=wrong)


@pytest.mark.parametrize("damage", [{"dtype": "object"}, {"dtype": "floaty"}, {"fps": "a"}, {"shape": 3}])
def test_a_damaged_description_is_said(tmp_path, damage):
    path, header = tmp_path / "a.csv", tmp_path / "a.csv.json"
    save_traces(path, [[1.0]], fps=2)
    header.write_text(json.dumps({**json.loads(header.read_text()), **damage}))
    with pytest.raises(ValueError, match=r"a\.csv\.json is damaged"):
        load_traces(path)


def test_an_excel_file_that_is_interrupted_leaves_nothing_and_no_complaint(tmp_path, monkeypatch):
    from optimap._tables.kinds import excel

    def interrupted(sheet, table):
        yield from list(rows(sheet, table))[:2]
        raise KeyboardInterrupt

    rows = excel._wide_rows
    monkeypatch.setattr(excel, "_wide_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_traces(tmp_path / "t.xlsx", TRACES)
    gc.collect()  # what openpyxl says now is an error here
    assert list(tmp_path.iterdir()) == []
