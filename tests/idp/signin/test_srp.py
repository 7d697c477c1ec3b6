"""Signing in by SRP: the proof, and what is sealed in SECRET_BLOCK."""

import base64
import uuid
from collections.abc import Callable

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    UserNotFoundException,
)
from ostiary.crypto import srp
from ostiary.idp.signin.challenges import CHALLENGES
from ostiary.runtime.clock import Clock
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import PASSWORD, App, Pool

MakePool = Callable[..., Pool]
Advance = Callable[[float], None]
WRONG = r"^Incorrect username or password\.$"


def asked(app: App, username: str = "ann", password: str = PASSWORD) -> dict[str, str]:
    """Return the right answer to a challenge that was just asked."""
    client = SrpClient(app.pool.id, username, password)
    return app.srp_answer(app.srp_challenge(username, client), client)


def test_the_proof_gives_tokens_without_a_session(app: App) -> None:
    """behaviour/clients.md 8."""
    answer = app.srp("ann")
    assert answer.keys() == {"ChallengeParameters", "AuthenticationResult"}
    assert app.pool.get_user(answer["AuthenticationResult"]["AccessToken"])["Username"] == "ann"


def test_the_proof_holds_many_times(app: App) -> None:
    """Numbers that need padding turn up among many (PWD-02)."""
    for _ in range(40):
        assert "AuthenticationResult" in app.srp("ann")


@pytest.mark.parametrize("password", ["Zażółć-gęślą-1", "пароль-Ж1aA-", "密码🔑Aa1!----", "inner  Space-1"])
def test_the_proof_holds_for_any_password(app: App, password: str) -> None:
    app.pool.set_password("ann", password)
    assert "AuthenticationResult" in app.srp("ann", password)
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.srp("ann", f"{password} ")


def test_a_wrong_password_is_refused(app: App) -> None:
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.srp("ann", "Wrong-horse-8")


def test_a_client_with_a_secret_proves_it_at_both_steps(app: App) -> None:
    """PWD-13."""
    secret = app.pool.app(GenerateSecret=True)
    assert "AuthenticationResult" in secret.srp("ann")
    with pytest.raises(NotAuthorizedException, match="SECRET_HASH was not received"):
        secret.initiate("USER_SRP_AUTH", USERNAME="ann", SRP_A="2")
    answer = asked(secret) | secret.secret_hash("bob")
    with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash"):
        secret.respond("PASSWORD_VERIFIER", **answer)


