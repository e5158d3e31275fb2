"""What front ends promise: each fulfils the protocol, and the error where there is none lists the alternatives."""

import inspect

import pytest
from matplotlib.figure import Figure

from optimap._pick import NoWindowError
from optimap._pick.frontends import Browser, Desktop, Frontend, Notebook, has_display
from tests._pick.puppet import Puppet
from tests.errors import check_error, check_pickles

FRONTENDS = {
    "desktop": lambda: Desktop(waits=True, toolkit="qt"),
    "desktop that does not wait": lambda: Desktop(waits=False, toolkit="qt"),
    "browser": Browser,
    "notebook": Notebook,
    "puppet of the tests": Puppet,
}
METHODS = [name for name in vars(Frontend) if not name.startswith("_")]


def test_the_protocol_has_methods():
    assert METHODS == ["new_figure", "present", "finish", "close"]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("frontend", FRONTENDS)
def test_every_front_end_has_every_method_with_the_same_arguments(frontend, name):
    made = getattr(FRONTENDS[frontend](), name)
    promised = list(inspect.signature(getattr(Frontend, name)).parameters)[1:]
    assert list(inspect.signature(made).parameters) == promised
    assert "NotImplementedError" not in inspect.getsource(made)


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_every_front_end_makes_a_figure_and_closes_it(frontend):
    made = FRONTENDS[frontend]()
    made.close()  # nothing is open yet
    figure = made.new_figure((8, 4), "rec.tif - optimap")
    assert isinstance(figure, Figure)
    assert figure.get_size_inches().tolist() == [8, 4]
    assert not figure.axes
    made.close()
    made.close()
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


@pytest.mark.parametrize("frontend", ["desktop", "browser", "notebook"])
def test_vector_files_of_windows_hold_text_as_text(frontend, tmp_path):
    made = FRONTENDS[frontend]()
    figure = made.new_figure((4, 3), "rec.tif - optimap")
    figure.text(0.5, 0.5, "12 traces")
    figure.savefig(tmp_path / "window.svg")
    made.close()
    assert ">12 traces</text>" in (tmp_path / "window.svg").read_text("utf-8")


def fail():
    raise NoWindowError("no display")


def test_the_error_where_no_window_can_open_lists_the_alternatives():
    match = r"^Cannot open a window \(no display\)\. Try one of: a desktop backend"
    error = check_error(fail, RuntimeError, "browser", match, value=None)
    for way in ("optimap-trace[qt]", "%matplotlib widget", "browser=True", "OPTIMAP_BROWSER=1"):
        assert way in error.cure
    assert error.keyword == "browser"
    check_pickles(error)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":1"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_display(monkeypatch, platform, variables, expected):
    monkeypatch.setattr("sys.platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_display() is expected
