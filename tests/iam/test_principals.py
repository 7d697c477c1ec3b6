"""How a statement names who is calling, whoever that is (STS-01, STS-06)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ostiary.iam.documents import Statement, parsed
from ostiary.iam.principals import Caller, named
from tests.iam.policies import ACCOUNT, NOBODY, OTHER, ROLE_ARN, ROOT, SESSION, USER

AIDA, AROA = "AIDAEXAMPLEEXAMPLE12", "AROAEXAMPLEEXAMPLE12"
ADA = replace(USER, unique_id=AIDA)
PERSON = replace(SESSION, unique_id=AROA)
GOOGLE = Caller(federated="accounts.google.com")
SYNC = Caller(service="cognito-sync.amazonaws.com")
HOME = f"arn:aws:iam::{ACCOUNT}:root"


def statement(**members: Any) -> Statement:
    made = {"Effect": "Allow", "Action": "*", **members}
    return parsed(json.dumps({"Version": "2012-10-17", "Statement": [made]})).statements[0]


def how(principal: Any, caller: Caller, effect: str = "Allow") -> str | None:
    return named(statement(Effect=effect, Principal=principal), caller)


def is_denied(excepted: Any, caller: Caller) -> bool:
    """Whether a Deny of all but these is about the caller."""
    return named(statement(Effect="Deny", NotPrincipal=excepted), caller) is not None


@pytest.mark.parametrize(
    ("principal", "caller", "strength"),
    [
        ("*", NOBODY, "any"),
        ("*", ADA, "any"),
        ({"AWS": "*"}, PERSON, "any"),
        ({"AWS": "*"}, NOBODY, "any"),
        ({"AWS": ADA.arn}, ADA, "user"),
        ({"AWS": AIDA}, ADA, "user"),
        ({"AWS": AIDA}, USER, None),
        ({"AWS": ADA.arn}, PERSON, None),
        ({"AWS": PERSON.arn}, PERSON, "session"),
        ({"AWS": ROLE_ARN}, PERSON, "role"),
        ({"AWS": AROA}, PERSON, "role"),
        ({"AWS": AROA}, ADA, None),
        ({"AWS": f"{ROLE_ARN}x"}, PERSON, None),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/person/t"}, PERSON, None),
        ({"AWS": ACCOUNT}, ADA, "account"),
        ({"AWS": HOME}, ADA, "account"),
        ({"AWS": HOME}, PERSON, "account"),
        ({"AWS": HOME}, ROOT, "account"),
        ({"AWS": ACCOUNT}, ROOT, "account"),
        ({"AWS": OTHER}, ADA, None),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, ROOT, None),
        ({"AWS": HOME}, NOBODY, None),
        ({"AWS": ADA.arn}, NOBODY, None),
        ({"AWS": [ACCOUNT, ADA.arn]}, ADA, "user"),
        ({"AWS": [ACCOUNT, "*"]}, ADA, "any"),
        ({"AWS": [ACCOUNT, ROLE_ARN]}, PERSON, "role"),
        ({"AWS": ["*", ROLE_ARN]}, PERSON, "any"),
        ({"AWS": [ROLE_ARN, PERSON.arn]}, PERSON, "session"),
        ({"AWS": [OTHER, AIDA]}, ADA, "user"),
        ({"Federated": "accounts.google.com"}, GOOGLE, "federated"),
        ({"Federated": "accounts.google.com"}, ADA, None),
        ({"Federated": "accounts.google.com"}, NOBODY, None),
        ({"Federated": "accounts.google.co"}, GOOGLE, None),
        ({"Service": "accounts.google.com"}, GOOGLE, None),
        ({"Service": "cognito-sync.amazonaws.com"}, SYNC, "federated"),
        ({"Federated": "cognito-sync.amazonaws.com"}, SYNC, None),
        ({"Service": "sns.amazonaws.com"}, SYNC, None),
        ({"AWS": "cognito-sync.amazonaws.com"}, SYNC, None),
        ({"CanonicalUser": ACCOUNT}, ADA, None),
        ({"AWS": ""}, NOBODY, None),
        ({"AWS": ""}, ADA, None),
        ({"AWS": "arn:aws:iam:::root"}, NOBODY, None),
        ({"Federated": ""}, ADA, None),
        ({"Service": ""}, NOBODY, None),
        ("*", GOOGLE, None),
        ({"AWS": "*"}, SYNC, None),
        ({"AWS": "*", "Federated": "accounts.google.com"}, GOOGLE, "federated"),
        ({"AWS": ADA.arn, "Federated": "accounts.google.com"}, ADA, "user"),
    ],
)
def test_a_caller_is_named_in_the_strongest_way_there_is(principal: Any, caller: Caller, strength: str | None) -> None:
    assert how(principal, caller) == strength


def test_everybody_in_a_deny_is_everybody() -> None:
    for caller in (NOBODY, ADA, PERSON, GOOGLE, SYNC, ROOT):
        assert how("*", caller, "Deny") == "any"


def test_a_policy_without_principals_names_nobody() -> None:
    for caller in (NOBODY, ADA, GOOGLE):
        assert named(statement(Resource="*"), caller) is None


@pytest.mark.parametrize(
    ("excepted", "caller", "denied"),
    [
        ({"AWS": [ACCOUNT, ADA.arn]}, ADA, False),
        ({"AWS": [HOME, ADA.arn]}, ADA, False),
        ({"AWS": ADA.arn}, ADA, True),
        ({"AWS": ACCOUNT}, ADA, True),
        ({"AWS": [OTHER, ADA.arn]}, ADA, True),
        ({"AWS": [ACCOUNT, f"{ADA.arn}x"]}, ADA, True),
        ({"AWS": [ACCOUNT, ROLE_ARN, PERSON.arn]}, PERSON, False),
        ({"AWS": [ACCOUNT, ROLE_ARN]}, PERSON, True),
        ({"AWS": [ACCOUNT, PERSON.arn]}, PERSON, True),
        ({"AWS": [ROLE_ARN, PERSON.arn]}, PERSON, True),
        ({"AWS": ACCOUNT}, ROOT, False),
        ({"AWS": HOME}, ROOT, False),
        ({"AWS": OTHER}, ROOT, True),
        ({"AWS": ACCOUNT}, NOBODY, True),
        ({"AWS": "*"}, ADA, False),
        ("*", NOBODY, False),
        ({"Federated": "accounts.google.com"}, GOOGLE, False),
        ({"Federated": "appleid.apple.com"}, GOOGLE, True),
        ({"Service": "cognito-sync.amazonaws.com"}, SYNC, False),
        ({"Service": "sns.amazonaws.com"}, SYNC, True),
        ({"Federated": [ACCOUNT, ADA.arn]}, ADA, True),
    ],
)
def test_a_deny_of_all_but_some_spares_who_is_listed_in_every_form(
    excepted: Any, caller: Caller, *, denied: bool
) -> None:
    assert is_denied(excepted, caller) is denied


@pytest.mark.parametrize("caller", [NOBODY, ADA, PERSON, ROOT, GOOGLE, SYNC])
def test_an_allow_of_all_but_some_that_was_stored_once_lets_in_no_web_identity_and_none_of_the_listed(
    caller: Caller,
) -> None:
    """STS-06."""

    def let_in(excepted: Any) -> bool:
        return named(statement(NotPrincipal=excepted), caller) == "any"

    outside = caller in {GOOGLE, SYNC}
    assert let_in({"AWS": OTHER}) is not outside
    assert let_in({"AWS": ACCOUNT}) is (caller is NOBODY)
    assert not let_in("*")