def test_administrators_may_begin_by_srp(app: App) -> None:
    client = SrpClient(app.pool.id, "ann", PASSWORD)
    challenge = app.admin_initiate("USER_SRP_AUTH", USERNAME="ann", SRP_A=f"{client.large_a_value:x}")
    answer = client.process_challenge(challenge["ChallengeParameters"], {"USERNAME": "ann"})
    req = {"ClientId": app.id, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": answer}
    assert "AuthenticationResult" in app.pool.call("AdminRespondToAuthChallenge", **req)


def test_the_user_id_for_srp_is_the_user_name_not_the_sub(make_pool: MakePool) -> None:
    """behaviour/clients.md 8; for e-mail pools the two are one."""
    pool = make_pool(AliasAttributes=["email"])
    pool.user("ann", email="ann@example.com", email_verified="true")
    challenge = pool.app().srp_challenge("ann@example.com", SrpClient(pool.id))
    assert challenge["USERNAME"] == challenge["USER_ID_FOR_SRP"] == "ann"
    addresses = make_pool(UsernameAttributes=["email"])
    sub = addresses.user("ann@example.com", email="ann@example.com")
    assert addresses.app().srp_challenge("ann@example.com", SrpClient(pool.id))["USER_ID_FOR_SRP"] == sub


def test_the_answer_may_name_the_user_as_they_were_named_first(make_pool: MakePool) -> None:
    pool = make_pool(AliasAttributes=["email"])
    pool.user("ann", email="ann@example.com", email_verified="true")
    app = pool.app()
    answer = asked(app, "ann@example.com")
    assert "AuthenticationResult" in app.respond("PASSWORD_VERIFIER", **answer | {"USERNAME": "ann@example.com"})


# -- the block -------------------------------------------------------------------------------------------------------
def test_a_block_can_be_used_once(app: App) -> None:
    """PWD-02, PWD-11."""
    answer = asked(app)
    assert "AuthenticationResult" in app.respond("PASSWORD_VERIFIER", **answer)
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        app.respond("PASSWORD_VERIFIER", **answer)


def test_a_wrong_proof_uses_the_block_up(app: App) -> None:
    answer = asked(app)
    wrong = base64.b64encode(bytes(32)).decode()
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("PASSWORD_VERIFIER", **answer | {"PASSWORD_CLAIM_SIGNATURE": wrong})
    with pytest.raises(NotAuthorizedException, match="session can only be used once"):
        app.respond("PASSWORD_VERIFIER", **answer)


def test_guessing_at_one_block_counts_once(app: App) -> None:
    answer = asked(app) | {"PASSWORD_CLAIM_SIGNATURE": "x"}
    for _ in range(8):
        with pytest.raises(NotAuthorizedException, match=WRONG):
            app.respond("PASSWORD_VERIFIER", **answer)
    assert "AuthenticationResult" in app.srp("ann")


def test_a_block_that_is_not_ours_is_refused(app: App) -> None:
    answer = asked(app)
    for block in ("AAAA", "not base64", "é", "\ud800"):
        with pytest.raises(NotAuthorizedException, match=WRONG):
            app.respond("PASSWORD_VERIFIER", **answer | {"PASSWORD_CLAIM_SECRET_BLOCK": block})


def test_a_changed_block_is_refused(app: App) -> None:
    answer = asked(app)
    raw = bytearray(base64.b64decode(answer["PASSWORD_CLAIM_SECRET_BLOCK"]))
    for position in (0, 4, 20, len(raw) - 1):
        changed = bytearray(raw)
        changed[position] ^= 1
        block = base64.b64encode(changed).decode()
        with pytest.raises(NotAuthorizedException, match=WRONG):
            app.respond("PASSWORD_VERIFIER", **answer | {"PASSWORD_CLAIM_SECRET_BLOCK": block})
    assert "AuthenticationResult" in app.respond("PASSWORD_VERIFIER", **answer)


def test_a_block_belongs_to_its_client(app: App) -> None:
    """PWD-11."""
    answer = asked(app)
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.pool.app().respond("PASSWORD_VERIFIER", **answer)


def test_a_block_belongs_to_its_user(app: App) -> None:
    """PWD-11, MFA-05."""
    app.pool.user("bob", "Another-horse-8")
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("PASSWORD_VERIFIER", **asked(app) | {"USERNAME": "bob"})
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("PASSWORD_VERIFIER", **asked(app) | {"USERNAME": "nobody"})


def test_a_block_is_good_for_as_long_as_the_client_says(app: App, advance: Advance) -> None:
    patient = app.pool.app(AuthSessionValidity=15)
    first, second = asked(app), asked(patient)
    advance(181)
    with pytest.raises(NotAuthorizedException, match="session is expired"):
        app.respond("PASSWORD_VERIFIER", **first)
    assert "AuthenticationResult" in patient.respond("PASSWORD_VERIFIER", **second)


def test_a_block_dies_with_the_password_it_was_made_for(app: App) -> None:
    answer = asked(app)
    app.pool.set_password("ann", "Another-horse-8")
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("PASSWORD_VERIFIER", **answer)


def test_a_block_of_a_deleted_user_is_worth_nothing(app: App) -> None:
    answer = asked(app)
    app.pool.call("AdminDeleteUser", Username="ann")
    app.pool.user("ann")
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("PASSWORD_VERIFIER", **answer)


def test_every_challenge_has_another_public_value(app: App) -> None:
    """PWD-01."""
    client = SrpClient(app.pool.id)
    assert len({app.srp_challenge("ann", client)["SRP_B"] for _ in range(10)}) == 10


# -- numbers and times -----------------------------------------------------------------------------------------------
BAD = ["0", f"{srp.N:x}", f"{2 * srp.N:x}", f"{srp.N + 1:x}", "-1", "0x2", "1_0", " 2", "g", "f" * 5000]


def test_a_public_value_that_gives_the_secret_away_is_refused(app: App) -> None:
    """PWD-01."""
    for srp_a in BAD:
        with pytest.raises(InvalidParameterException, match=r"^SRP_A is invalid\.$"):
            app.initiate("USER_SRP_AUTH", USERNAME="ann", SRP_A=srp_a)


def claimed_at(app: App, timestamp: str) -> dict[str, str]:
    """Return a right answer that says it was made at `timestamp`."""
    client = SrpClient(app.pool.id, "ann", PASSWORD)
    client.get_cognito_formatted_timestamp = lambda _: timestamp
    return app.srp_answer(app.srp_challenge("ann", client), client)


def test_a_clients_clock_may_be_five_minutes_off(app: App) -> None:
    """PWD-02."""
    for seconds in (-280, 0, 280):
        timestamp = SrpClient.timestamp(Clock().now() + seconds)
        assert "AuthenticationResult" in app.respond("PASSWORD_VERIFIER", **claimed_at(app, timestamp))


def test_a_proof_of_another_time_is_refused_and_does_not_count(app: App) -> None:
    """PWD-02."""
    for seconds in (-310, 350, -86400, 86400) * 2:
        timestamp = SrpClient.timestamp(Clock().now() + seconds)
        with pytest.raises(NotAuthorizedException, match="TIMESTAMP is too far"):
            app.respond("PASSWORD_VERIFIER", **claimed_at(app, timestamp))
    assert "AuthenticationResult" in app.srp("ann")


def test_a_client_need_not_follow_when_our_clock_is_moved(app: App, advance: Advance) -> None:
    advance(30 * 86400)
    assert "AuthenticationResult" in app.srp("ann")


FORMS = [
    "2024-01-02T03:04:05Z",
    "Tue Jan 2 03:04:05 GMT 2024",
    "Tue Jan 2 3:04:05 UTC 2024",
    "Tue Foo 2 03:04:05 UTC 2024",
    "Tue Feb 31 03:04:05 UTC 2024",
    "Xyz Jan 2 03:04:05 UTC 2024",
    "Tue Jan 2 25:04:05 UTC 2024",
    "Tue Jan 2 03:04:05 UTC 0000",
    "Tue Jan ٢ 03:04:05 UTC 2024",
    "Tue Jan 2 03:04:05 UTC 2024\n",
]


def test_a_timestamp_of_another_form_is_refused(app: App) -> None:
    answer = asked(app)
    for timestamp in FORMS:
        with pytest.raises(InvalidParameterException, match="TIMESTAMP format should be"):
            app.respond("PASSWORD_VERIFIER", **answer | {"TIMESTAMP": timestamp})
    assert "AuthenticationResult" in app.respond("PASSWORD_VERIFIER", **answer)


def test_a_challenge_that_was_not_asked_cannot_be_answered(app: App) -> None:
    """MFA-05, PWD-11."""
    for challenge in ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "CUSTOM_CHALLENGE", "NEW_PASSWORD_REQUIRED"):
        answer = asked(app) | dict.fromkeys(CHALLENGES[challenge].needed, "Another-horse-8")
        with pytest.raises(NotAuthorizedException, match=r"^Invalid session for the user\.$"):
            app.respond(challenge, session=answer["PASSWORD_CLAIM_SECRET_BLOCK"], **answer)


