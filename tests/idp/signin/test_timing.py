"""Whether somebody exists cannot be told by how long an answer takes: it takes as much work for everybody (ENU-04).

Work is counted, not timed, in pairs: the same question about somebody who exists and about somebody who does not.
"""

import itertools
import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import bcrypt
import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.access import own_pool
from ostiary.idp.directory.lookup import known_user
from ostiary.idp.imports import foreign_passwords
from ostiary.runtime.execution import CrowdedError, Places
from ostiary.store import db
from tests.fixtures.authenticator import Authenticator
from tests.fixtures.work import Work, work_of
from tests.idp.signin.conftest import FLOWS, PASSWORD, App, Pool
from tests.idp.signin.test_existence import CHOSEN, PEOPLE, WAYS, Try, call, heard, with_people

RUNS = 2
"""The least of so many counts: what happens once in a while is not the question's."""
TOLERANCE = 0.1
"""By how much the number of all calls may differ, next to dear things which may not."""
CHEAP = {
    "BCRYPT": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "ARGON2ID": "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
    "SCRYPT": "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
    "PBKDF2_SHA256": "$pbkdf2-sha256$10$c2FsdHNhbHQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
}
FIRST = {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}}}
PROTECTED = {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}, "UserPoolTier": "PLUS"}
EXPORTED = {
    "EventSource": "userAuthEvents",
    "LogLevel": "INFO",
    "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/people"},
}
ALIASES = {"AliasAttributes": ["email", "preferred_username"]}


def with_a_passkey(app: App, name: str) -> Any:
    return app.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="WEB_AUTHN")


def with_a_wrong_passkey(app: App, name: str) -> Any:
    asked = with_a_passkey(app, name)
    options = json.loads(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    key = Authenticator()
    proof = json.loads(key.prove(options))
    proof["id"] = proof["rawId"] = options["allowCredentials"][0]["id"]
    return app.respond("WEB_AUTHN", asked["Session"], USERNAME=name, CREDENTIAL=json.dumps(proof))


fresh = map("fresh-{}".format, itertools.count())


def signing_up(app: App, name: str) -> Any:
    """Sign up under a name that nobody has, with somebody's address."""
    email = [{"Name": "email", "Value": f"{name}@people.example"}]
    return app.pool.anybody("SignUp", ClientId=app.id, Username=next(fresh), Password=PASSWORD, UserAttributes=email)


WITHOUT_PASSKEYS: dict[str, Try] = {
    **WAYS,
    **{f"chosen: {way}": attempt for way, attempt in CHOSEN.items()},
    "a new code to confirm": call("ResendConfirmationCode"),
    "a wrong code to confirm": call("ConfirmSignUp", ConfirmationCode="000000"),
    "a sign-up": signing_up,
}
BY_PASSWORD = {way: attempt for way, attempt in WITHOUT_PASSKEYS.items() if way.endswith("a password")}
BY_CHOICE = {way: attempt for way, attempt in WITHOUT_PASSKEYS.items() if "cho" in way}
WITH_PASSKEYS: dict[str, Try] = {"a passkey": with_a_passkey, "a wrong passkey": with_a_wrong_passkey}


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is time to look for changes of the configuration depends on the clock of the machine."""
    monkeypatch.setattr(db, "STALE_SECONDS", math.inf)


def imported(pool: Pool, ctx: Context, name: str, algorithm: str) -> None:
    """Make a user whose password another system knows."""
    pool.user(name, email=f"{name}@people.example", email_verified="true")
    local = {"ProviderName": "Cognito", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": name}
    pool.call("AdminDisableProviderForUser", User=local)
    with ctx.store.write() as tx:
        user = known_user(tx, own_pool(ctx, pool.id), name)
        foreign_passwords.keep(tx, ctx, user, foreign_passwords.of_hash(algorithm, CHEAP[algorithm]))


def with_key(pool: Pool, name: str) -> None:
    """Make a user with a passkey."""
    pool.user(name)
    token = pool.app().tokens(name)["AccessToken"]
    pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"RelyingPartyId": "example.com"})
    options = pool.anybody("StartWebAuthnRegistration", AccessToken=token)["CredentialCreationOptions"]
    pool.anybody("CompleteWebAuthnRegistration", AccessToken=token, Credential=Authenticator().register(options))


def least(app: App, attempt: Try, name: str) -> tuple[Work, Any]:
    """Return the work of an answer, and the answer."""
    found, answer = Work(), None
    for run in range(RUNS):
        app.pool.anybody.ctx.services.clock.advance(4000)
        work, answer = work_of(lambda: heard(attempt, app, name))
        found = work if run == 0 or (work.dear.total(), work.calls) < (found.dear.total(), found.calls) else found
    return found, answer


def told_apart(app: App, ways: dict[str, Try], people: tuple[str, ...], *, calls: bool) -> list[str]:
    """Return who can be told from a stranger by the work of an answer that says the same."""
    found = []
    for way, attempt in ways.items():
        heard(attempt, app, "absent")
        stranger, answer = least(app, attempt, "absent")
        for name in people:
            heard(attempt, app, name)
            work, same = least(app, attempt, name)
            if same != answer:
                continue
            if work.dear != stranger.dear:
                found.append(f"{way}: {name} takes {dict(work.dear)}, a stranger {dict(stranger.dear)}")
            elif calls and abs(work.calls - stranger.calls) > TOLERANCE * stranger.calls:
                found.append(f"{way}: {name} takes {work.calls} calls, a stranger {stranger.calls}")
    return found


@pytest.mark.parametrize(
    ("settings", "mode", "ways"),
    [
        ({}, "ENABLED", WITHOUT_PASSKEYS),
        (PROTECTED, "ENABLED", WITHOUT_PASSKEYS),
        (ALIASES, "ENABLED", WITHOUT_PASSKEYS),
        ({}, "LEGACY", BY_CHOICE),
    ],
    ids=["plain", "protected", "aliases", "by choice"],
)
def test_nobody_is_told_from_a_stranger_by_the_work(
    make_pool: Callable[..., Pool], engine_name: str, settings: dict[str, Any], mode: str, ways: dict[str, Try]
) -> None:
    pool = with_people(make_pool(**FIRST, **settings, AutoVerifiedAttributes=["email"]))
    if settings is PROTECTED:
        pool.call("SetLogDeliveryConfiguration", LogConfigurations=[EXPORTED])
    app = pool.app(PreventUserExistenceErrors=mode, ExplicitAuthFlows=[*FLOWS, "ALLOW_USER_AUTH"])
    assert told_apart(app, ways, PEOPLE[1:], calls=engine_name == "sqlite") == []


@pytest.mark.parametrize("algorithm", CHEAP)
def test_nobody_is_told_by_a_hash_of_another_system(
    make_pool: Callable[..., Pool], context: Callable[..., Context], engine_name: str, algorithm: str
) -> None:
    """While a pool has such users, everybody's wrong password is compared with a hash of one of them."""
    pool = with_people(make_pool(**FIRST, AutoVerifiedAttributes=["email"]))
    for name in ("imported", "another"):
        imported(pool, context(), name, algorithm)
    app = pool.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=[*FLOWS, "ALLOW_USER_AUTH"])
    hashed, _ = least(app, WAYS["a password"], "absent")
    assert hashed.dear[algorithm.lower().removesuffix("id").removesuffix("_sha256")] == 1
    people = ("imported", "another", *PEOPLE[1:])
    assert told_apart(app, BY_PASSWORD, people, calls=engine_name == "sqlite") == []


