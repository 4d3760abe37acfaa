"""The documentation site, built from the Markdown that GitHub shows: `make docs-site`.

It needs no network, neither to be built nor to be read.
"""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent / "python_pkg" / "src")]

project = "Risk adjustment in a glass box"
author = "Risk adjustment analytics"
project_copyright = author
release = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "site_pages"]
exclude_patterns = ["_ext"]
highlight_language = "text"
# Two hyphens are an option of a command, not a dash.
smartquotes = False

# Links to headings, as GitHub names them.
myst_heading_anchors = 4
# An issuer's YAML and JSON, shown in code blocks, may be excerpts.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
# Types of other packages: their documentation lies in the network.
nitpick_ignore_regex = [("py:.*", r"(?!hhs_hcc).*")]

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False

# The workflow asks whether external links still lead somewhere; a build does not.
linkcheck_anchors = False
linkcheck_timeout = 20
linkcheck_retries = 2
