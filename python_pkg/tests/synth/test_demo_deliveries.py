"""A year in several deliveries, before dirt: each knows what had happened by then, and counts what has changed."""

import polars as pl
import pytest
from demo_issuer import (
    DELIVERIES,
    MANY_CHANGES,
    YEAR,
    Delivered,
    make_delivery,
    make_series,
    make_some_members,
)

from hhs_hcc.synth.changes import CHANGE_KINDS, COURSE_OF_THE_YEAR, SHARES
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.layout import RAW_COLUMNS
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.text import dates, member_ids

LINE = ["claim_id", "claim_line_number"]
RESTATED = ["paid_date", "paid_amount", "claim_status", "replaces_claim_id", "bill_type_code"]
STEPS = range(1, DELIVERIES)
"""Positions of the deliveries that have one before them."""

Series = list[Delivered]


@pytest.fixture(scope="module")
def people_of_the_year() -> Members:
    return make_some_members(YEAR, 1200)


@pytest.fixture(scope="module")
def series(people_of_the_year: Members) -> Series:
    return make_series(people_of_the_year, MANY_CHANGES)


@pytest.fixture(scope="module")
def quiet(people_of_the_year: Members) -> Series:
    return make_series(people_of_the_year, 0.0)


@pytest.fixture(scope="module")
def everything(people_of_the_year: Members) -> Delivered:
    return make_delivery(Schedule.once(YEAR), people_of_the_year)


def known_until(delivered: Delivered) -> str:
    """The last day that a delivery knows about."""
    return dates(delivered.schedule.known)[delivered.schedule.number - 1]


