"""What tokens say (behaviour/tokens.md 1-6), and to whom (TOK-08, TOK-16, TOK-19)."""

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from ostiary.context import Services
from ostiary.crypto import jws
from ostiary.idp.pools import discovery
from tests.idp.signin.conftest import FLOWS, App, Pool

MakePool = Callable[..., Pool]
ROLE = "arn:aws:iam::111111111111:role"


def claims(token: str) -> jws.Claims:
    return jws.unverified(token)[1]


def raw_header(token: str) -> bytes:
    part = token.partition(".")[0]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_header_has_two_members_in_this_order(app: App) -> None:
    tokens = app.tokens("ann")
    kids = []
    for name in ("IdToken", "AccessToken"):
        header = json.loads(raw_header(tokens[name]))
        assert list(header) == ["kid", "alg"]
        assert header["alg"] == "RS256"
        assert len(header["kid"]) == 44
        assert len(base64.b64decode(header["kid"], validate=True)) == 32
        kids.append(header["kid"])
    assert kids[0] != kids[1]


def test_anybody_can_verify_both_tokens_with_the_published_keys(app: App, services: Services) -> None:
    """TOK-19: and with no other pool's."""
    published: Any = discovery.jwks(services, app.pool.id)
    assert [sorted(key) for key in published["keys"]] == [["alg", "e", "kid", "kty", "n", "use"]] * 2
    tokens = app.tokens("ann")
    for name in ("IdToken", "AccessToken"):
        keys = KeySet.import_key_set(published)
        assert jwt.decode(tokens[name], keys, algorithms=["RS256"]).claims["sub"] == claims(tokens[name])["sub"]


def test_an_id_token_says_who_signed_in(pool: Pool, services: Services) -> None:
    attributes = {
        "email": "ann@example.com",
        "email_verified": "true",
        "address": "1 Main St",
        "updated_at": "1700000000",
    }
    pool.call(
        "AddCustomAttributes", CustomAttributes=[{"Name": "tier", "AttributeDataType": "String", "Mutable": True}]
    )
    sub = pool.user("ann", **attributes, phone_number="+15550100", phone_number_verified="false", custom_tier="gold")
    app = pool.app(ReadAttributes=[*attributes, "phone_number", "phone_number_verified", "custom:tier"])
    found = claims(app.tokens("ann")["IdToken"])
    now = services.clock.now_seconds()
    ids = {name: found.pop(name) for name in ("jti", "origin_jti", "event_id")}
    assert found == {
        "sub": sub,
        "iss": f"http://127.0.0.1:9500/{pool.id}",
        "cognito:username": "ann",
        "aud": app.id,
        "token_use": "id",
        "auth_time": now,
        "acr": "urn:cognito:loa:2",
        "amr": ["pwd"],
        "iat": now,
        "exp": now + 3600,
        "email": "ann@example.com",
        "email_verified": True,
        "phone_number": "+15550100",
        "phone_number_verified": False,
        "address": {"formatted": "1 Main St"},
        "updated_at": "1700000000",
        "custom:tier": "gold",
    }
    assert {uuid.UUID(value).version for value in ids.values()} == {4}


def test_an_access_token_says_nothing_of_attributes(pool: Pool, services: Services) -> None:
    sub = pool.user("ann", email="ann@example.com", name="Ann")
    app = pool.app()
    tokens = app.tokens("ann")
    found, other = claims(tokens["AccessToken"]), claims(tokens["IdToken"])
    now = services.clock.now_seconds()
    assert uuid.UUID(found.pop("jti")).version == 4
    assert found == {
        "sub": sub,
        "iss": f"http://127.0.0.1:9500/{pool.id}",
        "client_id": app.id,
        "origin_jti": other["origin_jti"],
        "event_id": other["event_id"],
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": now,
        "acr": "urn:cognito:loa:2",
        "amr": ["pwd"],
        "iat": now,
        "exp": now + 3600,
        "username": "ann",
    }


def test_no_two_tokens_share_an_id(app: App) -> None:
    """TOK-16."""
    signed_in = [app.tokens("ann") for _ in range(4)]
    found = [claims(tokens[name]) for tokens in signed_in for name in ("IdToken", "AccessToken")]
    assert len({each["jti"] for each in found}) == 8
    assert len({each["origin_jti"] for each in found}) == 4


def test_tokens_that_cannot_be_revoked_are_not_numbered(pool: Pool) -> None:
    """behaviour/tokens.md 2: `jti` and `origin_jti` come with revocation or rotation."""
    pool.user("ann")
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    rotating = pool.app(EnableTokenRevocation=False, RefreshTokenRotation=rotation, ExplicitAuthFlows=FLOWS)
    for app, numbered in ((pool.app(EnableTokenRevocation=False), False), (rotating, True)):
        tokens = app.tokens("ann")
        for name in ("IdToken", "AccessToken"):
            assert ({"jti", "origin_jti"} <= claims(tokens[name]).keys()) is numbered
            assert numbered or not {"jti", "origin_jti"} & claims(tokens[name]).keys()


