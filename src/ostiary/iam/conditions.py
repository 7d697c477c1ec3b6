"""Conditions of a statement, taken apart once (behaviour/iam.md 3)."""

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ostiary.iam.dates import moment
from ostiary.iam.matching import ArnTemplate, Context, Template, UnresolvedVariableError, arn_template, template

Prepare = Callable[[str, bool], Any]
"""(a policy's value, whether variables mean something) → what `Test` takes; raises ValueError for a bad value."""
Test = Callable[[Any, str, Context], bool]
"""(prepared value, the request's value, context). Raises ValueError when the request's value is of another kind."""
Compare = Callable[[Any, Any], bool]

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_QUANTIFIERS = {"", "ForAllValues", "ForAnyValue"}


class NotUnderstoodError(Exception):
    """A condition with an operator, or a value, that is not known here."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How a policy's value is read and compared with one of the request; whether it is a negation."""

    prepare: Prepare
    test: Test
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator: `name` as it is written, `key` in lower case, `written` the policy's values.

    `wanted` are the values as the operator takes them; None when the operator or a value is not understood.
    """

    name: str
    key: str
    written: tuple[str, ...]
    quantifier: str
    if_exists: bool
    operator: Operator | None
    wanted: tuple[Any, ...] | None

    def holds(self, context: Context) -> bool:
        """Whether a request meets it; raises NotUnderstoodError and UnresolvedVariableError."""
        present = context.get(self.key)
        if self.operator is None or self.wanted is None:
            raise NotUnderstoodError(self.name)
        if self.operator is _NULL:
            return (not present) in self.wanted
        negated = self.operator.negated
        if not present:
            # A quantifier decides first: with ForAnyValue there must be a value, whatever IfExists says.
            return self.quantifier == "ForAllValues" or (not self.quantifier and (self.if_exists or negated))
        met = [self._one(value, context) for value in present]  # each, so that their order does not matter
        return all(met) if self.quantifier == "ForAllValues" or (negated and not self.quantifier) else any(met)

    def _one(self, value: str, context: Context) -> bool:
        operator, unresolved = self.operator, None
        if operator is None or self.wanted is None:
            raise NotUnderstoodError(self.name)
        for wanted in self.wanted:
            try:
                if operator.test(wanted, value, context):
                    return not operator.negated
            except UnresolvedVariableError as error:
                unresolved = error
            except (ValueError, OverflowError):
                continue  # a value of the request that is no number, date or address matches nothing
        if unresolved is not None and operator.negated:
            raise unresolved  # to be unlike what is not known says nothing
        return operator.negated


def condition(name: str, key: str, values: Sequence[str], *, variables: bool = True) -> Condition:
    """Take apart one key under an operator, such as `ForAnyValue:StringLike`."""
    quantifier, _, rest = name.rpartition(":")
    if_exists = rest.endswith("IfExists") and rest != "NullIfExists"
    found = OPERATORS.get(rest.removesuffix("IfExists") if if_exists else rest)
    found = found if quantifier in _QUANTIFIERS else None
    try:
        wanted = None if found is None else tuple(found.prepare(value, variables) for value in values)
    except (ValueError, OverflowError):
        wanted = None
    if found is _NULL and not wanted:
        wanted = None
    return Condition(name, key.lower(), tuple(values), quantifier, if_exists, found, wanted)


def all_hold(conditions: Sequence[Condition], context: Context) -> bool:
    """Whether all are met, in whatever order they stand: one that is not met outweighs one that is not understood.

    Raises NotUnderstoodError and UnresolvedVariableError.
    """
    doubt: Exception | None = None
    for item in conditions:
        try:
            if not item.holds(context):
                return False
        except (NotUnderstoodError, UnresolvedVariableError) as error:
            doubt = error
    if doubt is not None:
        raise doubt
    return True


def context_of(values: Mapping[str, str | Sequence[str]]) -> Context:
    """Return condition keys as the decision wants them: lower case, each with a tuple of values."""
    return {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in values.items()}


# -- reading the policy's values -------------------------------------------------------------------------------------
def _plain(text: str, variables: bool) -> Template:  # noqa: FBT001 - the shape of Prepare
    return template(text, variables=variables, wildcards=False)


def _pattern(text: str, variables: bool) -> Template:  # noqa: FBT001
    return template(text, variables=variables)


def _arn(text: str, variables: bool) -> ArnTemplate:  # noqa: FBT001
    return arn_template(text, variables=variables)


def _number(text: str, _variables: bool) -> float:  # noqa: FBT001
    return _amount(text)


def _date(text: str, _variables: bool) -> float:  # noqa: FBT001
    return moment(text)


def _network(text: str, _variables: bool) -> Any:  # noqa: FBT001
    return ipaddress.ip_network(text, strict=False)


def _bytes(text: str, _variables: bool) -> bytes:  # noqa: FBT001
    return base64.b64decode(text, validate=True)


def _amount(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _yes_or_no(text: str, _variables: bool) -> bool:  # noqa: FBT001
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


# -- comparing -------------------------------------------------------------------------------------------------------
def _matches(wanted: Template | ArnTemplate, value: str, context: Context) -> bool:
    return wanted.matches(value, context)


def _same_but_for_case(wanted: Template, value: str, context: Context) -> bool:
    return "".join(wanted.texts(context)).casefold() == value.casefold()


def _inside(network: Any, value: str, _context: Context) -> bool:
    return _address(value) in network


@lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _same_bytes(wanted: bytes, value: str, _context: Context) -> bool:
    return wanted == base64.b64decode(value, validate=True)


def _same_answer(wanted: bool, value: str, _context: Context) -> bool:  # noqa: FBT001
    return value.lower() == str(wanted).lower()


def _orders(prefix: str, prepare: Prepare, read: Callable[[str], float]) -> dict[str, Operator]:
    def comparing(compare: Compare, *, negated: bool = False) -> Operator:
        return Operator(prepare, lambda wanted, value, _context: compare(read(value), wanted), negated)

    return {
        f"{prefix}Equals": comparing(operator.eq),
        f"{prefix}NotEquals": comparing(operator.eq, negated=True),
        f"{prefix}LessThan": comparing(operator.lt),
        f"{prefix}LessThanEquals": comparing(operator.le),
        f"{prefix}GreaterThan": comparing(operator.gt),
        f"{prefix}GreaterThanEquals": comparing(operator.ge),
    }


_NULL = Operator(_yes_or_no, _same_answer)
OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_plain, _matches),
    "StringNotEquals": Operator(_plain, _matches, negated=True),
    "StringEqualsIgnoreCase": Operator(_plain, _same_but_for_case),
    "StringNotEqualsIgnoreCase": Operator(_plain, _same_but_for_case, negated=True),
    "StringLike": Operator(_pattern, _matches),
    "StringNotLike": Operator(_pattern, _matches, negated=True),
    **_orders("Numeric", _number, _amount),
    **_orders("Date", _date, moment),
    "Bool": Operator(_yes_or_no, _same_answer),
    "BinaryEquals": Operator(_bytes, _same_bytes),
    "IpAddress": Operator(_network, _inside),
    "NotIpAddress": Operator(_network, _inside, negated=True),
    "ArnEquals": Operator(_arn, _matches),
    "ArnLike": Operator(_arn, _matches),
    "ArnNotEquals": Operator(_arn, _matches, negated=True),
    "ArnNotLike": Operator(_arn, _matches, negated=True),
    "Null": _NULL,
}
"""Every condition operator there is; each also with `IfExists` (but `Null`) and a quantifier in front."""
