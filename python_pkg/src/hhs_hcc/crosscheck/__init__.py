"""Cross-check: the same people through CMS's own Python software, which the user has downloaded, and through ours.

None of CMS's code is here. What is known of it is the layout of its folder, of its input and of its output, and that
is written down where it is used: `package`, `people`, `code_tables`.
"""
