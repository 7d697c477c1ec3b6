"""What may be changed of a token's claims, scopes and groups before it is signed (behaviour/tokens.md 7)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ostiary.store.idp.groups import Group
from ostiary.tokens.claims import preferred_role, roles_of

_FIXED = frozenset(
    {
        *("acr", "act", "amr", "at_hash", "auth_time", "azp", "client_id", "device_key", "event_id", "exp", "iat"),
        *("identities", "iss", "jti", "nbf", "nonce", "origin_jti", "scope", "sub", "token_use", "version", "username"),
    }
)
"""Claims that are what they are; trying to change one is ignored."""
_TEXT_ONLY = frozenset({"email_verified", "phone_number_verified", "updated_at", "address"})
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_RESERVED_SCOPES = "aws.cognito."


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """Claims to add or replace, and names of those to leave out; leaving out wins."""

    add: Mapping[str, Any] = field(default_factory=dict)
    suppress: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupOverride:
    """The groups, their roles and the preferred role that tokens name."""

    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred_role: str = ""


def groups_of(memberships: Sequence[Group]) -> GroupOverride:
    """Return what tokens name when nothing is changed."""
    return GroupOverride(
        groups=tuple(group.group_name for group in memberships),
        roles=tuple(roles_of(memberships)),
        preferred_role=preferred_role(memberships) or "",
    )


@dataclass(frozen=True, slots=True)
class Override:
    """Changes to the tokens of one issuance; `groups` is None where they stay as they are."""

    id_token: ClaimChanges = ClaimChanges()
    access_token: ClaimChanges = ClaimChanges()
    scopes_to_add: tuple[str, ...] = ()
    scopes_to_suppress: tuple[str, ...] = ()
    groups: GroupOverride | None = None

    def of_id(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Return the claims of an ID token, changed."""
        texts = {name: value for name, value in self.id_token.add.items() if _is_settable(name)}
        added = {name: value for name, value in texts.items() if name not in _TEXT_ONLY or isinstance(value, str)}
        return self._changed(claims, added, self.id_token.suppress, roles=True)

    def of_access(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Return the claims of an access token, changed."""
        added = {name: value for name, value in self.access_token.add.items() if _is_settable(name)}
        if self.access_token.add.get("aud") == claims.get("client_id") and "aud" not in claims:
            added["aud"] = claims["client_id"]
        changed = self._changed(claims, added, self.access_token.suppress, roles=False)
        scope = self.scope(str(claims.get("scope", "")))
        return {**changed, "scope": scope} if scope or "scope" in claims else changed

    def scope(self, scope: str) -> str:
        """Return a token's scopes, separated by spaces, changed."""
        wanted = [name for name in self.scopes_to_add if _SCOPE.fullmatch(name) and not _is_reserved(name)]
        scopes = dict.fromkeys([*scope.split(), *wanted])
        return " ".join(name for name in scopes if name not in self.scopes_to_suppress)

    def _changed(
        self, claims: dict[str, Any], added: dict[str, Any], suppressed: tuple[str, ...], *, roles: bool
    ) -> dict[str, Any]:
        changed = (
            claims if self.groups is None else {**_without_groups(claims), **_group_claims(self.groups, roles=roles)}
        )
        left_out = {name for name in suppressed if _is_suppressible(name)}
        return {name: value for name, value in {**changed, **added}.items() if name not in left_out}


def _is_settable(name: str) -> bool:
    return name not in _FIXED and name != "aud" and not name.startswith(("cognito:", "dev:"))


def _is_suppressible(name: str) -> bool:
    return name not in _FIXED and name != "aud" and not name.startswith("cognito:")


def _is_reserved(scope: str) -> bool:
    return scope.startswith(_RESERVED_SCOPES)


def _without_groups(claims: dict[str, Any]) -> dict[str, Any]:
    names = {"cognito:groups", "cognito:roles", "cognito:preferred_role"}
    return {name: value for name, value in claims.items() if name not in names}


def _group_claims(groups: GroupOverride, *, roles: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"cognito:groups": list(groups.groups)} if groups.groups else {}
    if roles and groups.roles:
        found["cognito:roles"] = list(groups.roles)
    if roles and groups.preferred_role:
        found["cognito:preferred_role"] = groups.preferred_role
    return found
