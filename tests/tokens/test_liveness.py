"""Whether the sign-in behind a verified token still lives, and whose token it is (TOK-08, TOK-19)."""

from collections.abc import Callable
from typing import Any, Literal

import pytest

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context, Services
from ostiary.crypto import jws
from ostiary.tokens import keys, verify
from ostiary.tokens.issuer import issuer
from tests.fixtures.context import REGION
from tests.idp.signin.conftest import App, Pool

MakePool = Callable[..., Pool]
INVALID = r"^Invalid Access Token$"


@pytest.fixture
def ctx(context: Callable[..., Context]) -> Context:
    return context(account="")


def claims_of(token: str) -> jws.Claims:
    return jws.unverified(token)[1]


def is_revoked(services: Services, app: App, tokens: dict[str, Any]) -> bool:
    return verify.is_revoked(services, app.pool.id, claims_of(tokens["IdToken"]))


def test_a_sign_in_lives_until_it_is_ended(app: App, services: Services) -> None:
    tokens, others = app.tokens("ann"), app.tokens("ann")
    assert not is_revoked(services, app, tokens)
    app.revoke(tokens["RefreshToken"])
    assert is_revoked(services, app, tokens)
    assert not is_revoked(services, app, others)
    app.pool.call("AdminUserGlobalSignOut", Username="ann")
    assert is_revoked(services, app, others)


def test_tokens_of_a_deleted_user_are_nobodys_and_none_that_was_ended(app: App, ctx: Context) -> None:
    tokens = app.tokens("ann")
    claims, user = verify.access_token_and_user(ctx, tokens["AccessToken"])
    assert user is not None
    assert (user.username, claims["sub"]) == ("ann", user.sub)
    app.pool.call("AdminDeleteUser", Username="ann")
    assert not is_revoked(ctx.services, app, tokens)
    assert verify.access_token_and_user(ctx, tokens["AccessToken"])[1] is None
    assert verify.access_token(ctx, tokens["AccessToken"]) == claims
    app.pool.user("ann")
    assert verify.access_token_and_user(ctx, tokens["AccessToken"])[1] is None


def test_tokens_that_cannot_be_revoked_die_with_all_sign_ins_only(app: App, services: Services) -> None:
    lasting = app.pool.app(EnableTokenRevocation=False)
    tokens = lasting.tokens("ann")
    assert "origin_jti" not in claims_of(tokens["IdToken"])
    assert not is_revoked(services, app, tokens)
    app.pool.call("AdminUserGlobalSignOut", Username="ann")
    assert is_revoked(services, app, tokens)


def test_a_token_that_does_not_say_since_when_is_dead(app: App, ctx: Context) -> None:
    for auth_time in (..., 0):
        token = resigned(ctx.services, app, app.tokens("ann")["AccessToken"], auth_time=auth_time)
        with pytest.raises(NotAuthorizedException, match=r"^Access Token has been revoked$"):
            verify.access_token(ctx, token)


def test_a_sign_in_after_the_end_of_all_is_a_new_one(app: App, ctx: Context, advance: Callable[[float], None]) -> None:
    tokens = app.tokens("ann")
    app.pool.call("AdminUserGlobalSignOut", Username="ann")
    with pytest.raises(NotAuthorizedException, match=r"^Access Token has been revoked$"):
        verify.access_token(ctx, tokens["AccessToken"])
    advance(1)
    fresh = app.tokens("ann")
    assert not is_revoked(ctx.services, app, fresh)
    verify.access_token(ctx, fresh["AccessToken"])


def resigned(services: Services, app: App, token: str, use: Any = "access", **changed: Any) -> str:
    """Return a token with other claims, signed by the pool's own key."""
    merged = {name: value for name, value in {**claims_of(token), **changed}.items() if value is not ...}
    key = keys.signing_key(services, app.pool.id, use)
    return jws.sign(key.header, merged, key.key)


def test_an_access_token_has_its_texts(app: App, ctx: Context) -> None:
    token = app.tokens("ann")["AccessToken"]
    for name in ("sub", "iss", "client_id", "username"):
        for value in (..., None, 7, ["x"]):
            with pytest.raises(NotAuthorizedException, match=INVALID):
                verify.access_token(ctx, resigned(ctx.services, app, token, **{name: value}))


