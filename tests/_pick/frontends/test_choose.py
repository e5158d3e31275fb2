"""Which front end a call uses, for each matplotlib backend and what users ask for."""

import pytest

from optimap._pick import NoWindowError
from optimap._pick.frontends import choose_frontend, chosen_by, frontend_in_use
from tests.errors import check_error


@pytest.fixture
def backend(monkeypatch):
    """A function that sets the matplotlib backend in use, without loading it."""

    def use(name, environment=""):
        monkeypatch.setenv("OPTIMAP_BROWSER", environment)
        monkeypatch.setattr("matplotlib.pyplot.get_backend", lambda: name)
        monkeypatch.setattr("matplotlib.pyplot.switch_backend", lambda name: None)

    return use


@pytest.mark.parametrize(
    ("name", "environment", "browser", "block", "expected"),
    [
        ("agg", "", True, None, "Browser"),
        ("agg", "1", None, None, "Browser"),
        ("webagg", "", None, None, "Browser"),
        ("QtAgg", "", None, None, "Desktop"),
        ("QtAgg", "", None, False, "Desktop"),
        ("QtAgg", "1", None, None, "Browser"),
        ("QtAgg", "1", False, None, "Desktop"),
        ("TkAgg", "", None, True, "Desktop"),
        ("module://ipympl.backend_nbagg", "", None, None, "Notebook"),
        ("module://ipympl.backend_nbagg", "", None, False, "Notebook"),
        ("widget", "", None, None, "Notebook"),
    ],
)
def test_the_backend_decides(backend, name, environment, browser, block, expected):
    backend(name, environment)
    assert type(choose_frontend(block, browser)).__name__ == expected


@pytest.mark.parametrize(
    ("name", "environment", "browser"),
    [
        ("agg", "1", False),
        ("agg", "0", None),
        ("pdf", "", None),
        ("nbagg", "", None),
        ("module://matplotlib_inline.backend_inline", "", None),
    ],
)
def test_backends_without_a_window(backend, name, environment, browser, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":1")
    backend(name, environment)
    with pytest.raises(NoWindowError, match=r"Cannot open a window \(the matplotlib backend is .*\)\. Try one of: "):
        choose_frontend(None, browser)


def test_without_a_display_the_error_says_so(backend, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    backend("agg")
    with pytest.raises(NoWindowError, match=r"\(the matplotlib backend is 'agg', no display\)"):
        choose_frontend(None, None)


def test_a_desktop_backend_that_cannot_be_loaded(backend, monkeypatch):
    def refuse(name):
        raise ImportError("Cannot load backend 'QtAgg' which requires the 'qt' interactive framework")

    backend("QtAgg")
    monkeypatch.setattr("matplotlib.pyplot.switch_backend", refuse)
    with pytest.raises(RuntimeError, match=r"\(Cannot load backend 'QtAgg'.*\)\. Try one of"):
        choose_frontend(None, None)


@pytest.mark.parametrize(
    ("name", "block", "match"),
    [
        ("webagg", False, "block = False cannot be used with a page in the browser"),
        ("module://ipympl.backend_nbagg", True, "block = True cannot be used in a notebook"),
    ],
)
def test_waiting_where_it_cannot_be_as_asked(backend, name, block, match):
    backend(name)
    error = check_error(lambda: choose_frontend(block, None), ValueError, "block", match, value=block)
    assert error.cure.startswith("leave block out")
    choose_frontend(None, None)  # the cure


def test_the_browser_needs_tornado(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tornado", None)
    with pytest.raises(RuntimeError, match=r"pip install 'optimap-trace\[web\]'"):
        choose_frontend(None, True)


class Wrapped:
    """A front end around the one that was chosen."""

    def __init__(self, block, browser):
        self.chosen = choose_frontend(block, browser)


def test_another_choice_is_in_force_until_the_end_of_its_block(backend):
    backend("QtAgg")
    assert type(frontend_in_use(None, None)).__name__ == "Desktop"
    with chosen_by(Wrapped):
        assert type(frontend_in_use(None, None).chosen).__name__ == "Desktop"
        assert type(frontend_in_use(None, True).chosen).__name__ == "Browser"
        with chosen_by(lambda block, browser: (block, browser)):
            assert frontend_in_use(False, True) == (False, True)
        with pytest.raises(KeyError), chosen_by(lambda block, browser: None):
            raise KeyError
        assert isinstance(frontend_in_use(None, None), Wrapped)
    assert type(frontend_in_use(None, None)).__name__ == "Desktop"
