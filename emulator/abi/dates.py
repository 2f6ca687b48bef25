"""Instants as strace prints them beside their number."""

from __future__ import annotations

_DAYS_BEFORE_1970 = 719_468
_ERA = 146_097


def iso_date(seconds: int) -> str:
    """Return `seconds` since 1970 as 2024-01-01T00:00:00+0000 (UTC, the proleptic Gregorian calendar)."""
    days, rest = divmod(seconds, 86_400)
    days += _DAYS_BEFORE_1970
    era, day = divmod(days, _ERA)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    date = day - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    year += era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{date:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}+0000"


def show_time(seconds: int) -> str:
    """A time_t in memory: the number, and the date in a comment."""
    return f"{seconds} /* {iso_date(seconds)} */"
