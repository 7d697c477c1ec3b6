"""What PreTokenGeneration may change of a token, and what it never may (behaviour/tokens.md 7; LMB-02)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ostiary.tokens.override import ClaimChanges, GroupOverride, Override

ID = {
    "sub": "a-sub",
    "cognito:groups": ["admins"],
    "cognito:roles": ["arn:role"],
    "cognito:preferred_role": "arn:role",
    "iss": "https://issuer",
    "cognito:username": "jane",
    "origin_jti": "o",
    "aud": "client",
    "event_id": "e",
    "token_use": "id",
    "auth_time": 1,
    "email": "jane@example.com",
}
ACCESS = {
    "sub": "a-sub",
    "iss": "https://issuer",
    "client_id": "client",
    "token_use": "access",
    "scope": "a b",
    "username": "jane",
}
FIXED_ID = ID.keys() - {"email", "cognito:groups", "cognito:roles", "cognito:preferred_role"}
FIXED_ACCESS = ACCESS.keys() - {"scope"}
names = st.sampled_from([*ID, *ACCESS, "exp", "jti", "iat", "plan", "dev:x", "cognito:new", "identities"])
changes = st.builds(ClaimChanges, st.dictionaries(names, st.text()), st.lists(names).map(tuple))


@given(changes, changes, st.lists(st.text()).map(tuple))
def test_what_a_token_is_about_never_changes(of_id: ClaimChanges, of_access: ClaimChanges, scopes: Any) -> None:
    """TOK-17."""
    override = Override(of_id, of_access, scopes, scopes[:1], GroupOverride(("a",)))
    changed_id, changed_access = override.of_id(ID), override.of_access(ACCESS)
    assert {name: changed_id[name] for name in FIXED_ID} == {name: ID[name] for name in FIXED_ID}
    assert {name: changed_access[name] for name in FIXED_ACCESS} == {name: ACCESS[name] for name in FIXED_ACCESS}
    assert not {"exp", "jti", "iat", "identities", "cognito:new", "dev:x"} & (changed_id.keys() | changed_access.keys())
    assert all(scope.isascii() and " " not in scope for scope in str(changed_access["scope"]).split(" "))


def test_leaving_out_wins_over_adding() -> None:
    override = Override(id_token=ClaimChanges({"email": "x", "plan": "pro"}, ("email", "plan")))
    assert override.of_id(ID) == {name: value for name, value in ID.items() if name != "email"}


def test_no_groups_takes_the_groups_away_and_none_leaves_them() -> None:
    assert not [name for name in Override(groups=GroupOverride()).of_id(ID) if name.startswith("cognito:g")]
    assert Override().of_id(ID) == ID


def test_an_audience_may_be_the_client_only() -> None:
    assert Override(access_token=ClaimChanges({"aud": "client"})).of_access(ACCESS)["aud"] == "client"
    assert "aud" not in Override(access_token=ClaimChanges({"aud": "another"})).of_access(ACCESS)


def test_an_id_token_keeps_text_where_text_belongs() -> None:
    """behaviour/tokens.md 7: these four are strings or stay as they were; others may be anything."""
    added = {"email_verified": True, "phone_number_verified": 1, "updated_at": 1.5, "address": {"formatted": "x"}}
    rich = {"plan": {"name": "pro", "seats": [1, 2]}, "flag": False, "rate": 0.5}
    changed = Override(id_token=ClaimChanges({**added, **rich})).of_id(ID)
    assert changed == {**ID, **rich}
    texts = {"email_verified": "true", "address": "1 Main St"}
    assert Override(id_token=ClaimChanges(texts)).of_id(ID) == {**ID, **texts}
    assert Override(access_token=ClaimChanges(added)).of_access(ACCESS) == {**ACCESS, **added}


def test_scopes_are_added_unless_they_are_reserved_or_none_and_suppressing_wins() -> None:
    override = Override(
        scopes_to_add=("c", "a", "two words", "aws.cognito.signin.user.admin", ""), scopes_to_suppress=("b",)
    )
    assert override.of_access(ACCESS)["scope"] == "a c"
    scopeless = {name: value for name, value in ACCESS.items() if name != "scope"}
    assert override.of_access(scopeless)["scope"] == "c a"
    assert "scope" not in Override().of_access(scopeless)
    both = Override(scopes_to_add=("c",), scopes_to_suppress=("c",))
    assert both.of_access(ACCESS)["scope"] == "a b"


def test_a_developers_attribute_is_left_out_but_not_written() -> None:
    claims = {**ID, "dev:custom:x": "1"}
    assert Override(id_token=ClaimChanges({"dev:custom:x": "2"})).of_id(claims) == claims
    assert Override(id_token=ClaimChanges(suppress=("dev:custom:x", "cognito:groups"))).of_id(claims) == ID


def test_who_acts_and_for_whom_a_token_was_made_stay_told() -> None:
    """RFC 8693 4.1: a function neither claims that somebody acts nor hides it."""
    derived = {**ACCESS, "aud": "files", "act": {"sub": "agent"}}
    changes = ClaimChanges({"aud": "client", "act": {"sub": "eve"}}, ("aud", "act"))
    assert Override(access_token=changes).of_access(derived) == derived
    assert Override(access_token=ClaimChanges({"act": {"sub": "eve"}})).of_access(ACCESS) == ACCESS
