"""What every kind of identity provider of a pool says of itself (behaviour/hosted.md 8.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context

Derived = Callable[[Context, Mapping[str, str]], Mapping[str, str]]


def _nothing(_ctx: Context, _given: Mapping[str, str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKind:
    """A kind of identity provider: what its ProviderDetails hold.

    `required` must be given. `defaults` are added, and what is `derived` from the details that were given: that raises
    InvalidParameterException for what cannot work, and may ask the provider. `username_claim` is the claim that is the
    user's id there, where one is mapped without being asked for. `sealed` are sealed at rest, `never_shown` told to
    nobody, `elsewhere` another deployment's, where the key to them is. `alone`: the provider is named like its type, so
    that a pool has one at the most. `maps_levels`: it may have an AcrMapping.
    """

    type: str
    required: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    derived: Derived = _nothing
    username_claim: str = ""
    sealed: frozenset[str] = frozenset({"client_secret", "private_key"})
    never_shown: frozenset[str] = frozenset({"private_key"})
    elsewhere: frozenset[str] = frozenset()
    alone: bool = False
    maps_levels: bool = False

    def completed(self, ctx: Context, given: Mapping[str, str]) -> dict[str, str]:
        """Return the details with what the service adds; raises InvalidParameterException for what cannot work."""
        for name in self.required:
            if not given.get(name):
                raise InvalidParameterException(f"ProviderDetails: {name} is required")
        return {**self.defaults, **self.derived(ctx, given), **given}

    def username_mapping(self, mapping: Mapping[str, str]) -> dict[str, str]:
        """Return an AttributeMapping with the claim that is the user's id, which Describe always shows."""
        return {"username": self.username_claim, **mapping} if self.username_claim else dict(mapping)


def check_url(name: str, url: str) -> None:
    """Refuse a detail that is no http or https URL; raises InvalidParameterException."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidParameterException(f"ProviderDetails: {name} is not a valid URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.fragment:
        raise InvalidParameterException(f"ProviderDetails: {name} is not a valid URL")
