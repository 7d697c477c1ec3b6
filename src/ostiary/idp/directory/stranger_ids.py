"""For whom codes, failures and the like are kept: a user's sub, or the id of somebody who is not there."""

STRANGER = "stranger "
"""How the ids of strangers begin; hexadecimal digits follow, as in the subs of users."""
_BUCKET = len(STRANGER) + 3
"""So much of an id names the strangers, one in 4096, whose expired rows go when one of them asks for a code."""


def is_stranger(subject: str) -> bool:
    """Whether this is a stranger's id, and not a user's sub."""
    return subject.startswith(STRANGER)


def neighbours(subject: str) -> str:
    """Return how the ids begin whose expired rows go when `subject` gets one: a stranger may never come again."""
    return subject[:_BUCKET] if is_stranger(subject) else subject
