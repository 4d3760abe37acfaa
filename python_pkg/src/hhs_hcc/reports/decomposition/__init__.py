"""The report of why a score moved."""
