"""Any OpenID Connect provider that an account registered in IAM."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.keys import key_finder
from ostiary.federation.openid import verify_openid
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.user_pool import UserPool
from ostiary.federation.web_identity import WebIdentity
from ostiary.store.iam.oidc_providers import OidcProvider
from ostiary.tokens.issuer import pool_of_provider


class Oidc:
    """A registered provider; its name is its URL without scheme."""

    gives_access_tokens = False

    def __init__(self, provider: OidcProvider) -> None:
        self.name = provider.url
        self.federated = provider.arn
        self._provider = provider

    def issued(self, ctx: Context, issuer: str) -> bool:  # noqa: ARG002
        """Whether this `iss` is the provider's."""
        return issuer == self._provider.issuer

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return the identity in an ID token, made for one of `audiences` or of the client ids registered in IAM."""
        wanted = self._provider.client_ids if audiences is None else audiences
        pool_id = pool_of_provider(ctx.settings, self.name)
        if pool_id is not None:
            # A user pool of ours: its keys are here, and need no request.
            return UserPool(self.name, pool_id, federated=self.federated).verify(ctx, token, wanted)
        issuer = self._provider.issuer
        return verify_openid(
            ctx,
            token,
            provider=self.name,
            federated=self.federated,
            issuers=[issuer],
            find_key=key_finder(ctx.http_of(self._provider.account_id), issuers=[issuer]),
            audiences=wanted,
            before_asking=before_asking,
        )
