"""The risk engine: a pure decision."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.idp.threats import risk
from ostiary.idp.threats.leaked_passwords import _is_in
from ostiary.idp.threats.risk import Visit

HOME = Visit(at=1_000_000, ip="198.51.100.7", device="laptop", latitude=48.2, longitude=16.4)
HOUR = 3600


def later(hours: float = 1, **changes: object) -> Visit:
    members = {**HOME.document(), "at": HOME.at + hours * HOUR, **changes}
    return Visit(**members)


@pytest.mark.parametrize(
    ("visit", "level"),
    [
        (later(), None),
        (later(ip="198.51.100.200"), None),
        (later(device="phone"), "Low"),
        (later(ip="203.0.113.1"), "Low"),
        (later(ip="203.0.113.1", device="phone"), "Medium"),
        (later(latitude=40.7, longitude=-74.0), "Medium"),
        (later(9, latitude=40.7, longitude=-74.0), None),
        (later(latitude=40.7, longitude=-74.0, device="phone"), "High"),
        (later(latitude=40.7, longitude=-74.0, device="phone", ip="2001:db8::1"), "High"),
        (later(latitude=None, longitude=None), None),
        (later(0, latitude=48.3), None),
    ],
)
def test_a_visit_has_the_risk_of_what_is_unusual_about_it(visit: Visit, level: str | None) -> None:
    assert risk.level(visit, [HOME]) == level


def test_the_first_visit_has_nothing_to_be_compared_with() -> None:
    assert risk.level(HOME, []) is None


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_a_distance_is_at_most_half_around_the_earth(a: float, b: float, c: float, d: float) -> None:
    one, other = later(latitude=a, longitude=b), later(latitude=c, longitude=d)
    there, back = risk.distance(one, other), risk.distance(other, one)
    assert there is not None
    assert back is not None
    assert 0 <= there <= 20_016
    assert abs(there - back) < 0.001


@given(st.text(max_size=40))
def test_no_text_for_an_address_breaks_the_engine(text: str) -> None:
    assert not (risk.in_ranges(text, ["203.0.113.0/24"]) and not text.startswith("203.0.113."))
    risk.network_of(text)


@given(st.lists(st.integers(0, 2**160 - 1), max_size=30, unique=True))
def test_a_hash_is_found_in_the_file_exactly_when_it_is_there(numbers: list[int]) -> None:
    hashes = sorted(f"{number:040X}" for number in numbers)
    missing = f"{next(n for n in range(31) if n not in numbers):040X}"
    with tempfile.NamedTemporaryFile() as file:
        file.write("".join(f"{digest}:{index}\r\n" for index, digest in enumerate(hashes)).encode())
        file.flush()
        _is_in.cache_clear()
        assert all(_is_in(Path(file.name), digest) for digest in hashes)
        assert not _is_in(Path(file.name), missing)
