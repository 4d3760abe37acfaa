"""The report of how long claims take to arrive."""