# -- strangers -------------------------------------------------------------------------------------------------------
def test_a_stranger_is_asked_like_a_user(pool: Pool) -> None:
    """ENU-01, ENU-02: the same salt and id each time, in the same shape."""
    pool.user("ann")
    app, client = pool.app(PreventUserExistenceErrors="ENABLED"), SrpClient(pool.id)
    there, absent = (app.srp_challenge(name, client) for name in ("ann", "nobody"))
    again, other = (app.srp_challenge(name, client) for name in ("nobody", "nobody-else"))
    assert there.keys() == absent.keys()
    assert (absent["SALT"], absent["USER_ID_FOR_SRP"]) == (again["SALT"], "nobody")
    assert absent["SRP_B"] != again["SRP_B"]
    assert absent["SALT"] != other["SALT"]
    assert len(app.srp_challenge("bob", client)["SECRET_BLOCK"]) == len(there["SECRET_BLOCK"])
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.srp("nobody")


def test_a_strangers_address_gets_an_id_as_users_have(make_pool: MakePool) -> None:
    """ENU-02."""
    pool = make_pool(UsernameAttributes=["email"])
    app, client = pool.app(PreventUserExistenceErrors="ENABLED"), SrpClient(pool.id)
    first, second = (app.srp_challenge("nobody@example.com", client)["USER_ID_FOR_SRP"] for _ in range(2))
    assert first == second
    assert uuid.UUID(first).version == 4
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.srp("nobody@example.com")


def test_a_client_that_may_know_is_told_at_once(app: App) -> None:
    with pytest.raises(UserNotFoundException, match=r"^User does not exist\.$"):
        app.initiate("USER_SRP_AUTH", USERNAME="nobody", SRP_A="2")


def test_a_salt_stays_until_the_password_changes(app: App) -> None:
    client = SrpClient(app.pool.id)
    first, second = (app.srp_challenge("ann", client)["SALT"] for _ in range(2))
    app.pool.set_password("ann", PASSWORD)
    assert first == second != app.srp_challenge("ann", client)["SALT"]
