"""Code normalisation: the many spellings of a real feed become the one spelling of the CMS tables.

`ALGORITHM` of the project: ICD-10-CM and HCPCS in upper case without dots or blanks, NDC as 11 characters.
The staging macros `normalise_icd10`, `normalise_hcpcs` and `normalise_ndc` do the same in SQL; a test holds them equal.
Other letters than A to Z are dropped before the case is changed: one engine makes SS of a sharp s, another does not.
"""

import polars as pl

NDC_LENGTH = 11
_NDC_SEGMENTS = (5, 4, 2)
_SHORTEST_NDC = 9


def normalise_icd10(code: pl.Expr) -> pl.Expr:
    """Upper case, letters and digits only: ` e11.22` becomes `E1122`. Null when nothing is left."""
    return _letters_and_digits(code)


def normalise_hcpcs(code: pl.Expr) -> pl.Expr:
    """Upper case, letters and digits only: ` j0129` becomes `J0129`. Null when nothing is left."""
    return _letters_and_digits(code)


def normalise_ndc(code: pl.Expr) -> pl.Expr:
    """Eleven characters without dashes.

    Three dashed segments are padded each to 5-4-2, which is the only unambiguous way to read the 10-digit forms
    4-4-2, 5-3-2 and 5-4-1. Undashed codes of 9 or 10 characters have lost leading zeros and are padded on the left.
    Letters stay, in upper case: a few products of the CMS list have one. Anything else is no NDC and becomes null.
    """
    text = code.str.replace_all(r"\s", "")
    segments = text.str.extract_groups(r"^([0-9A-Za-z]{1,5})-([0-9A-Za-z]{1,4})-([0-9A-Za-z]{1,2})$")
    padded = [
        segments.struct.field(str(position)).str.zfill(width) for position, width in enumerate(_NDC_SEGMENTS, start=1)
    ]
    plain = text.str.extract(rf"^([0-9A-Za-z]{{{_SHORTEST_NDC},{NDC_LENGTH}}})$").str.zfill(NDC_LENGTH)
    return pl.coalesce(pl.concat_str(padded), plain).str.to_uppercase()


def _letters_and_digits(code: pl.Expr) -> pl.Expr:
    kept = code.str.replace_all(r"[^A-Za-z0-9]", "").str.to_uppercase()
    return pl.when(kept != "").then(kept)
