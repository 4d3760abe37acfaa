"""The documentation as text, and what it is made with."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]

PAGES = [
    *sorted((PROJECT / "docs").rglob("*.md")),
    *(PROJECT / name for name in ("README.md", "seeds/cms/README.md", "scenarios/README.md", "analyses/README.md")),
]
TEXTS = {str(page.relative_to(PROJECT)): page.read_text(encoding="utf-8") for page in PAGES}
