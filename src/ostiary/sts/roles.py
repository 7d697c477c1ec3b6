"""Assuming roles (behaviour/sts.md 3, 4)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import regex

from ostiary.aws.errors import AccessDeniedError, ServiceError, ValidationError
from ostiary.aws.types.iam import MalformedPolicyDocumentException as MalformedInIam
from ostiary.aws.types.sts import (
    InvalidContextAssertionException,
    MalformedPolicyDocumentException,
    PackedPolicyTooLargeException,
)
from ostiary.context import Context, Session
from ostiary.federation.web_identity import WebIdentity
from ostiary.iam import evaluate, grammar
from ostiary.iam.authorize import bearing_policies, caller_of, global_conditions, permissions_of
from ostiary.iam.conditions import context_of
from ostiary.iam.evaluate import Request
from ostiary.iam.names import role_name_of
from ostiary.iam.principals import Caller
from ostiary.store.iam.entities import Entity
from ostiary.sts.sessions import Credentials, mint

DEFAULT_SECONDS = 3600
CHAINED_SECONDS = 3600
MOST_POLICY_CHARACTERS = 2048
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
NOT_TRUSTED = f"Not authorized to perform {WEB_IDENTITY}"
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
_SOURCE_IDENTITY = re.compile(r"(?!aws:)[\w+=,.@-]{2,256}", re.ASCII)
_TAG_KEY = regex.compile(r"(?!(?i:aws:))[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}")
_TAG_VALUE = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}")
MOST_TAGS = 50


class InvalidParameterValueError(ServiceError):
    """A tag that cannot be set."""

    code = "InvalidParameterValue"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks of a session. `policies` are JSON texts, `seconds` 0 means the default."""

    role_arn: str
    name: str
    seconds: int = 0
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""


@dataclass(frozen=True, slots=True)
class Assumed:
    """A role that was assumed."""

    credentials: Credentials
    session: Session

    @property
    def user(self) -> Any:
        """`AssumedRoleUser` as STS answers it."""
        session = self.session
        arn = f"arn:aws:sts::{session.account}:assumed-role/{session.role_name}/{session.name}"
        return {"AssumedRoleId": f"{session.role_id}:{session.name}", "Arn": arn}


def assume_with_web_identity(ctx: Context, wish: Wish, identity: WebIdentity) -> Assumed:
    """Return a session of a role for a verified identity; raises AccessDeniedError unless the trust allows it."""
    wish = _with_claims(wish, identity)
    role = role_of(ctx, wish.role_arn)
    keys = identity_conditions(identity)
    caller = Caller(federated=identity.federated)
    conditions = global_conditions(ctx) | keys | _conditions(wish, role) | {"aws:FederatedProvider": identity.federated}
    actions = _actions(WEB_IDENTITY, wish)
    requests = [Request(action, wish.role_arn, context_of(conditions)) for action in actions]
    if role is None or not all(evaluate.trusts(role.trust_policy, caller, request) for request in requests):
        raise AccessDeniedError(NOT_TRUSTED)
    check_seconds(role, wish, chained=False)
    session = session_of(ctx, role, wish, federated=identity.federated, claims=keys)
    return Assumed(mint(ctx.services, session), session)


