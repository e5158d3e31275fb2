"""What functions of this room take as signals: tables, labelled arrays, tensors, whole numbers; never modified."""

import dask.array as da
import numpy as np
import pytest
import xarray as xr

from optimap.beats import measure_beats
from optimap.trace import load_traces, save_traces
from tests.beats.examples import action_potentials, with_noise
from tests.errors import check_error


@pytest.fixture
def counts():
    return (1000 * with_noise(action_potentials(), 20) + 5000).round().astype(np.uint16)


def same(one, other):
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.astype(np.float32),
        lambda a: a.astype(">i4"),
        lambda a: np.repeat(a, 2)[::2],
        lambda a: a.tolist(),
        lambda a: xr.DataArray(a, dims="time"),
        lambda a: da.from_array(a, chunks=100),
        lambda a: np.ma.masked_array(a, np.zeros(len(a), bool)),
    ],
    ids=["float32", "big-endian", "strided", "list", "xarray", "dask", "masked"],
)
def test_the_same_samples_in_another_form_give_the_same_table(counts, change):
    same(measure_beats(change(counts), fps=500), measure_beats(counts, fps=500))


def test_signals_are_not_modified(counts):
    signal = counts.astype(float)
    signal.setflags(write=False)
    measure_beats(signal)
    np.testing.assert_array_equal(signal, counts)


def test_arguments_take_precedence_over_a_table_of_traces(counts, tmp_path):
    save_traces(tmp_path / "a.csv", counts, (1, 2), fps=500, names="a")
    table = measure_beats(load_traces(tmp_path / "a.csv"), fps=250, names=["b"])
    assert (table.fps, table["name"][0], table["x"][0]) == (250, "b", 1)


def test_wrong_names(counts):
    check_error(lambda: measure_beats(counts, names=[3]), TypeError, "names[0]", "is not text")
