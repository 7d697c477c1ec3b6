"""What every kind of identity provider is."""

from collections.abc import Collection
from typing import Protocol

from ostiary.context import Context
from ostiary.federation.web_identity import WebIdentity


class Provider(Protocol):
    """Verifies what people of one provider present."""

    name: str
    """Its key in `Logins` and its name in trust policies."""

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is the provider's."""

    def verify(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        """Return who the token says somebody is; raises InvalidTokenError.

        With `audiences`, the token must have been made for one of them; None leaves that to the trust policy.
        """
