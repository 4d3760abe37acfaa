"""Build hook: the wheel carries the CMS tables of seeds/cms; an editable install reads them in place."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackCmsTables(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `seeds/cms/*.csv` to the wheel as `hhs_hcc/cms/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Force-include each table, except in editable installs, where a copy would go stale."""
        if version == "editable":
            return
        for table in sorted((Path(self.root) / "seeds" / "cms").glob("*.csv")):
            build_data["force_include"][str(table)] = f"hhs_hcc/cms/{table.name}"
