"""ListUsers answers every filter as a model in Python does, or refuses it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.store.idp.users import SEARCHABLE, folded

PEOPLE = (
    ("ada", {"name": "Ada Lovelace", "email": "Ada@Example.com", "given_name": 'A "d" a'}),
    ("ADAM", {"name": "ada%", "preferred_username": "Straße", "family_name": "\\"}),
    ("adam", {"name": "Ada_", "email": "adam@example.com", "phone_number": "+12065550100"}),
    ("İd\U0010ffff", {"name": "\U0010ffff\U0010ffff", "family_name": "\u017fmith", "email": "bob@example.org"}),
    ("é\ud7ff", {"name": "É", "preferred_username": "strasse"}),
)
CONFIRMED, DISABLED = {"ada", "adam"}, {"ADAM"}
NAMES = (*sorted(SEARCHABLE), "username", "sub", "status", "cognito:user_status")
UNKNOWN = ("custom:level", "address", "Username", "STATUS", "email_verified")


@pytest.fixture
def users(make_pool: Callable[..., Any]) -> tuple[Any, list[dict[str, str]]]:
    """A pool of PEOPLE, and each of them as a filter sees them."""
    pool = make_pool(UsernameConfiguration={"CaseSensitive": True})
    for name, attributes in PEOPLE:
        named = {"UserPoolId": pool.id, "Username": name}
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        pool.admin("AdminCreateUser", **named, UserAttributes=listed, MessageAction="SUPPRESS")
        if name in CONFIRMED:
            pool.admin("AdminSetUserPassword", **named, Password="Correct-horse-8", Permanent=True)
        if name in DISABLED:
            pool.admin("AdminDisableUser", **named)
    seen = []
    for user in pool.admin("ListUsers", UserPoolId=pool.id)["Users"]:
        attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
        state = "Enabled" if user["Enabled"] else "Disabled"
        pseudo = {"username": user["Username"], "status": state, "cognito:user_status": user["UserStatus"]}
        seen.append({**attributes, **pseudo})
    assert len(seen) == len(PEOPLE)
    return pool, seen


def matches(user: dict[str, str], name: str, operator: str, value: str) -> bool:
    """Whether a user is one of those that a filter is for (behaviour/user-pools.md 16)."""
    if name not in user:
        return False
    has = user[name]
    if name not in {"username", "sub", "status"}:
        has, value = folded(has), folded(value)
    return has.startswith(value) if operator == "^=" else has == value


def quoted(value: str) -> str:
    return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


_spaces = st.sampled_from(["", " ", "\t ", "\n"])
_said = [value for name, attributes in PEOPLE for value in (name, *attributes.values())]
_said += ["Enabled", "enabled", "CONFIRMED", "confirmed", "FORCE_CHANGE_PASSWORD", "Disabled", ""]
_values = st.sampled_from(_said).flatmap(
    lambda text: st.sampled_from([text, text.upper(), text.lower(), text[:1], text[:2], text[:-1], f"{text}%"])
)
_odd = st.text(st.sampled_from("aAdßsS%_\\\"'*^=é\U0010ffff\ud7ff\ue000 "), max_size=4)
VALID = st.tuples(st.sampled_from(NAMES), st.sampled_from(["=", "^="]), _values | _odd)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALID, st.tuples(_spaces, _spaces, _spaces, _spaces), st.sampled_from(["", '"']))
@example(("name", "^=", "\U0010ffff"), ("", "", "", ""), "")
@example(("username", "^=", "\ud7ff"), ("", "", "", ""), '"')
def test_a_filter_finds_whom_the_model_finds(
    users: tuple[Any, list[dict[str, str]]], clause: tuple[str, str, str], spaces: tuple[str, str, str, str], quote: str
) -> None:
    """ENU-06."""
    pool, everybody = users
    name, operator, value = clause
    first, second, third, last = spaces
    text = f"{first}{quote}{name}{quote}{second}{operator}{third}{quoted(value)}{last}"
    found = {user["Username"] for user in pool.admin("ListUsers", UserPoolId=pool.id, Filter=text)["Users"]}
    assert found == {user["username"] for user in everybody if matches(user, name, operator, value)}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=30)
    | st.text(st.sampled_from('emailnamesub=^*" \\'), max_size=20)
    | st.sampled_from(UNKNOWN).map(lambda name: f'{name} = "x"')
    | VALID.map(lambda clause: f"{clause[0]} {clause[1]} {quoted(clause[2])} and sub ^= {quoted('')}")
)
def test_what_is_no_filter_is_refused(users: tuple[Any, list[dict[str, str]]], text: str) -> None:
    """ENU-06."""
    pool, everybody = users
    try:
        found = pool.admin("ListUsers", UserPoolId=pool.id, Filter=text)["Users"]
    except InvalidParameterException as error:
        assert error.message.startswith(("Error while parsing filter", "Invalid search attribute: "))  # noqa: PT017
        return
    assert len(found) == len(everybody) if not text.strip() else text.lstrip().removeprefix('"').startswith(NAMES)
