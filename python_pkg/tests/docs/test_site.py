"""The site: whole, without a broken link, and readable without a network."""

import re
from pathlib import Path

import pytest
import yaml
from documentation import PROJECT
from docutils.nodes import make_id
from generated_text import settings
from site_links import Page, main, problems
from site_pages import complete, contents

from hhs_hcc.data_dictionary import read_dictionary

WAREHOUSE = "reference/tables/warehouse.html"


def test_every_link_within_the_site_arrives_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert problems(site) == []
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^)]*""", styles) == []


def test_a_keyboard_reaches_what_scrolls_and_headings_have_a_level(site: Path) -> None:
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        assert "<pre>" not in text, page
        assert '<div class="table-wrapper' not in text, page
        assert not re.search(r'role="heading"(?! aria-level)', text), page
    assert '<pre tabindex="0">' in (site / "tutorial.html").read_text(encoding="utf-8")


def test_every_page_of_the_folder_is_in_the_site(site: Path) -> None:
    pages = [page.relative_to(PROJECT / "docs").with_suffix(".html") for page in (PROJECT / "docs").rglob("*.md")]
    assert [str(page) for page in pages if not (site / page).is_file()] == []


def test_every_relation_of_the_project_is_described_once(site: Path) -> None:
    shown = [
        name
        for page in sorted((site / "reference" / "tables").glob("*.html"))
        for name in re.findall(r'<h2>(\w+)<a class="headerlink"', page.read_text(encoding="utf-8"))
    ]
    assert sorted(shown) == sorted(relation.name for relation in read_dictionary(PROJECT))


def test_every_var_is_described(site: Path) -> None:
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    page = (site / "reference" / "settings.html").read_text(encoding="utf-8")
    assert [name for name in variables if f'<span class="pre">{name}</span>' not in page] == []


def test_vars_that_share_a_comment_stand_together_with_their_defaults() -> None:
    text = settings()
    assert "| `calendar_first_year`<br>`calendar_last_year` | `2010`<br>`2040` | First and last calendar year" in text
    assert "| `member_age_basis_year`<br>`prediction_year` | `null` | Other names for benefit\\_year" in text


def test_a_table_of_a_diagram_leads_to_its_columns(site: Path) -> None:
    page = (site / WAREHOUSE).read_text(encoding="utf-8")
    diagram = page[page.index('<div class="erd"') :].split("</svg>")[0]
    assert f'xlink:href="#{make_id("fct_claim_line")}"' in diagram
    assert not re.search(r'\bid="', diagram), "ids of two diagrams in one page would be the same"


def test_a_link_to_a_file_outside_docs_leads_to_the_page_that_shows_it() -> None:
    page = PROJECT / "docs" / "how_to" / "add_a_model_year.md"
    shown = complete("[a](../../seeds/cms/README.md#sources) `[b](../../seeds/cms/README.md)`", page)
    assert shown == "[a](../reference/cms_sources.md#sources) `[b](../../seeds/cms/README.md)`"


def test_a_readme_that_is_taken_in_loses_its_title_and_keeps_its_links() -> None:
    page = PROJECT / "docs" / "reference" / "scenarios.md"
    shown = complete("# Scenarios\n\n<!-- insert: readme scenarios/README.md -->\n", page)
    assert [line for line in shown.splitlines() if line.startswith("# ")] == ["# Scenarios"]
    assert "(../../scenarios/scoring/as_cms_software.yml)" in shown
    assert "(../explanation/choosing_a_method.md)" in shown


def test_the_navigation_is_the_list_of_links_of_the_first_page() -> None:
    text = "# T\n\n## A\n\n* [x](one.md)\n* [y](b/two.md)\n\n## B\n\n* [z](three.md)\n\n<!-- insert: contents -->\n"
    assert contents(text).split("\n\n```{toctree}") == [
        "```{toctree}\n:hidden:\n:caption: A\n\none\nb/two\n```",
        "\n:hidden:\n:caption: B\n\nthree\n```",
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="gone.html">x</a>', "gone.html leads to no file"),
        ('<a href="other.html#gone">x</a>', "other.html#gone leads to no place in its page"),
        ('<a href="#gone">x</a>', "#gone leads to no place in its page"),
        ('<svg><a xlink:href="#gone"></a></svg>', "#gone leads to no place in its page"),
        ('<img src="gone.png">', "gone.png leads to no file"),
        ('<script src="https://example.org/x.js"></script>', "loads https://example.org/x.js from elsewhere"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "loads //example.org/x.css from elsewhere"),
    ],
)
def test_what_is_wrong_with_a_site_is_found(body: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(body, encoding="utf-8")
    (tmp_path / "other.html").write_text('<p id="here">', encoding="utf-8")
    assert problems(tmp_path) == [f"index.html: {problem}"]
    assert main([str(tmp_path)]) == 1


def test_a_site_without_faults_passes_and_one_that_is_not_there_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = '<a href="a%20b.html#here">x</a><a href="https://example.org">y</a><a href="mailto:a@example.org">z</a>'
    (tmp_path / "index.html").write_text(good, encoding="utf-8")
    (tmp_path / "a b.html").write_text('<p id="here">', encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path / "gone")]) == 2
    assert "make docs-site" in capsys.readouterr().err
    assert Page(good).follows[0] == "a%20b.html#here"
