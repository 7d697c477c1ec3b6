"""Dates of policies: W3C's profile of ISO 8601 as IAM takes it, or seconds since 1970."""

import re

LATEST = 2**63 - 1
"""The greatest number of seconds that IAM takes."""
_SECONDS = re.compile(r"[0-9]{1,19}(\.[0-9]{1,9})?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>-?[0-9]+)(-(?P<month>[0-9]+)(-(?P<day>[0-9]+))?)?"
    r"(t((?P<hour>[0-9]+)(:(?P<minute>[0-9]+)(:(?P<second>[0-9]+)(\.(?P<fraction>[0-9]{1,9}))?)?)?)?"
    r"(z|(?P<sign>[+-])(?P<hours>[0-9]{2})(:(?P<minutes>[0-9]{2}))?)?)?",
    re.ASCII | re.IGNORECASE,
)
_LIMITS = {
    "year": (-292_275_054, 292_278_993),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "hours": (0, 23),
    "minutes": (0, 59),
}
_LONGEST = 10
"""Characters of the longest part: a year with its sign."""
_DAYS_TO_1970 = 719_468
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def moment(text: str) -> float:
    """Return seconds since 1970; raises ValueError for what is no date. What a date leaves out is its first."""
    if _SECONDS.fullmatch(text):
        if int(text.partition(".")[0]) > LATEST:
            raise ValueError(text)
        return float(text)
    found = _DATE.fullmatch(text) if "-" in text or "t" in text.lower() else None
    if found is None:
        raise ValueError(text)
    parts = {name: _part(name, found[name]) for name in _LIMITS}
    days = _days(parts["year"], parts["month"], parts["day"])
    offset = parts["hours"] * _HOUR + parts["minutes"] * _MINUTE
    seconds = parts["hour"] * _HOUR + parts["minute"] * _MINUTE + parts["second"]
    fraction = float(f"0.{found['fraction']}") if found["fraction"] else 0
    return days * _DAY + seconds - (offset if found["sign"] != "-" else -offset) + fraction


def _part(name: str, text: str | None) -> int:
    least, most = _LIMITS[name]
    if text is None:
        return max(least, 0)
    if len(text) > _LONGEST or not least <= int(text) <= most:
        raise ValueError(text)
    return int(text)


def _days(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 in the Gregorian calendar, for years that `datetime` does not know either."""
    year, months = (year, month - 3) if month > 2 else (year - 1, month + 9)  # noqa: PLR2004 - years begin in March
    era, years = divmod(year, 400)
    in_era = years * 365 + years // 4 - years // 100 + (153 * months + 2) // 5 + day - 1
    return era * 146_097 + in_era - _DAYS_TO_1970
