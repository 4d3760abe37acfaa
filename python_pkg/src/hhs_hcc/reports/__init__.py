"""Reports: a run, a comparison, a decomposition, claim lag and the list of runs as files for a browser.

`queries/` says in SQL what a figure counts, `suppression` hides what few members stand behind, `charts` and `tables`
draw, `page` writes HTML and CSV. Each report is a module that lists its figures.
"""
