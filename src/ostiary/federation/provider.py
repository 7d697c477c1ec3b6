"""What every kind of identity provider is."""

from collections.abc import Callable, Collection
from typing import Protocol

from ostiary.context import Context
from ostiary.federation.web_identity import WebIdentity

Hook = Callable[[], None]


def nothing() -> None:
    """Do nothing: there is nothing to find out before a provider is asked."""


class Provider(Protocol):
    """Verifies what people of one provider present."""

    name: str
    """Its key in `Logins`."""
    federated: str
    """Its name in trust policies: the same, or an ARN."""
    gives_access_tokens: bool
    """Whether STS takes its access tokens, with `ProviderId`."""

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is the provider's."""

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return who the token says somebody is; raises InvalidTokenError.

        With `audiences`, the token must have been made for one of them; None leaves that to the trust policy.
        `before_asking` is called when nothing is wrong with the token by itself, and the provider's server may have to
        tell the rest: it may refuse by an exception of its own.
        """
