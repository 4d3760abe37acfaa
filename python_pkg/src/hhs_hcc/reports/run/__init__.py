"""The report of a scoring run."""
