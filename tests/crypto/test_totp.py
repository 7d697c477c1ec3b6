"""Codes of authenticator apps against the vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D). MFA-01."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.crypto import totp

SEED = b"12345678901234567890"
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
COUNTERS = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize(("moment", "eight_digits"), VECTORS)
def test_codes_are_those_of_the_rfc(moment: int, eight_digits: str) -> None:
    assert totp.code(SEED, totp.step_at(moment)) == eight_digits[-6:]


def test_counters_are_those_of_the_rfc() -> None:
    assert [totp.code(SEED, counter) for counter in range(10)] == COUNTERS


@given(st.binary(min_size=20, max_size=64), st.integers(60, 2**40))
def test_a_code_counts_one_step_early_and_one_step_late(seed: bytes, moment: int) -> None:
    step = totp.step_at(moment)
    for off in (-1, 0, 1):
        found = totp.matching_step(seed, totp.code(seed, step + off), moment)
        assert found is not None
        assert abs(found - step) <= 1
    outside = {totp.code(seed, step + off) for off in (-2, 2)}
    inside = {totp.code(seed, step + off) for off in (-1, 0, 1)}
    for digits in outside - inside:
        assert totp.matching_step(seed, digits, moment) is None


@pytest.mark.parametrize("digits", ["", "28708", "2870820", "٢٨٧٠٨٢", "\ud800", "287 82"])
def test_what_is_no_code_matches_nothing(digits: str) -> None:
    assert totp.matching_step(SEED, digits, 59) is None


def test_a_seed_is_written_as_apps_read_it() -> None:
    text = totp.written(bytes(range(32)))
    assert len(text) == 52
    assert base64.b32decode(text + "=" * 4) == bytes(range(32))