def identity_conditions(identity: WebIdentity) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of a provider: `<provider>:aud`, `:sub` and its others; they stay with the session."""
    values = {"aud": (identity.audience,), "sub": (identity.subject,), **identity.conditions}
    return {f"{identity.provider}:{name}": value for name, value in values.items()}


def wish_of(req: Any) -> Wish:
    """Return what a request asks for; raises ValidationError and the errors of tags and policies."""
    if "ProvidedContexts" in req:
        raise InvalidContextAssertionException("There is no trusted context provider here: leave ProvidedContexts out.")
    tags: dict[str, str] = {}
    for tag in req.get("Tags", []):
        if tag["Key"].lower() in {key.lower() for key in tags}:
            raise InvalidParameterValueError(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            )
        tags[tag["Key"]] = tag["Value"]
    spelt = {key.lower(): key for key in tags}
    transitive = tuple(dict.fromkeys(spelt.get(key.lower(), "") for key in req.get("TransitiveTagKeys", ())))
    if "" in transitive:
        raise InvalidParameterValueError("The specified transitive tag key must be included in the requested tags.")
    if any(key.lower().startswith("aws:") for key in tags) or req.get("SourceIdentity", "").lower().startswith("aws:"):
        raise ValidationError("Names that begin with aws: are reserved.")
    wish = Wish(
        role_arn=req["RoleArn"],
        name=req["RoleSessionName"],
        seconds=req.get("DurationSeconds", 0),
        policies=(req["Policy"],) if "Policy" in req else (),
        policy_arns=tuple(item["arn"] for item in req.get("PolicyArns", []) if "arn" in item),
        tags=tags,
        transitive_tag_keys=transitive,
        source_identity=req.get("SourceIdentity", ""),
    )
    _check_policies(wish)
    return wish


def _check_policies(wish: Wish) -> None:
    size = sum(map(len, wish.policies + wish.policy_arns))
    if size > MOST_POLICY_CHARACTERS:
        share = 100 * size // MOST_POLICY_CHARACTERS
        raise PackedPolicyTooLargeException(
            f"Packed policy consumes {share}% of allotted space, please use smaller policy."
        )
    for text in wish.policies:
        try:
            grammar.check(text, "identity")
        except MalformedInIam as error:
            raise MalformedPolicyDocumentException(error.message) from None


def packed(session: Session) -> dict[str, int]:
    """Return `PackedPolicySize` of a session's policies and tags, wherever these come from; nothing without any."""
    size = sum(map(len, [*session.policies, *session.policy_arns, *session.tags, *session.tags.values()]))
    return {"PackedPolicySize": max(1, 100 * size // (2 * MOST_POLICY_CHARACTERS))} if size else {}


def role_of(ctx: Context, arn: str) -> Entity | None:
    """Return the role of an ARN, or None where there is none; raises ValidationError for what is no role's ARN."""
    named = role_name_of(arn)
    if named is None:
        raise ValidationError(f"{arn} is invalid")
    account_id, path, name = named
    found = permissions_of(ctx, "role", account_id, name)
    role = found.entity if found is not None else None
    return role if role is not None and role.path == path else None


def may_assume(ctx: Context, role: Entity, wish: Wish, external_id: str | None) -> bool:
    """Whether both sides allow it (STS-01, STS-03).

    The trust must; what bears on the caller must too, as with every resource that has a policy: a trust in the account
    leaves it to the caller's policies, one in a role still lets the session's policies and the boundary narrow it.
    """
    conditions = global_conditions(ctx) | _conditions(wish, role)
    if external_id is not None:
        conditions["sts:ExternalId"] = external_id
    caller = _known_to(role, caller_of(ctx.principal))
    bearing = bearing_policies(ctx, role.trust_policy)
    same_account = role.account_id == ctx.principal.account
    for action in _actions("sts:AssumeRole", wish):
        request = Request(action, role.arn, context_of(conditions))
        if bearing is None or evaluate.trusts(role.trust_policy, caller, request) is None:
            return False
        if not evaluate.decide(request, caller, bearing, same_account=same_account).allowed:
            return False
    return True


def _known_to(role: Entity, caller: Caller) -> Caller:
    """Return the caller as a trust policy knows it: a user or role made anew under a trusted name is a stranger."""
    trusted = role.configuration.get("TrustedIds", {})
    if trusted.get(caller.role_arn or caller.arn, caller.unique_id) == caller.unique_id:
        return caller
    return replace(caller, role_arn="", arn="") if caller.role_arn else replace(caller, arn="")


def _actions(action: str, wish: Wish) -> list[str]:
    """Return everything that the trust must allow: tags and a source identity are permissions of their own."""
    actions = [action]
    actions += ["sts:TagSession"] if wish.tags else []
    actions += ["sts:SetSourceIdentity"] if wish.source_identity else []
    return actions


def check_seconds(role: Entity, wish: Wish, *, chained: bool) -> None:
    """Refuse a session that is longer than the role gives, or than a chained one may be; raises ValidationError."""
    if wish.seconds > role.configuration.get("MaxSessionDuration", DEFAULT_SECONDS):
        raise ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if chained and wish.seconds > CHAINED_SECONDS:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )


def inheriting(ctx: Context, wish: Wish) -> Wish:
    """Return the wish with what the caller's own session hands on: transitive tags and the source identity."""
    session = ctx.principal.session
    if session is None:
        return wish
    handed_on = {key: value for key, value in session.tags.items() if key in session.transitive_tag_keys}
    if {key.lower() for key in handed_on} & {key.lower() for key in wish.tags}:
        raise InvalidParameterValueError(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    if session.source_identity and wish.source_identity not in {"", session.source_identity}:
        raise AccessDeniedError("The source identity of a session cannot be changed.")
    return replace(
        wish,
        tags={**handed_on, **wish.tags},
        transitive_tag_keys=(*handed_on, *wish.transitive_tag_keys),
        source_identity=wish.source_identity or session.source_identity,
    )


def _with_claims(wish: Wish, identity: WebIdentity) -> Wish:
    """Return the wish with the session tags and the source identity that the token itself carries (behaviour/sts.md 4).

    Raises AccessDeniedError for tags that could not be a session's.
    """
    claim = identity.claims.get(_TAGS_CLAIM, {})
    given = claim if isinstance(claim, dict) else {}
    principal_tags, transitive = given.get("principal_tags", {}), given.get("transitive_tag_keys", [])
    source = identity.claims.get(_SOURCE_IDENTITY_CLAIM, "")
    if given is not claim or not isinstance(principal_tags, dict) or not isinstance(transitive, list):
        raise AccessDeniedError("The session tags in the token are not valid.")
    tags = {key: _first(value) for key, value in principal_tags.items()}
    if not _are_tags(tags) or any(not isinstance(key, str) or key not in tags for key in transitive):
        raise AccessDeniedError("The session tags in the token are not valid.")
    if source != "" and not (isinstance(source, str) and _SOURCE_IDENTITY.fullmatch(source)):
        raise AccessDeniedError("The source identity in the token is not valid.")
    return replace(wish, tags=tags, transitive_tag_keys=tuple(transitive), source_identity=source)


def _are_tags(tags: Mapping[str, Any]) -> bool:
    return (
        len(tags) <= MOST_TAGS
        and len({key.lower() for key in tags}) == len(tags)
        and all(_TAG_KEY.fullmatch(key) for key in tags)
        and all(isinstance(value, str) and _TAG_VALUE.fullmatch(value) for value in tags.values())
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _conditions(wish: Wish, role: Entity | None) -> dict[str, str | Sequence[str]]:
    keys: dict[str, str | Sequence[str]] = {f"aws:RequestTag/{key}": value for key, value in wish.tags.items()}
    keys |= {f"aws:ResourceTag/{key}": value for key, value in (role.tags if role else {}).items()}
    keys["sts:RoleSessionName"] = wish.name
    keys["sts:DurationSeconds"] = str(wish.seconds or DEFAULT_SECONDS)
    if wish.tags:
        keys["aws:TagKeys"] = tuple(wish.tags)
    if wish.transitive_tag_keys:
        keys["sts:TransitiveTagKeys"] = wish.transitive_tag_keys
    if wish.source_identity:
        keys["sts:SourceIdentity"] = wish.source_identity
    return keys


def session_of(
    ctx: Context,
    role: Entity,
    wish: Wish,
    *,
    federated: str = "",
    claims: Mapping[str, Sequence[str]] | None = None,
) -> Session:
    """Return the session of a role that a wish asks for."""
    now = ctx.clock.now_seconds()
    return Session(
        account=role.account_id,
        role_name=role.name,
        role_id=role.unique_id,
        role_path=role.path,
        name=wish.name,
        issued_at=now,
        expires_at=now + (wish.seconds or DEFAULT_SECONDS),
        policies=wish.policies,
        policy_arns=wish.policy_arns,
        tags=dict(wish.tags),
        transitive_tag_keys=wish.transitive_tag_keys,
        source_identity=wish.source_identity,
        federated_provider=federated,
        claims={key: list(values) for key, values in (claims or {}).items()},
    )
