"""Lines about tables, as `optimap info` prints them; one trace, two traces."""

import numpy as np

from optimap.trace import save_traces
from tests._cli.helpers import run


def test_one_thing_is_not_several(folder, capsys):
    np.save("one.npy", np.ones((1, 4, 5)))
    assert run("traces", "one.npy", "--at", "1,1", "-o", "one.csv") == 0
    assert run("traces", "other.npy", "--at", "1,1", "2,2", "-o", "two.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["one.npy: 1 trace of 1 frame -> one.csv", "other.npy: 2 traces of 10 frames -> two.csv"]


def test_a_table_is_described_line_by_line(folder, capsys):
    names = [f"cell {i}" for i in range(8)]
    about = {"drug": {"name": "none", "dose": {}}, "day": 3}
    save_traces("t.csv", np.zeros((4, 8), np.float32), fps=2, names=names, metadata=about, tidy=True)
    save_traces("x.csv", [1.0, 2.0], x=[0, 5])
    assert run("info", "t.csv", "x.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "t.csv"
    for line in (
        "  traces      8, float32, long form",
        "  frames      4",
        "  rate        2 frames/s, 2 s",
        "  names       cell 0, cell 1, cell 2, cell 3, cell 4, cell 5, ...",
        "  drug:",
        "    name: none",
        "    dose: {}",
        "  day: 3",
        "  traces      1, float64",
        "  rate        unknown (the axis was given)",
    ):
        assert line in lines
