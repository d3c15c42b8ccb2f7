"""Chromium without a window, where it is installed, for tests that look at pages."""

import shutil
import subprocess

CHROMIUM = shutil.which("chromium")
WIDTHS = (390, 1280)  # pixels of a phone and of a screen
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def browser(folder, *words):
    """What Chromium prints; `folder` holds its profile."""
    return subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *words],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    ).stdout
