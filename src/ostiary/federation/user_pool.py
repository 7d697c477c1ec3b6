"""User pools of our own: ID tokens, under the issuer's name and AWS's alike (behaviour/clients.md 1-3)."""

from collections.abc import Collection
from dataclasses import replace

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.claims import check_times, identity_of
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.store.idp import users
from ostiary.tokens import verify
from ostiary.tokens.issuer import pool_of_provider, provider_names


class UserPool:
    """One user pool, as the provider `name`; `checked` are the clients whose users are looked up each time."""

    gives_access_tokens = False

    def __init__(self, name: str, pool_id: str, *, federated: str = "", checked: Collection[str] = ()) -> None:
        self.name = name
        self._pool_id = pool_id
        self.federated = federated or name
        self._checked = checked

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is the pool's."""
        return pool_of_provider(ctx.settings, issuer.partition("://")[2]) == self._pool_id

    def verify(
        self,
        ctx: Context,
        token: str,
        audiences: Collection[str] | None,
        before_asking: Hook = nothing,  # noqa: ARG002 - nobody is
    ) -> WebIdentity:
        """Return who is in an ID token of the pool; access tokens are refused (IDP-02)."""
        try:
            claims = verify.id_token(ctx.services, self._pool_id, token)
        except jws.SignatureError:
            _, unverified = jws.unverified(token)
            raise InvalidTokenError("signature" if self.issued(ctx, str(unverified.get("iss"))) else "issuer") from None
        except jws.JwsError as error:
            raise InvalidTokenError("malformed", str(error)) from None
        check_times(claims, ctx.clock.now())
        if audiences is not None and claims.get("aud") not in audiences:
            raise InvalidTokenError("audience")
        if claims.get("aud") in self._checked and not self._is_current(ctx, claims):
            raise InvalidTokenError("revoked")
        _, stored_as = provider_names(ctx.settings, self._pool_id)
        return replace(identity_of(claims, self.name, self.federated), stored_as=stored_as)

    def _is_current(self, ctx: Context, claims: jws.Claims) -> bool:
        """Whether the user is still there, enabled and signed in (ServerSideTokenCheck)."""
        with ctx.store.read() as tx:
            user = users.find(tx, self._pool_id, str(claims["sub"]))
        return user is not None and user.enabled and not verify.is_revoked(ctx.services, self._pool_id, claims)
