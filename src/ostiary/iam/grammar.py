"""The grammar of policies: what each member looks like, and one table of rules for each kind of policy.

The rules stand in the order in which AWS tells what is wrong, with AWS's words; the first one broken is told.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NoReturn

from ostiary.aws.types.iam import MalformedPolicyDocumentException
from ostiary.iam import shapes
from ostiary.iam.arns import fails_legacy_parsing, fault_of
from ostiary.iam.conditions import condition
from ostiary.iam.documents import COGNITO, CURRENT_VERSION, VERSIONS, listed, principals_of, statement_of, values_of

Kind = Literal["identity", "trust", "resource"]
"""A role's or user's own policy, or a session's; a role's trust policy; the policy of a bucket or topic."""
Statement = Mapping[str, Any]
Rule = Callable[[str, Sequence[Statement]], str | None]
"""(version, statements) → what is wrong, in AWS's words, or None. Every member has its shape by then."""

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
_NO_JSON = {
    "identity": SYNTAX,
    "trust": "This policy contains invalid Json",
    "resource": "This policy contains invalid Json",
}
_WEB_IDENTITY = "sts:assumerolewithwebidentity"
_EVERYTHING = {"*", "*:*"}
_VENDOR = re.compile(r"[A-Za-z0-9.-]+", re.ASCII)
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|A(ROA|IDA)[A-Z0-9]{12,}"
    r"|arn:aws:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/[!-)+-~]+)",
    re.ASCII,
)


def check(text: str, kind: Kind) -> None:
    """Refuse a document that breaks the grammar of its kind; raises MalformedPolicyDocumentException."""
    policy = _read(text, kind)
    if not shapes.fits(policy):
        _refuse(SYNTAX)
    version, statements = policy.get("Version", VERSIONS[0]), listed(policy["Statement"])
    for rule in RULES[kind]:
        wrong = rule(version, statements)
        if wrong is not None:
            _refuse(wrong)


def _read(text: str, kind: Kind) -> Any:
    """Return the JSON of a policy, in which no member stands twice: the first would be lost without a word."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            _refuse(SYNTAX)
        return dict(pairs)

    def refused(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refused)
    except (ValueError, RecursionError):
        _refuse(_NO_JSON[kind])


def _refuse(wrong: str) -> NoReturn:
    """Raise; half of a surrogate pair, which JSON can hold and no answer can, is told as a question mark."""
    raise MalformedPolicyDocumentException(wrong.encode("utf-8", "replace").decode())


# -- what rules look at ----------------------------------------------------------------------------------------------
def _all(statements: Sequence[Statement], member: str) -> Iterator[str]:
    """Yield what stands under a member, or excluded under its opposite."""
    for statement in statements:
        yield from _of(statement, member)


def _of(statement: Statement, member: str) -> list[str]:
    found = listed(statement.get(member, statement.get(f"Not{member}", [])))
    return [value for value in found if value is not None]


def _lacking(member: str, wrong: str) -> Rule:
    return lambda _, statements: None if all(_of(statement, member) for statement in statements) else wrong


def _having(member: str, wrong: str, effect: str = "") -> Rule:
    def rule(_: str, statements: Sequence[Statement]) -> str | None:
        found = any(member in statement and effect in {"", statement["Effect"]} for statement in statements)
        return wrong if found else None

    return rule


# -- rules of every kind ---------------------------------------------------------------------------------------------
def _opposites(_: str, statements: Sequence[Statement]) -> str | None:
    pairs = [(name, f"Not{name}") for name in ("Action", "Resource", "Principal")]
    both = any(name in statement and other in statement for statement in statements for name, other in pairs)
    return SYNTAX if both else None


def _operators(version: str, statements: Sequence[Statement]) -> str | None:
    return SYNTAX if any(read.operator is None for read in _conditions(version, statements)) else None


def _values(version: str, statements: Sequence[Statement]) -> str | None:
    return LEGACY if any(read.wanted is None for read in _conditions(version, statements)) else None


def _conditions(version: str, statements: Sequence[Statement]) -> Iterator[Any]:
    for statement in statements:
        for name, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                yield condition(name, key, values_of(values), variables=version == CURRENT_VERSION)


def _unique(wrong: str) -> Rule:
    def rule(_: str, statements: Sequence[Statement]) -> str | None:
        sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
        return wrong if len(set(sids)) != len(sids) else None

    return rule


def _vendors(_: str, statements: Sequence[Statement]) -> str | None:
    for action in _all(statements, "Action"):
        vendor, *names = action.split(":")
        if len(names) > 1:
            return "Actions/Condition can contain only one colon."
        if not names and vendor != "*":
            return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        if action not in _EVERYTHING and not _VENDOR.fullmatch(vendor):
            return f"Vendor {vendor} is not valid"
    return None


# -- rules of identity policies --------------------------------------------------------------------------------------
def _effects(_: str, statements: Sequence[Statement]) -> str | None:
    known = all(statement.get("Effect", "").lower() in {"allow", "deny"} for statement in statements)
    return None if known and statements else SYNTAX


def _version(version: str, _: Sequence[Statement]) -> str | None:
    if version not in VERSIONS:
        return SYNTAX
    return None if version == CURRENT_VERSION else "Policy document must be version 2012-10-17 or greater."


def _spelling(_: str, statements: Sequence[Statement]) -> str | None:
    return None if all(statement["Effect"] in {"Allow", "Deny"} for statement in statements) else LEGACY


def _legacy_arns(_: str, statements: Sequence[Statement]) -> str | None:
    for statement in statements:
        resources = _of(statement, "Resource")
        if any(map(fault_of, resources)):
            return None  # told after missing actions, by another rule
        if any(map(fails_legacy_parsing, resources)):
            return LEGACY
    return None


def _arns(_: str, statements: Sequence[Statement]) -> str | None:
    return next(filter(None, map(fault_of, _all(statements, "Resource"))), None)


def _sids(_: str, statements: Sequence[Statement]) -> str | None:
    plain = all(re.fullmatch("[0-9A-Za-z]*", statement.get("Sid", "")) for statement in statements)
    text = (
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    )
    return None if plain else text


def _nobody(_: str, statements: Sequence[Statement]) -> str | None:
    named = any("Principal" in statement or "NotPrincipal" in statement for statement in statements)
    return "Policy document should not specify a principal." if named else None


# -- rules of policies that name principals --------------------------------------------------------------------------
def _known_version(version: str, _: Sequence[Statement]) -> str | None:
    return None if version in VERSIONS else "The policy must contain a valid version string"


def _some(_: str, statements: Sequence[Statement]) -> str | None:
    return None if statements else "Could not parse the policy: Statement is empty!"


def _known_effects(_: str, statements: Sequence[Statement]) -> str | None:
    effects = [statement.get("Effect") for statement in statements]
    wrong = next((effect for effect in effects if effect not in {"Allow", "Deny"}), "Allow")
    return {None: "Missing required field Effect", "Allow": None}.get(wrong, f"Invalid effect: {wrong}")


def _principals(_: str, statements: Sequence[Statement]) -> str | None:
    for statement in statements:
        given = statement.get("Principal", statement.get("NotPrincipal"))
        if given is None:
            return "Missing required field Principal"
        if not given:
            return "Missing required field Principal cannot be empty!"
        if isinstance(given, str) and given != "*":
            return "Invalid principal in policy"
        found = principals_of(given)
        if not found or any(kind not in shapes.PRINCIPALS for kind, _ in found):
            return "Invalid principal in policy"
        for kind, name in found:
            if not name or (kind == "AWS" and not _AWS_PRINCIPAL.fullmatch(name)):
                return f'Invalid principal in policy: "{kind}":"{name}"'
    return None


def _sts_only(_: str, statements: Sequence[Statement]) -> str | None:
    only = all(action.lower().startswith("sts:") for action in _all(statements, "Action"))
    return None if only else "AssumeRole policy may only specify STS AssumeRole actions."


def _names_pools(version: str, statements: Sequence[Statement]) -> str | None:
    """A trust for every identity pool in the world is nobody's intention (STS-06)."""
    for item in statements:
        statement = statement_of(item, variables=version == CURRENT_VERSION)
        trusts_pools = statement.effect == "Allow" and ("Federated", COGNITO) in (statement.principals or ())
        if trusts_pools and statement.names_action(_WEB_IDENTITY) and not statement.names_identity_pools:
            return f"The trust policy must have a condition on {COGNITO}:aud that names the identity pools it trusts."
    return None


