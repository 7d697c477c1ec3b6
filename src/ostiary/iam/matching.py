"""Texts of policies: wildcards (`*` any text, `?` any one character) and variables (`${aws:username}`).

A text is taken apart once and then compared in linear time, whatever its wildcards: a policy cannot slow the server
down, and what a variable brings in is never read as a wildcard.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Context = Mapping[str, tuple[str, ...]]
"""Condition keys of a request in lower case, each with its values."""

_STAR = object()
_ONE = "\0"
"""Stands for `?` in a piece: no text of a request has this character."""
_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")
_WILDCARD = re.compile(r"[*?]")
_DEFAULT = re.compile(r"\s*([^,]*?)\s*,\s*'([^']*)'\s*")
_LITERALS = {"*", "?", "$"}
_ARN_PARTS = 6


class UnresolvedVariableError(Exception):
    """A policy variable that the request has no single value for."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A condition key, in lower case, whose value stands here; `default` when the request has none."""

    key: str
    default: str | None

    def value(self, context: Context) -> str:
        """Return the value; raises UnresolvedVariableError."""
        values = context.get(self.key, ())
        if not values and self.default is not None:
            return self.default
        if len(values) != 1 or _ONE in values[0]:
            raise UnresolvedVariableError(self.key)
        return values[0]


Token = str | Variable | object


@dataclass(frozen=True, slots=True)
class Template:
    """A text split at its `*`; `fixed` are the pieces when no variable is in them, `exact` the one plain piece."""

    pieces: tuple[tuple[str | Variable, ...], ...]
    fixed: tuple[str, ...] | None
    exact: str | None

    def texts(self, context: Context) -> tuple[str, ...]:
        """Return the pieces with the request's values in them; raises UnresolvedVariableError."""
        if self.fixed is not None:
            return self.fixed
        return tuple(
            "".join([part if isinstance(part, str) else part.value(context) for part in piece]) for piece in self.pieces
        )

    def matches(self, text: str, context: Context) -> bool:
        """Whether a text matches whole; raises UnresolvedVariableError."""
        return text == self.exact if self.exact is not None else _matches(self.fixed or self.texts(context), text)


@dataclass(frozen=True, slots=True)
class ArnTemplate:
    """An ARN that is compared part by part: all parts, or, when the first five are plain, `head` and the last part."""

    head: str
    parts: tuple[Template, ...]

    def matches(self, arn: str, context: Context) -> bool:
        """Whether an ARN matches; raises UnresolvedVariableError."""
        if self.head:
            return arn.startswith(self.head) and self.parts[0].matches(arn[len(self.head) :], context)
        given = arn.split(":", len(self.parts) - 1)
        return len(given) == len(self.parts) and all(
            part.matches(text, context) for part, text in zip(self.parts, given, strict=True)
        )


def template(text: str, *, variables: bool = False, wildcards: bool = True) -> Template:
    """Take a policy's text apart; raises ValueError for the one character that it must not have."""
    return _template(list(_tokens(text, variables=variables, wildcards=wildcards)))


def arn_template(text: str, *, variables: bool = False) -> ArnTemplate:
    """Take an ARN with wildcards apart; the last part of one with fewer than six (`*`, `arn:aws:s3*`) is the rest."""
    parts = _parts(list(_tokens(text, variables=variables, wildcards=True)))
    templates = tuple(map(_template, parts))
    plain = [part.exact for part in templates[:-1] if part.exact is not None]
    if len(plain) < _ARN_PARTS - 1:
        return ArnTemplate("", templates)
    return ArnTemplate("".join(f"{text}:" for text in plain), (templates[-1],))


def like(pattern: str, value: str) -> bool:
    """Whether a text matches a pattern whole."""
    return template(pattern).matches(value, {})


def arn_like(pattern: str, arn: str) -> bool:
    """Whether an ARN matches a pattern part by part; a whole match, never a prefix (STS-11)."""
    return arn_template(pattern).matches(arn, {})


def _tokens(text: str, *, variables: bool, wildcards: bool) -> Iterator[Token]:
    if _ONE in text:
        raise ValueError("A policy has no NUL characters.")
    at = 0
    for found in (_SPECIAL if variables else _WILDCARD).finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        at = found.end()
        special = found.group()
        if special in {"*", "?"}:
            yield special if not wildcards else _STAR if special == "*" else _ONE
        else:
            yield _variable(found.group(1))
    if at < len(text):
        yield text[at:]


def _variable(name: str) -> str | Variable:
    if name in _LITERALS:
        return name
    with_default = _DEFAULT.fullmatch(name)
    key, default = with_default.groups() if with_default else (name.strip(), None)
    return Variable(key.lower(), default)


def _template(tokens: Sequence[Token]) -> Template:
    pieces: list[list[str | Variable]] = [[]]
    for token in tokens:
        if isinstance(token, str | Variable):
            pieces[-1].append(token)
        else:
            pieces.append([])
    plain = all(isinstance(part, str) for piece in pieces for part in piece)
    fixed = tuple("".join(map(str, piece)) for piece in pieces) if plain else None
    exact = fixed[0] if fixed is not None and len(fixed) == 1 and _ONE not in fixed[0] else None
    return Template(tuple(map(tuple, pieces)), fixed, exact)


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split at the first five colons of the policy's own text; those inside variables are not the policy's."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        first, *others = token.split(":", _ARN_PARTS - len(parts))
        parts[-1] += [first] if first else []
        parts += [[text] if text else [] for text in others]
    return parts


def _matches(pieces: Sequence[str], text: str) -> bool:
    """Find each piece behind the one before: the leftmost place is always good enough."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first == text or (len(first) == len(text) and _stands(first, text, 0))
    at, end = len(first), len(text) - len(last)
    if end < at or not _stands(first, text, 0) or not _stands(last, text, end):
        return False
    for piece in pieces[1:-1]:
        found = _find(piece, text, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _stands(piece: str, text: str, at: int) -> bool:
    if _ONE not in piece:
        return text.startswith(piece, at)
    return all(wanted in {_ONE, found} for wanted, found in zip(piece, text[at : at + len(piece)], strict=True))


def _find(piece: str, text: str, at: int, end: int) -> int:
    if _ONE not in piece:
        return text.find(piece, at, end)
    return next((place for place in range(at, end - len(piece) + 1) if _stands(piece, text, place)), -1)
