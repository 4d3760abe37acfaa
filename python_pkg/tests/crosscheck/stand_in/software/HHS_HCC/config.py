"""Settings in the way in which CMS's package states them; the cross-check reads them as text."""

run_spec = {
    "switch_edits": True,
    "date_format": "%Y%m%d",
}
benefit_year = 2025