def side_by_side(before: pl.DataFrame, after: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows that are in both rosters; columns of the later one end in `_now`."""
    return before.join(after, on=key, suffix="_now", validate="1:1")


def differs(*columns: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(column).ne_missing(pl.col(f"{column}_now")) for column in columns)


def last_coverage(delivered: Delivered) -> pl.DataFrame:
    """Per member the plan held last and the last covered day, as far as was known."""
    spans = delivered.clean.enrollments.sort("member_id", "enrollment_start_date")
    return spans.group_by("member_id").agg(
        pl.col("hios_plan_id").last(),
        end=pl.col("enrollment_end_date").max(),
        start=pl.col("enrollment_start_date").min(),
    )


def roster(delivered: Delivered) -> pl.DataFrame:
    return delivered.clean.people.join(last_coverage(delivered), on="member_id", validate="1:1")


def count(frame: pl.DataFrame, changed: pl.Expr) -> int:
    return frame.filter(changed).height


def ids(frame: pl.DataFrame, key: str) -> set[str]:
    return set(frame[key])


def test_every_kind_of_change_occurs(series: Series) -> None:
    seen = {kind for delivered in series[1:] for kind, number in delivered.changes.items() if number}
    assert seen == set(CHANGE_KINDS)
    assert not any(series[0].changes.values())


def test_nothing_changes_but_the_course_of_the_year_where_no_changes_are_asked_for(
    quiet: Series, everything: Delivered
) -> None:
    for delivered in quiet:
        assert {kind for kind, number in delivered.changes.items() if number} <= set(COURSE_OF_THE_YEAR)
        assert delivered.clean.again.is_empty()
        assert delivered.plans.equals(everything.plans)
        assert delivered.providers.equals(everything.providers)
    assert quiet[-1].clean.people.equals(everything.clean.people)
    assert quiet[-1].clean.enrollments.equals(everything.clean.enrollments)


def test_the_whole_is_that_of_the_one_delivery(
    series: Series, quiet: Series, everything: Delivered, people_of_the_year: Members
) -> None:
    assert everything.clean.people.height == len(people_of_the_year)
    timeless = [column for column in RAW_COLUMNS["raw_claims"] if column != "paid_date"]
    whole = everything.lines.select(timeless).sort(LINE)
    for deliveries in (series, quiet):
        lines = pl.concat(delivered.lines for delivered in deliveries)
        assert lines.select(timeless).sort(LINE).equals(whole)
        records = pl.concat(delivered.clean.supplementals for delivered in deliveries)
        assert records.sort("supplemental_diagnosis_id").equals(
            everything.clean.supplementals.sort("supplemental_diagnosis_id")
        )
    moved = (
        pl.concat(delivered.lines for delivered in quiet)
        .join(everything.lines, on=LINE)
        .filter(pl.col("paid_date") != pl.col("paid_date_right"))
    )
    # What is decided after the last delivery is decided on its last day: almost nothing.
    assert (moved["paid_date"] == known_until(quiet[-1])).all()
    assert moved.height < 0.001 * whole.height


def test_a_delivery_knows_the_past_only(series: Series) -> None:
    for delivered in series:
        known = known_until(delivered)
        assert (pl.concat([delivered.lines, delivered.clean.again])["paid_date"] <= known).all()
        assert (delivered.clean.supplementals["processed_date"] <= known).all()
        assert (delivered.clean.people["birth_date"] <= known).all()
        assert (delivered.clean.enrollments["enrollment_start_date"] <= known).all()


def test_coverage_is_open_to_the_end_of_the_year_until_its_end_is_known(
    quiet: Series, people_of_the_year: Members
) -> None:
    truth = pl.DataFrame(
        {"member_id": member_ids(people_of_the_year.key), "true_end": dates(people_of_the_year.coverage_last)}
    ).filter(pl.col("true_end") < f"{YEAR}-12-31")
    first, last = (last_coverage(quiet[position]).join(truth, on="member_id") for position in (0, -1))
    assert (last["end"] == last["true_end"]).all()
    is_past = first["true_end"] < known_until(quiet[0])
    assert 0 < is_past.sum() < first.height
    assert (first.filter(is_past)["end"] == first.filter(is_past)["true_end"]).all()
    assert (first.filter(~is_past)["end"] == f"{YEAR}-12-31").all()


@pytest.mark.parametrize("position", STEPS)
def test_rosters_are_whole_but_for_those_who_vanished(position: int, series: Series, quiet: Series) -> None:
    before, after = (ids(series[at].clean.people, "member_id") for at in (position - 1, position))
    earlier = set().union(*(ids(delivered.clean.people, "member_id") for delivered in series[:position]))
    changes = series[position].changes
    assert len(before - after) == changes["vanished_member"]
    assert len((after - before) & earlier) == changes.get("reappeared_member", 0)
    new = after - earlier
    assert len(new) == changes.get("new_member", 0) + changes.get("late_member", 0)
    # Who is late was covered when the delivery before was made.
    begun = last_coverage(series[position]).filter(pl.col("start") <= known_until(series[position - 1]))
    assert len(new & ids(begun, "member_id")) == changes.get("late_member", 0)
    in_time = ids(quiet[position].clean.people, "member_id")
    assert after < in_time
    assert ids(series[position].clean.enrollments, "member_id") == after


@pytest.mark.parametrize("position", STEPS)
def test_members_differ_from_the_delivery_before_as_was_counted(
    position: int, series: Series, people_of_the_year: Members
) -> None:
    both = side_by_side(roster(series[position - 1]), roster(series[position]), "member_id")
    changes = series[position].changes
    same_plan = both.filter(~differs("hios_plan_id"))
    flags = ("is_digitally_engaged", "is_care_management_engaged", "is_wellness_engaged")
    found = {
        "moved_member": count(both, differs("zip_code")),
        "broker_changed": count(both, differs("broker_id")),
        "engagement_changed": count(both, differs(*flags)),
        "segment_changed": count(both, differs("clinical_segment")),
        "high_cost_changed": count(both, differs("high_cost_member")),
        "switched_plan": count(both, differs("hios_plan_id")),
    }
    assert found == {kind: changes.get(kind, 0) for kind in found}
    # Who changes plans may get another range of incomes with it.
    income = count(same_plan, differs("fpl_ratio"))
    assert income <= changes["income_changed"] <= income + changes.get("switched_plan", 0)

    true_end = pl.DataFrame(
        {"member_id": member_ids(people_of_the_year.key), "true": dates(people_of_the_year.coverage_last)}
    )
    ended = both.filter(pl.col("end_now") < pl.col("end")).join(true_end, on="member_id")
    assert count(ended, pl.col("end_now") < pl.col("true")) == changes["termed_member"]
    assert count(ended, pl.col("end_now") == pl.col("true")) == changes.get("ended_coverage", 0)
    assert len(ended) == changes["termed_member"] + changes.get("ended_coverage", 0)

    steady = ("subscriber_id", "first_name", "last_name", "birth_date", "gender", "state", "age_group", "year")
    assert both.filter(differs(*steady, "mutually_exclusive_hcc_condition")).is_empty()


def test_a_coverage_ended_before_a_change_of_plans_never_comes_to_the_new_plan(
    quiet: Series, people_of_the_year: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every family is ended in the second delivery, so that most of the few who change plans are ended before.
    monkeypatch.setitem(SHARES, "termed_member", 1.0)
    ended = make_delivery(Schedule.series(YEAR, DELIVERIES, DELIVERIES, 1.0), people_of_the_year)
    assert (ended.clean.enrollments["enrollment_start_date"] <= ended.clean.enrollments["enrollment_end_date"]).all()
    plans = ended.plans.select("hios_plan_id", "metal_level")
    both = side_by_side(roster(quiet[-1]), roster(ended), "member_id")
    cut_off = both.filter(differs("hios_plan_id")).join(plans, left_on="hios_plan_id_now", right_on="hios_plan_id")
    assert cut_off.height > 0
    assert (cut_off["end_now"] < cut_off["end"]).all()
    assert (cut_off["plan_metal_now"] == cut_off["metal_level"]).all()
    assert cut_off.filter(differs("plan_metal", "plan_network_access_type")).height > 0


@pytest.mark.parametrize("position", STEPS)
def test_providers_and_plans_differ_from_the_delivery_before_as_was_counted(position: int, series: Series) -> None:
    before, after, changes = series[position - 1], series[position], series[position].changes
    both = side_by_side(before.providers, after.providers, "provider_id")
    moved = both.filter(differs("street"))
    assert moved.height == changes["moved_provider"]
    assert moved.filter(~differs("zip_code") | ~differs("city") | ~differs("phone")).is_empty()
    assert both.filter(differs("npi", "provider_name", "specialty", "state")).is_empty()

    old, new = ids(before.providers, "provider_id"), ids(after.providers, "provider_id")
    earlier = set().union(*(ids(delivered.providers, "provider_id") for delivered in series[:position]))
    assert len(old - new) == changes["vanished_provider"]
    assert len(new - earlier) == changes["new_provider"]
    assert len((new - old) & earlier) == changes.get("reappeared_provider", 0)

    plans = side_by_side(before.plans, after.plans, "plan_id")
    assert plans.height == before.plans.height == after.plans.height
    repriced = plans.filter(differs("monthly_premium"))
    assert repriced.height == changes["repriced_plan"]
    has_deductible = pl.col("deductible") != "0.00"
    assert repriced.filter(has_deductible & ~differs("deductible")).is_empty()
    assert plans.filter(differs("hios_plan_id", "metal_level", "market", "oop_max", "actuarial_value")).is_empty()


@pytest.mark.parametrize("position", STEPS)
def test_claims_delivered_again_were_delivered_before_and_say_something_else(position: int, series: Series) -> None:
    again = series[position].clean.again
    original = pl.col("replaces_claim_id").fill_null(pl.col("claim_id")).alias("claim_id")
    now = again.with_columns(original, new_id=pl.col("claim_id"))
    versions = pl.concat(
        [
            lines.with_columns(delivery=pl.lit(delivered.schedule.number))
            for delivered in series[:position]
            for lines in (delivered.lines, delivered.clean.again)
        ]
    ).sort("delivery")
    latest = versions.unique(LINE, keep="last")
    both = now.join(latest, on=LINE, suffix="_before", validate="1:1")
    assert both.height == again.height

    assert (both["paid_date"] > both["paid_date_before"]).all()
    assert (both["paid_date"] > known_until(series[position - 1])).all()
    assert (both["claim_status_before"] == "paid").all()
    assert latest.join(both, left_on="replaces_claim_id", right_on="claim_id").is_empty(), "replaced twice"
    steady = [column for column in RAW_COLUMNS["raw_claims"] if column not in (*LINE, *RESTATED)]
    assert all(both[column].eq_missing(both[f"{column}_before"]).all() for column in steady)

    is_reversed, is_replaced = pl.col("claim_status") == "void", pl.col("replaces_claim_id").is_not_null()
    is_corrected = ~is_reversed & ~is_replaced
    changes = series[position].changes
    assert both.filter(is_reversed)["claim_id"].n_unique() == changes["reversed_claim"]
    assert both.filter(is_replaced)["claim_id"].n_unique() == changes["replaced_claim"]
    assert both.filter(is_corrected)["claim_id"].n_unique() == changes["corrected_claim"]
    other_amount = pl.col("paid_amount") != pl.col("paid_amount_before")
    assert both.filter(is_reversed & other_amount).is_empty()
    assert both.filter(~is_reversed & ~other_amount).is_empty()
    assert both.filter(
        pl.col("paid_amount").cast(pl.Decimal(14, 2)) > pl.col("allowed_amount").cast(pl.Decimal(14, 2))
    ).is_empty()

    replacing = both.filter(is_replaced)
    assert not replacing["new_id"].is_in(versions["claim_id"].implode()).any()
    assert replacing["bill_type_code"].drop_nulls().str.ends_with("7").all()
    assert both.filter(~is_replaced & pl.col("bill_type_code").ne_missing(pl.col("bill_type_code_before"))).is_empty()


def test_a_claim_that_was_reversed_or_replaced_does_not_change_any_more(series: Series) -> None:
    ended: set[str] = set()
    for delivered in series:
        again = delivered.clean.again
        touched = ids(again.with_columns(pl.col("replaces_claim_id").fill_null(pl.col("claim_id")).alias("of")), "of")
        assert not touched & ended
        ended |= ids(again.filter(pl.col("claim_status") == "void"), "claim_id")
        ended |= ids(again.drop_nulls("replaces_claim_id"), "replaces_claim_id")
    assert len(ended) > 100


@pytest.mark.parametrize("position", STEPS)
def test_late_claims_were_decided_before_the_delivery_before(position: int, series: Series) -> None:
    late = series[position].lines.filter(pl.col("paid_date") <= known_until(series[position - 1]))
    assert late["claim_id"].n_unique() == series[position].changes["late_claim"]


def test_supplemental_records_come_with_or_after_their_claim(series: Series) -> None:
    seen: set[str] = set()
    for delivered in series:
        seen |= ids(delivered.clean.medical, "claim_id")
        assert ids(delivered.clean.supplementals, "claim_id") <= seen


def test_shares_of_change_are_those_asked_for(series: Series) -> None:
    delivered = series[2]
    before = pl.concat(earlier.lines for earlier in series[:2])["claim_id"].n_unique()
    restated = sum(delivered.changes[kind] for kind in ("corrected_claim", "reversed_claim", "replaced_claim"))
    # Less than 80 % of the share: claims with planted dirt, and those that have ended, do not change.
    assert 0.6 * MANY_CHANGES < restated / before < 0.8 * MANY_CHANGES
    assert 0.8 * MANY_CHANGES < delivered.changes["repriced_plan"] / len(delivered.plans) < 1.2 * MANY_CHANGES