def _no_nulls(_: str, statements: Sequence[Statement]) -> str | None:
    """Only IAM takes `null` in a list of resources."""
    members = (statement.get("Resource", statement.get("NotResource")) for statement in statements)
    return SYNTAX if any(isinstance(member, list) and None in member for member in members) else None


def _instead(rule: Rule, wrong: str) -> Rule:
    """Return a rule in other words, as S3 and SNS have them."""
    return lambda version, statements: wrong if rule(version, statements) else None


RULES: Mapping[Kind, tuple[Rule, ...]] = {
    "identity": (
        _effects,
        _opposites,
        _operators,
        _version,
        _nobody,
        _spelling,
        _values,
        _legacy_arns,
        _sids,
        _unique("Statement IDs (SID) in a single policy must be unique."),
        _lacking("Action", "Policy statement must contain actions."),
        _arns,
        _vendors,
        _lacking("Resource", "Policy statement must contain resources."),
    ),
    "trust": (
        _known_version,
        _some,
        _known_effects,
        _having("NotPrincipal", "Allow with NotPrincipal is not allowed.", "Allow"),
        _having("NotPrincipal", "AssumeRole policy must not contain NotPrincipal field."),
        _principals,
        _opposites,
        _operators,
        _lacking("Action", "Missing required field Action"),
        _sts_only,
        _having("Resource", "Has prohibited field Resource"),
        _having("NotResource", "AssumeRole policy must not contain resources."),
        _unique("The Statement Ids in the policy are not unique"),
        _values,
        _vendors,
        _names_pools,
    ),
    "resource": (
        _known_version,
        _some,
        _known_effects,
        _having("NotPrincipal", "Allow with NotPrincipal is not allowed.", "Allow"),
        _principals,
        _opposites,
        _operators,
        _lacking("Action", "Missing required field Action"),
        _instead(_vendors, "Policy has invalid action"),
        _no_nulls,
        _lacking("Resource", "Missing required field Resource"),
        _instead(_legacy_arns, "Policy has invalid resource"),
        _instead(_arns, "Policy has invalid resource"),
        _unique("The Statement Ids in the policy are not unique"),
        _values,
    ),
}