def test_an_id_token_says_who_the_user_is_at_providers(pool: Pool) -> None:
    """behaviour/tokens.md 2: as in the attribute, but that everything is text."""
    pool.user("ann")
    details = {"client_id": "c", "client_secret": "s", "authorize_scopes": "openid"}
    pool.call("CreateIdentityProvider", ProviderName="Google", ProviderType="Google", ProviderDetails=details)
    source = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1052"}
    target = {"ProviderName": "Cognito", "ProviderAttributeValue": "ann"}
    pool.call("AdminLinkProviderForUser", DestinationUser=target, SourceUser=source)
    (identity,) = claims(pool.app().tokens("ann")["IdToken"])["identities"]
    assert identity.pop("dateCreated").isdecimal()
    assert list(identity.items()) == [
        ("userId", "1052"),
        ("providerName", "Google"),
        ("providerType", "Google"),
        ("issuer", None),
        ("primary", "false"),
    ]


def test_each_client_has_its_own_lifetimes(pool: Pool, services: Services) -> None:
    pool.user("ann")
    units = {"AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "hours"}
    app = pool.app(AccessTokenValidity=7, IdTokenValidity=301, RefreshTokenValidity=2, TokenValidityUnits=units)
    tokens = app.tokens("ann")
    assert tokens["ExpiresIn"] == 420
    access, identity = claims(tokens["AccessToken"]), claims(tokens["IdToken"])
    assert access["exp"] - access["iat"] == 420
    assert identity["exp"] - identity["iat"] == 301
    services.clock.advance(7199)
    assert app.refresh(tokens["RefreshToken"])["ExpiresIn"] == 420


def test_a_client_sees_only_what_it_may_read(pool: Pool) -> None:
    """ATT-01."""
    pool.user("ann", email="ann@example.com", name="Ann", given_name="A")
    found = claims(pool.app(ReadAttributes=["name"]).tokens("ann")["IdToken"])
    assert found["name"] == "Ann"
    assert not {"email", "email_verified", "given_name"} & found.keys()


# -- groups and roles ------------------------------------------------------------------------------------------------
def join(pool: Pool, *groups: tuple[str, int | None, str | None]) -> jws.Claims:
    """Put `ann` into groups (name, precedence, role); return the claims of both tokens, the ID token's winning."""
    for name, precedence, role in groups:
        more: dict[str, Any] = {} if precedence is None else {"Precedence": precedence}
        more |= {} if role is None else {"RoleArn": f"{ROLE}/{role}"}
        pool.call("CreateGroup", GroupName=name, **more)
        pool.call("AdminAddUserToGroup", Username="ann", GroupName=name)
    tokens = pool.app().tokens("ann")
    access, identity = claims(tokens["AccessToken"]), claims(tokens["IdToken"])
    assert access.get("cognito:groups") == identity.get("cognito:groups")
    assert "cognito:roles" not in access
    assert "cognito:preferred_role" not in access
    return identity


@pytest.mark.parametrize(
    ("groups", "names", "roles", "preferred"),
    [
        ((), None, None, None),
        ((("b", None, None), ("a", None, None)), ["a", "b"], None, None),
        ((("z", 1, "Z"), ("a", 2, "A"), ("m", None, "M")), ["z", "a", "m"], ["Z", "A", "M"], "Z"),
        ((("z", 1, "Z"), ("a", 1, "A")), ["a", "z"], ["A", "Z"], None),
        ((("z", 1, "S"), ("a", 1, "S")), ["a", "z"], ["S", "S"], "S"),
        ((("z", 0, None), ("a", 5, "A")), ["z", "a"], ["A"], "A"),
        ((("z", None, "Z"),), ["z"], ["Z"], "Z"),
        ((("z", None, "Z"), ("a", None, "A")), ["a", "z"], ["A", "Z"], None),
    ],
)
def test_groups_come_by_precedence_and_the_first_ones_role_is_preferred(
    pool: Pool,
    groups: tuple[tuple[str, int | None, str | None], ...],
    names: list[str] | None,
    roles: list[str] | None,
    preferred: str | None,
) -> None:
    """ATT-08; behaviour/tokens.md 6."""
    pool.user("ann")
    found = join(pool, *groups)
    assert found.get("cognito:groups") == names
    assert found.get("cognito:roles") == (None if roles is None else [f"{ROLE}/{role}" for role in roles])
    assert found.get("cognito:preferred_role") == (None if preferred is None else f"{ROLE}/{preferred}")
