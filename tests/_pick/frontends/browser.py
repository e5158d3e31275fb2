"""A real browser: Chromium driven by Playwright."""

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable():
    """Return the browser's path, or None."""
    return os.environ.get("OPTIMAP_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def missing():
    """Return what is missing on this machine to drive a browser, or None."""
    if executable() is None:
        return "Chromium (Debian package chromium)"
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright (pip install playwright)"
    return None


def launch(playwright, scale):
    """Start the browser without a window, with `scale` pixels for each CSS pixel."""
    arguments = [*ARGUMENTS, f"--force-device-scale-factor={scale}", "--window-size=1500,950"]
    return playwright.chromium.launch(executable_path=executable(), args=arguments, headless=True)
