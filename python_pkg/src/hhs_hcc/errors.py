"""Every error that the package raises on purpose. The message says what was found, where, and what to do next."""


class HhsHccError(Exception):
    """Base of all errors meant for people; the command line prints its text and exits with code 2."""


class MissingModelYearError(HhsHccError):
    """No CMS tables are loaded for the model year asked for."""


class TableError(HhsHccError):
    """A CMS table is absent, or one of its columns or references is."""


class InputError(HhsHccError):
    """An input file or frame cannot be used: unreadable, a column missing, a value outside the accepted list."""


class UnknownVariableError(HhsHccError):
    """A rule names an HCC, RXC, group or interaction that the model year does not define."""
