"""The report as PDF, through the print path of a browser that is on the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from deqi.errors import InputError
from deqi.writing import replacing, work_folder

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
SECONDS = 120


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
    with work_folder() as folder:
        page, printed = folder / "report.html", folder / "report.pdf"
        try:
            page.write_text(html, encoding="utf-8")
            subprocess.run(
                [
                    browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
                    "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
                    f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", page.as_uri(),
                ],
                check=True, capture_output=True, timeout=SECONDS,
            )  # fmt: skip
            if not printed.is_file():
                raise subprocess.SubprocessError
        except (subprocess.SubprocessError, OSError):
            raise InputError(
                f"--format pdf {path}: the browser could not print there; write --format html and print it yourself."
            ) from None
        with replacing([path], private=private) as (target,):
            shutil.copyfile(printed, target)
