"""A report in a real browser: what it asks for, what it says, and what is drawn of it."""

import base64
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Containers have no user namespaces for the sandbox; the pages are our own. The rest keeps the browser to itself.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
NO_BROWSER = (
    "there is no browser to look at the reports with: apt-get install chromium (Playwright needs no chromium-driver),"
    " or name a Chromium in RA_BROWSER"
)
DESKTOP, PHONE = (1280, 900), (390, 844)
# In milliseconds. Nothing here waits for a network.
TIMEOUT = 10_000
LOOKING = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")
PIXELS = (Path(__file__).parent / "pixels.js").read_text(encoding="utf-8")

Box = Mapping[str, float]


def browser_of_this_machine() -> str | None:
    """The program: that in RA_BROWSER, else what is installed."""
    named = os.environ.get("RA_BROWSER")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass
class Look:
    """A page that is open.

    Attributes:
        page: As Playwright has it.
        path: The file.
        requests: What it has asked for, itself included.
        said: Warnings and errors, of the console and of its scripts.
    """

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def at(self, size: tuple[int, int] = DESKTOP, scheme: str = "light", media: str = "screen") -> "Look":
        """The same page in a window of that size, the reader's system light or dark."""
        self.page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        return self

    def ask(self, question: str, *arguments: object) -> Any:
        """An answer of looking.js."""
        return self.page.evaluate("([name, given]) => window.looking[name](...given)", [question, list(arguments)])

    def anew(self) -> "Look":
        """The page as it is right after it was opened."""
        self.page.reload()
        self.page.evaluate(LOOKING)
        return self

    def ids(self) -> list[str]:
        """What links can lead to."""
        return list(self.page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)"))

    def drawings(self, *, visible: bool = True) -> list[dict[str, Any]]:
        """The drawings of charts, those that are seen or the others."""
        return [drawing for drawing in self.ask("drawings") if drawing["isVisible"] is visible]


def look_at(browser: Browser, path: Path) -> Look:
    """Open a page from disk."""
    page = browser.new_page()
    look = Look(page, path)
    page.on("requestfinished", lambda request: look.requests.append(request.url))
    page.on("requestfailed", lambda request: look.requests.append(f"{request.url} {request.failure}"))
    page.on("console", lambda line: look.said.append(line.text) if line.type in ("warning", "error") else None)
    page.on("pageerror", lambda error: look.said.append(str(error)))
    page.set_default_timeout(TIMEOUT)
    page.goto(path.as_uri())
    page.evaluate(LOOKING)
    return look


def pixels(page: Page, png: bytes, regions: Sequence[Mapping[str, Any]], scale: float = 1.0) -> list[dict[str, Any]]:
    """Read a screenshot; a browser has the decoder for it.

    Args:
        page: Any page without a policy of its own.
        png: The picture.
        regions: `box` in the picture, and `colours` to look for.
        scale: Pixels of the picture per pixel of the page.
    """
    given = {"png": base64.b64encode(png).decode(), "regions": list(regions), "scale": scale}
    return list(page.evaluate(PIXELS, given))
