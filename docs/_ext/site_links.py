"""Checks the built site: no page loads anything from elsewhere, and every link within the site arrives.

    python docs/_ext/site_links.py target/docs_site

Links to other sites are left to Sphinx's linkcheck, which needs a network.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself, unlike what a reader follows.
_LOADS = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("object", "data"), ("source", "src")}
_FOLLOWS = {("a", "href"), ("a", "xlink:href")}


class Page(HTMLParser):
    """What a page names and refers to.

    Attributes:
        ids: Places within the page that a link can lead to.
        loads: Addresses that a browser fetches by itself.
        follows: Addresses that a reader may follow.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loads: list[str] = []
        self.follows: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        for name, value in attrs:
            if value is None:
                continue
            if name in ("id", "name"):
                self.ids.add(value)
            elif (tag, name) in _LOADS:
                self.loads.append(value)
            elif (tag, name) in _FOLLOWS:
                self.follows.append(value)


def problems(site: Path) -> list[str]:
    """What is wrong with a site, a line each.

    Args:
        site: The folder with its index.html.
    """
    pages = {file.resolve(): Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    return [f"{file.relative_to(site.resolve())}: {problem}" for file in pages for problem in _of_page(file, pages)]


def _of_page(file: Path, pages: Mapping[Path, Page]) -> Iterator[str]:
    page = pages[file]
    for address in page.loads:
        if urlsplit(address).netloc:
            yield f"loads {address} from elsewhere"
    for address in dict.fromkeys(page.loads + page.follows):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        if not target.is_file():
            yield f"{address} leads to no file"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
            yield f"{address} leads to no place in its page"


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong; the exit code says whether anything is."""
    site = Path(*arguments)
    if not (site / "index.html").is_file():
        print(f"error: there is no site in '{site}'; make docs-site builds one in target/docs_site", file=sys.stderr)
        return 2
    found = problems(site)
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
