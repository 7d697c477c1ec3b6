"""The decision agrees with a second one that was written from the IAM user guide alone (STS-09)."""

import json
from random import Random
from typing import Any

import pytest

from ostiary.iam.conditions import context_of
from ostiary.iam.evaluate import Policies, Request, decide
from ostiary.iam.principals import Caller
from tests.iam import naive

ACCOUNT = "111111111111"
USER = {"account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/team/ada"}
SESSION = {
    "account": ACCOUNT,
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/person/s",
    "role": f"arn:aws:iam::{ACCOUNT}:role/person",
}
ACTIONS = ["s3:GetObject", "s3:PutObject", "sns:Publish"]
RESOURCES = ["arn:aws:s3:::b/k", "arn:aws:s3:::b/ada/k:1", "arn:aws:sns:us-east-1:111111111111:t"]
ACTION_PATTERNS = [*ACTIONS, "*", "s3:*", "S3:get*", "s3:?utObject", "sns:P*h"]
RESOURCE_PATTERNS = [
    *RESOURCES,
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/bucket, 'b'}/?",
    "arn:aws:sns:*:111111111111:?",
]
SINGLE = {
    "aws:username": ["ada", "Ada", "bob"],
    "n:n": ["6", "7", "7.0", "x"],
    "d:d": ["2026-01-02T00:00:00Z", "1767312000", "2027-01-01T10:00:00+02:00"],
    "b:b": ["true", "false", "True"],
    "ip:ip": ["10.1.2.3", "192.168.0.1", "2001:db8::1"],
    "a:a": ["arn:aws:iam::1:role/a/b", "arn:aws:iam::1:user/x"],
    "aws:PrincipalArn": [USER["arn"], SESSION["role"]],
}
MANY = {"t:t": ["x", "y", "z", "xy"]}
OPERATORS = {
    "aws:username": ("String", ["Equals", "NotEquals", "Like", "NotLike", "EqualsIgnoreCase", "NotEqualsIgnoreCase"]),
    "n:n": ("Numeric", ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]),
    "d:d": ("Date", ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]),
    "b:b": ("", ["Bool"]),
    "ip:ip": ("", ["IpAddress", "NotIpAddress"]),
    "a:a": ("Arn", ["Equals", "NotEquals", "Like", "NotLike"]),
    "aws:PrincipalArn": ("Arn", ["Equals", "Like", "NotLike"]),
    "t:t": ("String", ["Equals", "NotEquals", "Like", "NotLike"]),
}
WANTED = {
    "aws:username": ["ada", "A*", "?da", "b*", "${aws:username}", "${*}"],
    "n:n": ["6", "7", "6.5"],
    "d:d": ["2026-01-02T00:00:00Z", "1767312001", "2027-01-01"],
    "b:b": ["true", "false"],
    "ip:ip": ["10.0.0.0/8", "192.168.0.1", "2001:db8::/32"],
    "a:a": ["arn:aws:iam::*:role/*", "arn:aws:iam::1:user/?", "arn:aws:iam::2:role/a/b"],
    "aws:PrincipalArn": [USER["arn"], SESSION["role"], "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/ada"],
    "t:t": ["x", "y", "x*", "?"],
}
CASES = 4_000


def one_or_more(random: Random, values: list[str], most: int = 2) -> Any:
    picked = random.sample(values, random.randint(1, most))
    return picked if len(picked) > 1 or random.random() < 0.5 else picked[0]


def condition(random: Random) -> dict[str, Any]:
    key = random.choice(list(OPERATORS))
    if random.random() < 0.15:
        return {random.choice(["Null", "ForAnyValue:Null"]): {key: random.choice(["true", "false"])}}
    prefix, names = OPERATORS[key]
    name = prefix + random.choice(names)
    if key in MANY or random.random() < 0.2:
        name = f"{random.choice(['ForAnyValue', 'ForAllValues'])}:{name}"
    name += random.choice(["", "", "IfExists"])
    return {name: {random.choice([key, key.upper()]): one_or_more(random, WANTED[key])}}


def statement(random: Random, effect: str, *, principal: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect,
        random.choice(["Action"] * 5 + ["NotAction"]): one_or_more(random, ACTION_PATTERNS),
    }
    if random.random() < 0.9:
        made["Resource"] = one_or_more(random, RESOURCE_PATTERNS)
    else:
        made["NotResource"] = one_or_more(random, RESOURCES)
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        made["Condition"] = {**made.get("Condition", {}), **condition(random)}
    if principal:
        names = ["*", ACCOUNT, USER["arn"], SESSION["arn"], SESSION["role"], f"arn:aws:iam::{ACCOUNT}:root"]
        made["Principal"] = random.choice(["*", {"AWS": "*"}, {"AWS": one_or_more(random, names)}])
    return made


def document(random: Random, *, principal: bool = False) -> dict[str, Any]:
    effects = random.choice([["Allow"], ["Allow", "Allow"], ["Allow", "Deny"]])
    return {
        "Version": "2012-10-17",
        "Statement": [statement(random, effect, principal=principal) for effect in effects],
    }


def keys(random: Random) -> dict[str, list[str]]:
    found = {key: [random.choice(values)] for key, values in SINGLE.items() if random.random() < 0.7}
    if random.random() < 0.8:
        found["t:t"] = random.sample(MANY["t:t"], random.randint(0, 3))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_two_engines_decide_alike(seed: int) -> None:
    random, outcomes = Random(seed), set()
    for _ in range(CASES // 4):
        action, resource, context = random.choice(ACTIONS), random.choice(RESOURCES), keys(random)
        caller = random.choice([USER, SESSION])
        given: dict[str, Any] = {
            "identity": [document(random) for _ in range(random.randint(0, 2))],
            "boundary": document(random) if random.random() < 0.4 else None,
            "session": [document(random) for _ in range(random.choice([0, 0, 1, 2]))] if caller is SESSION else [],
            "resource": document(random, principal=True) if random.random() < 0.7 else None,
        }
        same_account = random.random() < 0.7
        texts = Policies(
            identity=[json.dumps(item) for item in given["identity"]],
            boundary=given["boundary"] and json.dumps(given["boundary"]),
            session=[json.dumps(item) for item in given["session"]],
            resource=given["resource"] and json.dumps(given["resource"]),
        )
        named = Caller(account=ACCOUNT, arn=caller["arn"], role_arn=caller.get("role", ""))
        ours = decide(Request(action, resource, context_of(context)), named, texts, same_account=same_account).outcome
        lowered = {key.lower(): values for key, values in context.items()}
        theirs = naive.decision(action, resource, lowered, caller, given, same_account=same_account)
        assert ours == theirs, f"{action} {resource} {context} {caller} {json.dumps(given)} {same_account=}"
        outcomes.add(ours)
    assert outcomes == {"allowed", "explicitDeny", "implicitDeny"}