def test_a_scope_is_a_text_or_absent(app: App, ctx: Context) -> None:
    token = app.tokens("ann")["AccessToken"]
    for scope in (7, None, ["aws.cognito.signin.user.admin"]):
        with pytest.raises(NotAuthorizedException, match=INVALID):
            verify.access_token(ctx, resigned(ctx.services, app, token, scope=scope))
    for poor in (..., "", "openid", "aws.cognito.signin.user.adminx"):
        with pytest.raises(NotAuthorizedException, match="does not have required scopes"):
            verify.access_token(ctx, resigned(ctx.services, app, token, scope=poor))
    verify.access_token(ctx, resigned(ctx.services, app, token, scope="openid aws.cognito.signin.user.admin"))
    scopes = [verify.scopes_of({"scope": scope}) for scope in (None, 7, ["a"], "", " a  b ")]
    assert scopes == [(), (), (), (), ("a", "b")]
    assert verify.scopes_of({}) == ()


def test_an_access_token_ends_at_its_second(app: App, ctx: Context) -> None:
    token, now = app.tokens("ann")["AccessToken"], ctx.clock.now_seconds()
    verify.access_token(ctx, resigned(ctx.services, app, token, exp=now + 2))
    for exp in (ctx.clock.now(), now, now - 1, 0, ..., None):
        with pytest.raises(NotAuthorizedException, match=r"^Access Token has expired$"):
            verify.access_token(ctx, resigned(ctx.services, app, token, exp=exp))
    for odd in (True, "1", [now + 60]):
        with pytest.raises(NotAuthorizedException, match=INVALID):
            verify.access_token(ctx, resigned(ctx.services, app, token, exp=odd))


def test_an_issuer_is_the_pools_own_one_and_the_pool_is_there(app: App, ctx: Context) -> None:
    """TOK-08."""
    token, own = app.tokens("ann")["AccessToken"], issuer(ctx.settings, app.pool.id)
    aws = f"https://cognito-idp.{REGION}.amazonaws.com/{app.pool.id}"
    other = issuer(ctx.settings, f"{REGION}_000000000")
    for iss in (aws, own.partition("://")[2], f"{own}/", own.upper(), f"x{own}", other, "https", ""):
        with pytest.raises(NotAuthorizedException, match=INVALID):
            verify.access_token(ctx, resigned(ctx.services, app, token, iss=iss))
    verify.access_token(ctx, token)
    app.pool.call("DeleteUserPool")
    with pytest.raises(NotAuthorizedException, match=INVALID):
        verify.access_token(ctx, token)


def test_a_token_of_a_pool_is_of_its_use(app: App, services: Services, make_pool: MakePool) -> None:
    """TOK-08."""
    tokens, pool_id = app.tokens("ann"), app.pool.id
    assert verify.id_token(services, pool_id, tokens["IdToken"])["token_use"] == "id"
    assert verify.pool_token(services, pool_id, "access", tokens["AccessToken"])["token_use"] == "access"
    swapped: list[tuple[Literal["id", "access"], str, str]] = [
        ("id", "AccessToken", "access"),
        ("access", "IdToken", "id"),
    ]
    for use, name, other in swapped:
        with pytest.raises(jws.JwsError):
            verify.pool_token(services, pool_id, use, tokens[name])
        forged = resigned(services, app, tokens[name], use)
        with pytest.raises(jws.MalformedError, match=f"not an {use} token of this pool"):
            verify.pool_token(services, pool_id, use, forged)
        assert other in jws.unverified(forged)[1]["token_use"]
    elsewhere = issuer(services.settings, make_pool().id)
    with pytest.raises(jws.MalformedError):
        verify.id_token(services, pool_id, resigned(services, app, tokens["IdToken"], "id", iss=elsewhere))
    old = resigned(services, app, tokens["IdToken"], "id", exp=1)
    assert verify.id_token(services, pool_id, old)["exp"] == 1
