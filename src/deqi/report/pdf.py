"""The report as PDF, through the print path of a browser that is on the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from deqi.errors import InputError
from deqi.writing import replacing, work_folder

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
SECONDS = 120
PATIENCE = 2
"""Seconds in which a browser may end by itself when asked."""
LONGEST_PARENT = 100 - len("/deqi-01234567-1234567-0123456789abcdef/b/org.chromium.Chromium.abcdef/SingletonSocket")
"""A browser makes a socket among its temporary files; their paths end at 104 letters on macOS, at 108 on Linux."""
SHORT_PARENT = Path("/tmp")


def write_pdf(html: str, path: Path, *, private: bool = False) -> None:
    """Print an HTML report to a PDF file. ``private`` leaves it readable by its owner only.

    Raises:
        InputError: no browser was found, or it could not print there.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise InputError(
            f"--format pdf: no browser found ({', '.join(BROWSERS)}); write --format html and print it from a browser."
        )
    with work_folder(_parent()) as folder:
        page, printed = folder / "report.html", folder / "report.pdf"
        try:
            page.write_text(html, encoding="utf-8")
            _print(browser, page, printed, folder)
            if not printed.is_file():
                raise subprocess.SubprocessError
        except (subprocess.SubprocessError, OSError):
            raise InputError(
                f"--format pdf {path}: the browser could not print there; write --format html and print it yourself."
            ) from None
        with replacing([path], private=private) as (target,):
            shutil.copyfile(printed, target)


def _parent() -> Path:
    """Where to work: a browser does not start where the path of its socket would be too long."""
    usual = Path(tempfile.gettempdir())
    return SHORT_PARENT if len(str(usual)) > LONGEST_PARENT and SHORT_PARENT.is_dir() else usual


def _print(browser: str, page: Path, printed: Path, folder: Path) -> None:
    """Run the browser, all of whose own files stay in the folder; it does not outlive the call, however that ends."""
    own = folder / "b"
    own.mkdir()
    env = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(own))}
    words = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
        f"--user-data-dir={own}/profile", f"--print-to-pdf={printed}", page.as_uri(),
    ]  # fmt: skip
    # A browser is many processes: as a group of their own they can be ended together.
    process = subprocess.Popen(
        words,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if process.wait(SECONDS) != 0:
            raise subprocess.SubprocessError
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a browser and its helpers: asked first, so that it removes what is its own, and then at once."""
    if os.name == "nt":
        process.kill()
        process.wait()
        return
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
