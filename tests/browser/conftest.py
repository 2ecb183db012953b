"""One browser for the session, and reports opened in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from checkers.result import Results
from harness.history import History
from reports.html import write_report
from tests.browser.opened import Opened, OpenReport


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests are skipped."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no `chromium` on the path; the package of that name installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[OpenReport]:
    """Write the report of a history and its results and open it; `fragment` is appended to its address."""
    contexts: list[BrowserContext] = []

    def open_report(history: History, results: Results, *, fragment: str = "", **options: Any) -> Opened:
        path = tmp_path / "report.html"
        write_report(history, results, path)
        context = browser.new_context(viewport={"width": 1360, "height": 900}, **options)
        contexts.append(context)
        return Opened(context, path.as_uri() + fragment)

    yield open_report
    for context in contexts:
        context.close()
