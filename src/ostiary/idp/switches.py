"""What pools can do beyond Cognito: each is off until a tag of the pool turns it on (docs/guide/beyond-cognito.md)."""

import re
from collections.abc import Mapping

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.store.idp.user_pools import UserPool

PREFIX = "ostiary:"
RECOVERY_CODES = "recovery-codes"
LINK_BY_EMAIL = "link-by-email"
EMAIL_REVERT = "email-revert-days"
SCHEMA_CHANGES = "schema-changes"
USER_SEARCH = "user-search"
END_SESSIONS = "end-sessions-on-password-change"
_ON = ("on or off", re.compile(r"on|off"))
_VALUES = {
    RECOVERY_CODES: _ON,
    SCHEMA_CHANGES: _ON,
    USER_SEARCH: _ON,
    END_SESSIONS: _ON,
    EMAIL_REVERT: ("a number of days from 1 to 90, or off", re.compile(r"[1-9]|[1-8][0-9]|90|off")),
    LINK_BY_EMAIL: ("names of identity providers with spaces between, or off", re.compile(r"\S{1,32}( \S{1,32})*")),
}
"""What each may be set to: in words, and exactly."""
_OFF = frozenset({"", "off"})


def value(pool: UserPool, name: str) -> str:
    """Return what a pool sets one of them to; empty where it is off."""
    found: str = pool.configuration["UserPoolTags"].get(PREFIX + name, "")
    return "" if found in _OFF else found


def is_on(pool: UserPool, name: str) -> bool:
    """Whether a pool has one of them on."""
    return bool(value(pool, name))


def ends_sessions(ctx: Context, pool: UserPool) -> bool:
    """Whether a new password ends its user's sign-ins: as the pool's tag says, else as the server's defaults do."""
    if PREFIX + END_SESSIONS in pool.configuration["UserPoolTags"]:
        return is_on(pool, END_SESSIONS)
    return ctx.settings.secure_defaults


def check(tags: Mapping[str, str]) -> None:
    """Refuse tags that look like a switch and are none: a misspelt one would leave things as they are, silently."""
    for key, text in tags.items():
        name = key.removeprefix(PREFIX)
        if name == key:
            continue
        if name not in _VALUES:
            raise InvalidParameterException(f"There is no tag {key}; there are {', '.join(_known())}.")
        words, pattern = _VALUES[name]
        if pattern.fullmatch(text) is None:
            raise InvalidParameterException(f"The tag {key} must be {words}.")


def _known() -> list[str]:
    return sorted(PREFIX + name for name in _VALUES)
