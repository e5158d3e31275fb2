"""A Recording indexes like the array that it represents, for every source of frames."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices

from optimap.video import Recording, open_video
from tests import makers
from tests.errors import check_error, check_pickles

VIDEO = makers.random_video((7, 5, 6))
FRAMES, HEIGHT, WIDTH = VIDEO.shape


class Frames:
    """A source of frames that records the ranges it has read."""

    def __init__(self, video=VIDEO):
        self._video = video
        self.shape, self.dtype = video.shape, video.dtype
        self.asked = []
        self.is_open = True

    def read(self, frames):
        assert frames.step > 0
        self.asked.append(frames)
        return self._video[frames.start : frames.stop : frames.step].copy()

    def close(self):
        self.is_open = False


@pytest.fixture
def source():
    return Frames()


@pytest.fixture
def recording(source, tmp_path):
    return Recording(source, path=tmp_path / "rec.xyz", format="test", fps=500.0)


@pytest.fixture
def mapped(tmp_path):
    return open_video(makers.npy(tmp_path / "rec.npy", VIDEO))


@pytest.fixture(params=["source", "mapped"])
def either(request):
    return request.getfixturevalue("recording" if request.param == "source" else "mapped")


@pytest.fixture(scope="module", params=makers.EVERY_FORMAT)
def every_format(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("every")
    with open_video(makers.EVERY_FORMAT[request.param](folder, VIDEO)) as recording:
        yield recording


@st.composite
def indices(draw):
    """Numbers, slices, dots; or a list or mask of frames with numbers and slices within them."""
    basic = basic_indices(VIDEO.shape, allow_newaxis=False)
    numbers = st.lists(st.integers(-FRAMES, FRAMES - 1), max_size=FRAMES + 2)
    mask = st.lists(st.booleans(), min_size=FRAMES, max_size=FRAMES).map(np.array)
    first = draw(st.one_of(numbers, numbers.map(lambda values: np.array(values, int)), mask))
    row = st.one_of(st.integers(-HEIGHT, HEIGHT - 1), st.slices(HEIGHT))
    column = st.one_of(st.integers(-WIDTH, WIDTH - 1), st.slices(WIDTH), st.just(...))
    within = st.one_of(st.just(()), st.tuples(row), st.tuples(row, column))
    return draw(st.one_of(basic, st.just(first), within.map(lambda rest: (first, *rest))))


@settings(max_examples=25)
@given(index=indices())
def test_every_format_indexes_as_the_array_does(every_format, index):
    result = every_format[index]
    assert isinstance(result, np.ndarray)
    assert result.dtype == VIDEO.dtype
    np.testing.assert_array_equal(result, VIDEO[index], strict=False)
    assert result.shape == VIDEO[index].shape


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        np.int64(3),
        np.uint8(3),
        slice(None, None, -2),
        slice(6, 1, -3),
        slice(2, 2),
        slice(5, 2),
        slice(-100, 100),
        ...,
        (),
        (..., 2),
        (2, ..., 3),
        (slice(1, 6, 2), slice(None, None, -1), slice(1, 4)),
        [6, 0, -1, 0],
        np.array([3], np.uint8),
        [],
        np.zeros(FRAMES, bool),
        [True, False] * 3 + [True],
        ([0, 2, 2], slice(1, 3)),
        ([0, 2], [1, 3]),
        ([0, 2], slice(None), [1, 3]),
        (1, [0, 2], slice(2, 5)),
        (1, slice(None), [0, 2, 4]),
        (slice(1, 3), [0, 2], [1, 4]),
        (slice(1, 3), VIDEO[0] > 30000),
        (3, 2, 1),
    ],
    ids=repr,
)
def test_indices_that_a_person_can_check(either, index):
    np.testing.assert_array_equal(either[index], VIDEO[index])
    assert np.shape(either[index]) == np.shape(VIDEO[index])


def test_it_looks_like_the_array(either):
    assert either.shape == (7, 5, 6)
    assert all(type(n) is int for n in either.shape)
    assert (either.ndim, either.size, either.nbytes, len(either)) == (3, VIDEO.size, VIDEO.nbytes, 7)
    assert either.dtype == np.uint16
    np.testing.assert_array_equal(np.asarray(either), VIDEO, strict=True)
    np.testing.assert_array_equal(np.asarray(either, np.float32), VIDEO.astype(np.float32), strict=True)
    np.testing.assert_array_equal(np.stack(list(either)), VIDEO)


def test_repr_says_what_it_is(recording, mapped):
    assert repr(recording) == "<Recording 'rec.xyz': test, (7, 5, 6), uint16, 500 frames/s>"
    assert repr(mapped) == "<Recording 'rec.npy': NumPy, (7, 5, 6), uint16, rate unknown>"


def test_mapped_frames_are_views_that_cannot_be_written(mapped):
    assert mapped.is_mapped
    with pytest.raises(ValueError, match="read-only"):
        mapped[0][0, 0] = 1


def test_read_frames_belong_to_the_caller(recording):
    assert not recording.is_mapped
    frame = recording[0]
    frame[:] = 0
    np.testing.assert_array_equal(recording[0], VIDEO[0])


@pytest.mark.parametrize("name", [name for name in makers.EVERY_FORMAT if name not in makers.MAPPED])
def test_read_frames_of_every_format_belong_to_the_caller(tmp_path, name):
    with open_video(makers.EVERY_FORMAT[name](tmp_path, VIDEO)) as recording:
        recording[1:3][:] = 0
        recording[2][:] = 0
        np.testing.assert_array_equal(recording[:], VIDEO)


@pytest.mark.parametrize(
    ("index", "asked"),
    [
        (3, [range(3, 4)]),
        (-1, [range(6, 7)]),
        (slice(2, 5), [range(2, 5)]),
        (slice(5, 1, -2), [range(3, 6, 2)]),
        ((slice(0, 7, 3), 1, 1), [range(0, 7, 3)]),
        ([5, 1, -2, 1], [range(1, 2), range(5, 6)]),  # once each, in order
    ],
)
def test_only_wanted_frames_are_read(recording, source, index, asked):
    recording[index]
    assert [list(frames) for frames in source.asked] == [list(frames) for frames in asked]


@pytest.mark.parametrize("i", [7, -8, 1000])
def test_frames_beyond_the_end(recording, i):
    with pytest.raises(IndexError, match=rf"frame {i} is outside the recording: it has frames 0\.\.6"):
        recording[i]
    with pytest.raises(IndexError, match=rf"frame {i} is outside the recording"):
        recording[[0, i]]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (None, "np.newaxis cannot be used here"),
        ((0, None), "np.newaxis cannot be used here"),
        ((0, 0, 0, 0), "a recording has 3 axes, 4 were indexed"),
        ([[0, 1], [2, 3]], "index frames by a number, a slice, or a 1-D list"),
        ([0.5], "index frames by a number"),
        ("a", "index frames by a number"),
        (1.0, "index frames by a number"),
        (True, "index frames by a number"),
        ([True, False], "a 1-D list of numbers or of T booleans"),
        (VIDEO > 0, "index frames by a number"),
        ((0, 5), "out of bounds"),
        ((slice(None), 0, -7), "out of bounds"),
    ],
)
def test_wrong_indices(recording, index, message):
    with pytest.raises(IndexError, match=message):
        recording[index]


def test_a_closed_recording_says_so(either):
    with either:
        either[0]
    for index in (0, slice(None), [1]):
        with pytest.raises(ValueError, match=r"rec\.(npy|xyz) is closed: open it again"):
            either[index]
    either.close()  # twice does no harm
    assert either.shape == VIDEO.shape


def test_closing_closes_the_source(recording, source):
    with pytest.raises(KeyError), recording:
        raise KeyError
    assert not source.is_open


@pytest.mark.parametrize("name", makers.EVERY_FORMAT)
def test_closed_recordings_of_every_format(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with open_video(path) as recording:
        pass
    with pytest.raises(ValueError, match="is closed: open it again"):
        recording[0]


@pytest.mark.parametrize(
    ("video", "message"),
    [
        (np.zeros((4, 5, 6, 3)), r"is a colour recording of shape \(4, 5, 6, 3\)"),
        (np.zeros((4, 5, 6, 4)), "is a colour recording"),
        (np.zeros((4, 5, 6, 2)), r"shape \(4, 5, 6, 2\): save the recording as \(T, H, W\)"),
        (np.zeros((5, 6)), r"shape \(5, 6\): save the recording as"),
        (np.zeros((0, 5, 6)), r"holds no pixels, because its shape is \(0, 5, 6\)"),
        (np.zeros((4, 5, 6), complex), "holds complex128 values: save the pixels as real numbers"),
        (np.zeros((4, 5, 6), "M8[s]"), "save the pixels as real numbers"),
        (np.zeros((4, 5, 6), "i4,i4"), "save the pixels as real numbers"),
    ],
)
def test_arrays_that_are_not_a_recording(tmp_path, video, message):
    with pytest.raises(ValueError, match=message):
        Recording(video, path=tmp_path / "rec", format="test")


@pytest.mark.parametrize("name", ["npy", "hdf5", "zarr 3", "tiff folder"])
def test_a_recording_opens_again_in_another_process(tmp_path, name):
    path = makers.EVERY_FORMAT[name](tmp_path, VIDEO)
    with open_video(path) as recording:
        text = pickle.dumps(recording)
    with pickle.loads(text) as again:
        np.testing.assert_array_equal(again[2:5], VIDEO[2:5])
        assert (again.path, again.is_mapped) == (path, name == "npy")
    with pytest.raises(ValueError, match="is closed: open it again"):
        again[0]


def test_a_recording_opens_again_with_its_options(tmp_path):
    path = makers.hdf5(tmp_path / "rec.h5", calcium=VIDEO[::-1], voltage=VIDEO)
    with open_video(path, dataset="calcium") as recording:
        text = pickle.dumps(recording)
    with pickle.loads(text) as again:
        np.testing.assert_array_equal(again[:], VIDEO[::-1])


def test_another_recording_in_its_place_is_an_error(tmp_path):
    path = makers.npy(tmp_path / "rec.npy", VIDEO)
    with open_video(path) as recording:
        text = pickle.dumps(recording)
    makers.npy(path, VIDEO[:3])
    again = pickle.loads(text)
    message = r"holds another recording now, \(3, 5, 6\) of uint16 instead of \(7, 5, 6\) of uint16: open it again"
    check_pickles(check_error(lambda: again[0], ValueError, "path", message, value=path))


def test_only_opened_recordings_are_sent_to_other_processes(recording):
    with pytest.raises(TypeError, match=r"only recordings from open_video\(\) can"):
        pickle.dumps(recording)


def test_errors_of_a_closed_recording_carry_their_fields(either):
    either.close()
    error = check_error(lambda: either[0], ValueError, "path", "is closed: open it again", value=either.path)
    check_pickles(error)


@pytest.mark.parametrize(
    "video", [np.zeros((4, 5, 6, 3)), np.zeros((5, 6)), np.zeros((0, 5, 6)), np.zeros((4, 5, 6), complex)]
)
def test_errors_of_arrays_that_are_not_a_recording_carry_their_fields(tmp_path, video):
    path = tmp_path / "rec"
    check_error(lambda: Recording(video, path=path, format="test"), ValueError, "path", "rec ", value=path)


def recording_at(times, fps=None, tick=0.0):
    return Recording(Frames(), path=makers.Path("rec.x"), format="test", fps=fps, times=times, tick=tick)


def test_regular_times():
    recording = recording_at(np.arange(7) / 500, 500)
    assert (recording.fps, recording.gaps, recording.irregularity) == (500, [], None)
    assert "500 frames/s" in repr(recording)


def test_irregular_times():
    recording = recording_at(np.array([0, 2, 4, 6, 56, 58, 60]) / 1000, 500)
    ((frame, interval),) = recording.gaps
    assert (recording.fps, frame, round(interval, 9)) == (None, 3, 0.05)
    assert recording.irregularity == "1 gap, after frame 3: 50 ms instead of 2 ms"
    assert "irregular times" in repr(recording)


def test_times_that_the_file_rounds():
    times = np.round(np.arange(7) * 10 / 7) / 1000
    jitter = np.linspace(0, 1e-5, 7)  # so that they are not whole milliseconds
    assert recording_at(times + jitter, 700, tick=0.001).fps == 700
    assert recording_at(times + jitter, 700).fps == pytest.approx(666, abs=1)


def test_no_times():
    recording = recording_at(None, 500)
    assert (recording.fps, recording.times, recording.gaps, recording.irregularity) == (500, None, [], None)


@pytest.mark.parametrize("value", [0, -5, float("inf"), float("-inf"), float("nan"), "fast", "", True, 1e-320, [1, 2]])
def test_a_rate_and_a_size_that_cannot_be_are_unknown_whatever_the_format(value):
    recording = Recording(VIDEO, path=Path("rec.xyz"), format="XYZ", fps=value, pixel_size=value)
    assert recording.fps is None
    assert recording.pixel_size in (None, 1e-320)
    assert "unknown" in repr(recording)
