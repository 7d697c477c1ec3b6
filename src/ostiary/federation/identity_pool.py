"""The OpenID tokens that identity pools issue, presented to STS or back to an identity pool."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.claims import check_times, identity_of
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.tokens import keys

NAME = "cognito-identity.amazonaws.com"
ISSUER = f"https://{NAME}"


class IdentityPool:
    """All identity pools of this deployment: they share a key, the audience tells them apart."""

    name = NAME
    federated = name
    gives_access_tokens = False

    def issued(self, ctx: Context, issuer: str) -> bool:  # noqa: ARG002
        """Whether this `iss` is the identity pools'."""
        return issuer == ISSUER

    def verify(
        self,
        ctx: Context,
        token: str,
        audiences: Collection[str] | None,
        before_asking: Hook = nothing,  # noqa: ARG002 - nobody is
    ) -> WebIdentity:
        """Return the identity in an OpenID token of an identity pool."""
        find_key = keys.finder(ctx.services, keys.IDENTITY_POOLS, "identity")
        try:
            claims = jws.verify(token, find_key, [keys.ALGORITHMS["identity"]])
        except jws.SignatureError:
            raise InvalidTokenError("signature") from None
        except jws.JwsError as error:
            raise InvalidTokenError("malformed", str(error)) from None
        check_times(claims, ctx.clock.now())
        if claims.get("iss") != ISSUER:
            raise InvalidTokenError("issuer")
        if audiences is not None and claims.get("aud") not in audiences:
            raise InvalidTokenError("audience")
        return identity_of(claims, NAME, NAME)
