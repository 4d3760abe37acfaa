"""One browser for the file, each page opened once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import FLAGS, NO_BROWSER, browser_of_this_machine
from playwright.sync_api import Browser, sync_playwright
from report_demo import all_reports


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    program = browser_of_this_machine()
    if program is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the reports of the newest run, comparison and decomposition, of lag, and the index."""
    return all_reports(tmp_path_factory)
