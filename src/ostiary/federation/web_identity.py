"""What a verified proof of identity says, and why one is refused."""

from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary.crypto.jws import Claims

Reason = Literal[
    "malformed", "expired", "signature", "issuer", "audience", "unknown_provider", "unreachable", "revoked", "encrypted"
]


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """Somebody, as a provider knows them.

    `provider` is the key in `Logins` (`accounts.google.com`, `login.example.com/realm`), `federated` what trust
    policies call the provider: the same name, or an OIDC provider's ARN. `expires_at` is epoch seconds. `conditions`
    are the condition keys behind the provider's name beside `aud` and `sub`; `stored_as` is the provider's one name
    where it has several (a user pool of ours).
    """

    provider: str
    federated: str
    issuer: str
    subject: str
    audience: str
    expires_at: float
    claims: Claims = field(default_factory=dict, repr=False)
    conditions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stored_as: str = ""

    @property
    def login(self) -> str:
        """The provider's name as logins are stored and roles are looked up."""
        return self.stored_as or self.provider


class InvalidTokenError(Exception):
    """The proof is not accepted; each service says so in its own words. `details` are numbers for those words."""

    def __init__(self, reason: Reason, text: str = "", **details: Any) -> None:
        super().__init__(text or reason)
        self.reason = reason
        self.details = details
