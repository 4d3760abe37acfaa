"""Days as whole numbers since 1970-01-01, so that dates are ordinary integer arithmetic."""

import numpy as np

from hhs_hcc.synth.streams import IntArray


def day_of(year: int | IntArray, month: int | IntArray = 1, day: int | IntArray = 1) -> IntArray:
    """The day number of a calendar date; arrays give arrays, three integers give an array of one."""
    months = (np.atleast_1d(np.asarray(year)) - 1970) * 12 + np.asarray(month) - 1
    days: IntArray = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + np.asarray(day) - 1
    return days


def first_day(year: int) -> int:
    """1 January of a year."""
    return int(day_of(year)[0])


def last_day(year: int) -> int:
    """31 December of a year."""
    return first_day(year + 1) - 1


def month_end_before(day: IntArray) -> IntArray:
    """The last day of the month before that of each day."""
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    ends: IntArray = months.astype("datetime64[D]").astype(np.int64) - 1
    return ends


def age_on(birth: IntArray, on: IntArray | int) -> IntArray:
    """Completed years between two days; someone born on 29 February is a year older on 1 March."""
    months_of_birth = birth.astype("datetime64[D]").astype("datetime64[M]")
    months_on = np.broadcast_to(np.asarray(on), birth.shape).astype("datetime64[D]").astype("datetime64[M]")
    day_in_birth_month = birth - months_of_birth.astype("datetime64[D]").astype(np.int64)
    day_in_month = np.asarray(on) - months_on.astype("datetime64[D]").astype(np.int64)
    months = (months_on - months_of_birth).astype(np.int64)
    completed = np.where(day_in_month < day_in_birth_month, months - 1, months)
    years: IntArray = np.floor_divide(completed, 12)
    return years