def test_nobody_is_told_by_a_passkey(make_pool: Callable[..., Pool], engine_name: str) -> None:
    pool = make_pool(**FIRST)
    with_key(pool, "confirmed")
    app = pool.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    for way, attempt in WITH_PASSKEYS.items():
        assert heard(attempt, app, "confirmed") == heard(attempt, app, "absent"), way
    assert told_apart(app, WITH_PASSKEYS, ("confirmed",), calls=engine_name == "sqlite") == []


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_AUTH"])
def test_a_password_of_another_system_signs_in_by_choice_too(
    make_pool: Callable[..., Pool], context: Callable[..., Context], flow: str
) -> None:
    """It is known here from then on, and a proof of it is good."""
    pool = make_pool()
    for name in ("ann", "bob"):
        imported(pool, context(), name, "BCRYPT")
    app = pool.app(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=[*FLOWS, "ALLOW_USER_AUTH"])
    chosen = {"USERNAME": "ann", "PREFERRED_CHALLENGE": "PASSWORD"}
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        app.initiate(flow, PASSWORD="Wrong-horse-8", **chosen)
    assert "AuthenticationResult" in app.initiate(flow, PASSWORD=PASSWORD, **chosen)
    assert "AuthenticationResult" in app.srp("ann")
    with pytest.raises(NotAuthorizedException):
        app.srp("bob")  # whose password is right for the hash, but was never seen here


def test_no_more_hashes_are_waited_for_than_may_be(
    make_pool: Callable[..., Pool], context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PWD-05: whoever comes beyond is refused at once, and nothing is counted."""
    pool = make_pool()
    imported(pool, context(), "ann", "BCRYPT")
    app = pool.app()
    hasher = Places(1)
    monkeypatch.setattr(foreign_passwords, "_HASHER", hasher)
    monkeypatch.setattr(foreign_passwords, "MOST_WAITING", 1)
    outsiders = pool.anybody.ctx.http.outsiders
    hasher.take(hasher.give)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(app.password, "ann")
        while not outsiders.waits:
            assert not first.done(), first.result()
        with pytest.raises(CrowdedError):
            app.password("ann")
        hasher.give()
        assert "AuthenticationResult" in first.result()


def test_a_client_that_tells_who_exists_makes_no_hash_for_strangers(
    make_pool: Callable[..., Pool], context: Callable[..., Context]
) -> None:
    pool = with_people(make_pool())
    imported(pool, context(), "imported", "BCRYPT")
    app = pool.app(PreventUserExistenceErrors="LEGACY")
    works = {name: least(app, WAYS["a password"], name)[0] for name in ("absent", "confirmed", "imported")}
    assert [name for name, work in works.items() if work.dear["bcrypt"]] == ["imported"]
