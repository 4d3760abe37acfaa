"""Who may read what the project writes: its owner, unless RA_UMASK says otherwise.

The setting is the process's umask, so it holds for whatever is created from then on, the files that DuckDB makes beside
a database included, and for nothing that exists: a file that its owner has shared stays shared.
"""

import os
import re
from pathlib import Path

from hhs_hcc.errors import HhsHccError

SETTING = "RA_UMASK"
OWNER_ONLY = "077"
_OCTAL = 8


def keep_new_files_private() -> None:
    """Set the umask of this process to what RA_UMASK says; by default nobody but the owner may do anything.

    Raises:
        HhsHccError: If RA_UMASK is no umask that leaves the owner able to read and write.
    """
    text = os.environ.get(SETTING) or OWNER_ONLY
    if not re.fullmatch("0[0-7][0-7]", text):
        raise HhsHccError(
            f"{SETTING} is {text!r}; it takes three octal digits that begin with 0: 077 (the owner alone, the "
            "default), 027 (the group reads), 007 (the group writes, too) or 022 (everybody reads)."
        )
    os.umask(int(text, _OCTAL))


def append_private(file: Path, content: bytes) -> None:
    """Append to a file that, if it is new, only its owner may read.

    Raises:
        HhsHccError: If it cannot be written.
    """
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(content)
    except OSError as error:
        raise HhsHccError(f"{file} cannot be written: {error.strerror}.") from error
