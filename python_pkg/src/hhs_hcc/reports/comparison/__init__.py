"""The report of two runs side by side."""
