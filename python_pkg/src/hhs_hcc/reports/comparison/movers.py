"""The largest movers one by one, under invented names: protected health information, for who asks for it."""

import hmac
import secrets
from hashlib import sha256

import polars as pl

from hhs_hcc.reports.figure import Column, Figure, Kind
from hhs_hcc.reports.queries import ask
from hhs_hcc.warehouse import Warehouse

_LETTERS = 10


def largest_movers(warehouse: Warehouse, batch_id: str) -> Figure:
    """A row for each of the largest moves, members under names that only this page knows.

    Args:
        warehouse: The open database.
        batch_id: The comparison run.

    The key of the names is drawn anew for each report and kept nowhere: who has the list of members cannot work the
    names out, and two reports name the same member differently.
    """
    answer = ask(warehouse, "comparison/movers", batch_id=batch_id)
    key = secrets.token_bytes(32)
    frame = answer.frame.with_columns(
        pl.col("member_id").map_elements(lambda member: _pseudonym(key, member), return_dtype=pl.String).alias("name"),
        # One decimal is enough to follow a story, and makes it harder to find the member in a list of scores.
        pl.col("score_a", "score_b", "score_diff").cast(pl.String),
    )
    return Figure(
        name="largest-movers",
        title="The largest moves, member by member (PHI)",
        reading="Names are invented for this page, scores rounded to one decimal. Health conditions of single members "
        "are protected health information under any name: do not pass this page on.",
        frame=frame.select("name", pl.exclude("name", "member_id")),
        columns=[
            Column("name", "Invented name"),
            Column("direction", "Score went"),
            Column("rank", "Rank", Kind.COUNT),
            Column("score_a", "Run A"),
            Column("score_b", "Run B"),
            Column("score_diff", "Change"),
            Column("hcc_added", "HCCs gained"),
            Column("hcc_removed", "HCCs lost"),
            Column("rxc_added", "RXCs gained"),
            Column("rxc_removed", "RXCs lost"),
        ],
        sql=answer.sql,
    )


def _pseudonym(key: bytes, member_id: str) -> str:
    return "member " + hmac.new(key, member_id.encode(), sha256).hexdigest()[:_LETTERS]
