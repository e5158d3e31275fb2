"""Optional packages: imported, or an error with the command that installs them."""

import json

import pytest

from optimap._base import import_extra


def test_a_package_that_is_installed():
    assert import_extra("json", "web", "pages") is json


def test_a_package_that_is_missing():
    with pytest.raises(ImportError, match=r"pages need no_such_package: pip install 'optimap-trace\[web\]'") as caught:
        import_extra("no_such_package", "web", "pages")
    assert isinstance(caught.value.__cause__, ImportError)
