"""What a user pool is to passkeys: its relying-party id, the origins that may use it, what it asks for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from ostiary.aws.types.cognito_idp import InvalidParameterException, WebAuthnConfigurationMissingException
from ostiary.context import Context
from ostiary.idp.factors.second_factors import passkeys_count_as_two
from ostiary.runtime.execution import compute
from ostiary.store.idp import domains
from ostiary.store.idp.passkeys import Passkey
from ostiary.store.idp.user_pools import UserPool

MOST = 20
"""Passkeys that a user may have."""
TIMEOUT_SECONDS = 300
"""How long a challenge is good (WAN-02)."""
CHALLENGE_BYTES = 32

_LOOPBACK = "localhost"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A pool's relying party: its id, a domain, and whether the authenticator must verify the user."""

    id: str
    verifies_user: bool

    @property
    def user_verification(self) -> str:
        """How options ask for the user's verification."""
        return "required" if self.verifies_user else "preferred"

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may use the pool's passkeys: the domain itself and below, by HTTPS (WAN-02)."""
        try:
            parts = urlsplit(origin)
            host = parts.hostname or ""
        except ValueError:
            return False
        if host != self.id and not host.endswith(f".{self.id}"):
            return False
        return parts.scheme == "https" or (parts.scheme == "http" and self.id == _LOOPBACK)


def check_id(rp_id: str) -> None:
    """Refuse `com`, `co.uk` and their like: a passkey would be good at everybody's site below (HTML 7.5, WAN-10).

    Raises InvalidParameterException.
    """
    if rp_id and compute(_is_public_suffix, rp_id):
        raise InvalidParameterException(
            f"The relying-party id {rp_id} is a public suffix: anybody may have a site there."
        )


def _is_public_suffix(rp_id: str) -> bool:
    name = rp_id.strip(".").lower()
    return bool(name) and _suffixes().publicsuffix(name) == name


@cache
def _suffixes() -> PublicSuffixList:
    # A name of a private network, which nobody registers below, is on no list, and none.
    return PublicSuffixList(accept_unknown=False)


def relying_party(ctx: Context, pool: UserPool) -> RelyingParty:
    """Return the pool's relying party, by its settings or its own domain; raises where it has neither."""
    settings = pool.configuration.get("WebAuthnConfiguration", {})
    found = settings.get("RelyingPartyId") or _domain(ctx, pool)
    if not found or compute(_is_public_suffix, found):
        raise WebAuthnConfigurationMissingException("The user pool has neither a relying-party id nor a domain.")
    default = "required" if ctx.settings.secure_defaults else "preferred"
    verifies = settings.get("UserVerification", default) == "required" or passkeys_count_as_two(pool)
    return RelyingParty(found, verifies)


def _domain(ctx: Context, pool: UserPool) -> str:
    with ctx.store.read() as tx:
        known = domains.of_pool(tx, pool.pool_id)
    own = [domain.domain for domain in known if domain.is_custom]
    own += [f"{domain.domain}.auth.{pool.region}.amazoncognito.com" for domain in known if not domain.is_custom]
    return own[0] if own else ""


def encoded(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes that `encoded` wrote."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def descriptor(passkey: Passkey) -> dict[str, Any]:
    """Return a passkey as options name it to browsers."""
    return {"id": passkey.credential_id, "type": "public-key", "transports": passkey.transports}
