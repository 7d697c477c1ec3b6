"""Wildcards of policies: `*` is any text, `?` any one character."""

import re
from collections.abc import Sequence
from functools import lru_cache

LITERAL = "\0"
"""Stands before a wildcard character that a variable brought in and that means itself."""


@lru_cache(maxsize=8192)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    parts: list[str] = []
    literal = False
    for character in pattern:
        if character == LITERAL and not literal:
            literal = True
            continue
        parts.append(re.escape(character) if literal or character not in "*?" else ".*" if character == "*" else ".")
        literal = False
    return re.compile("".join(parts), re.DOTALL | flags)


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether a text matches a pattern whole."""
    if pattern == "*":
        return True
    return _compiled(pattern, re.IGNORECASE if ignore_case else 0).fullmatch(value) is not None


def action_matches(pattern: str, action: str) -> bool:
    """Whether an action (`s3:GetObject`) matches a pattern, whatever the case."""
    return like(pattern, action, ignore_case=True)


def resource_matches(patterns: Sequence[str], resource: str) -> bool:
    """Whether an ARN matches one of the patterns; a whole match, never a prefix (STS-11)."""
    return any(like(pattern, resource) for pattern in patterns)


def arn_like(pattern: str, arn: str) -> bool:
    """Whether an ARN matches a pattern part by part, as ArnLike does."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(like(p, part) for p, part in zip(patterns, parts, strict=True))


def escaped(value: str) -> str:
    """Return a text whose wildcard characters mean themselves."""
    return re.sub(r"([*?\0])", LITERAL + r"\1", value)
