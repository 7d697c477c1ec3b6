"""Any OpenID Connect provider that an account registered in IAM."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.claims import check_audience, identity_of, verified
from ostiary.federation.keys import discovered_keys_url, key_finder
from ostiary.federation.user_pool import UserPool
from ostiary.federation.web_identity import WebIdentity
from ostiary.store.oidc_providers import OidcProvider
from ostiary.tokens.issuer import pool_of_provider


class Oidc:
    """A registered provider; its name is its URL without scheme."""

    def __init__(self, provider: OidcProvider) -> None:
        self.name = provider.url
        self._provider = provider

    def issued(self, ctx: Context, issuer: str) -> bool:  # noqa: ARG002
        """Whether this `iss` is the provider's."""
        return issuer == self._provider.issuer

    def verify(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        """Return the identity in an ID token, made for one of `audiences` or of the client ids registered in IAM."""
        wanted = self._provider.client_ids if audiences is None else audiences
        pool_id = pool_of_provider(ctx.settings, self.name)
        if pool_id is not None:
            # A user pool of ours: its keys are here, and need no request.
            return UserPool(self.name, pool_id, federated=self._provider.arn).verify(ctx, token, wanted)
        issuer = self._provider.issuer
        claims = verified(token, [issuer], lambda kid: self._key(ctx, kid), ctx.clock.now())
        check_audience(claims, wanted)
        return identity_of(claims, self.name, self._provider.arn)

    def _key(self, ctx: Context, kid: str) -> jws.Key | None:
        keys_url = discovered_keys_url(ctx.http, self._provider.issuer)
        return key_finder(ctx.http, keys_url)(kid)
