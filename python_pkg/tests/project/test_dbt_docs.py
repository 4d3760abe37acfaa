"""The first page of dbt's documentation: its links lead somewhere, and its diagrams are drawn and can be embedded."""

import base64
import re
import shutil
from pathlib import Path

import pytest
import yaml

from hhs_hcc import dbt_docs
from hhs_hcc.dbt_docs import DIAGRAMS, FOLDER, draw_diagrams, embed

PROJECT = Path(__file__).resolve().parents[3]
OVERVIEW = (PROJECT / "models" / "_overview.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[(\w+)\]\(#!/(\w+)/(\w+)\.risk_adjustment\.([\w.]+)\)")
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz (dot) is not installed")


def test_each_link_of_the_overview_leads_to_a_table_of_the_project() -> None:
    links = LINK.findall(OVERVIEW)
    assert len(links) == OVERVIEW.count("(#!/") >= 12
    for text, page, kind, name in links:
        assert page == kind
        assert text == name.rsplit(".", maxsplit=1)[-1], "what is written is where it leads"
        if kind == "source":
            source, table = name.split(".")
            content = yaml.safe_load((PROJECT / "models" / f"_{source}__sources.yml").read_text(encoding="utf-8"))
            assert table in [one["name"] for group in content["sources"] for one in group["tables"]]
        else:
            folder = PROJECT / {"model": "models", "seed": "seeds"}[kind]
            assert [path for path in folder.rglob(f"{name}.*") if path.suffix in (".sql", ".py", ".csv")], name


def test_the_overview_shows_the_diagrams_that_are_drawn() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", OVERVIEW)
    assert shown == [f"{FOLDER}/{name}.svg" for name in DIAGRAMS]


@needs_graphviz
def test_a_page_that_is_one_file_holds_its_diagrams_and_can_be_treated_twice(tmp_path: Path) -> None:
    drawn = draw_diagrams(PROJECT, tmp_path)
    page = tmp_path / "static_index.html"
    page.write_text(f'<script>n={{manifest:"![Diagram]({FOLDER}/runs.svg)\\n"}}</script>', encoding="utf-8")
    embed(page, drawn)
    html = page.read_text(encoding="utf-8")
    embed(page, drawn)
    assert page.read_text(encoding="utf-8") == html
    assert f"{FOLDER}/" not in html
    (picture,) = re.findall(r"!\[Diagram\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", html)
    svg = base64.b64decode(picture).decode()
    assert svg == drawn[f"{FOLDER}/runs.svg"].read_text(encoding="utf-8")
    assert "run_registry" in svg
    assert "<script" not in svg


@needs_graphviz
def test_a_diagram_is_no_wider_than_the_page(tmp_path: Path) -> None:
    for file in draw_diagrams(PROJECT, tmp_path).values():
        (width, height) = map(int, re.findall(r'(?:width|height)="(\d+)pt"', file.read_text(encoding="utf-8"))[:2])
        left, top, right, bottom = map(float, re.search(r'viewBox="([^"]+)"', file.read_text())[1].split())
        assert width <= 640
        assert width / height == pytest.approx((right - left) / (bottom - top), rel=0.01), "the picture is not bent"


def test_without_graphviz_the_documentation_is_there_and_the_way_to_diagrams_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    dbt_docs.main(tmp_path, PROJECT)
    assert "install Graphviz" in capsys.readouterr().out
    assert not (tmp_path / FOLDER).exists()
