"""Assuming roles (reference identity-pools-sts.md B3, B4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ostiary.aws.errors import AccessDeniedError, ServiceError, ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.iam import MalformedPolicyDocumentException as MalformedInIam
from ostiary.aws.types.sts import (
    AssumeRoleRequest,
    AssumeRoleResponse,
    AssumeRoleWithWebIdentityRequest,
    AssumeRoleWithWebIdentityResponse,
    ExpiredTokenException,
    IDPCommunicationErrorException,
    InvalidIdentityTokenException,
    MalformedPolicyDocumentException,
    PackedPolicyTooLargeException,
)
from ostiary.context import Context, Session
from ostiary.federation.providers import verify_web_identity
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.iam import documents, evaluate
from ostiary.iam.authorize import authorize, caller_of, decided, global_conditions, permissions_of
from ostiary.iam.evaluate import Request, context_of
from ostiary.iam.names import role_name_of
from ostiary.iam.principals import Caller
from ostiary.store.iam_entities import Entity
from ostiary.sts.sessions import Credentials, mint

DEFAULT_SECONDS = 3600
CHAINED_SECONDS = 3600
MOST_POLICY_CHARACTERS = 2048
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"


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


@operation("sts", authorized_by_handler=True)
def assume_role(ctx: Context, req: AssumeRoleRequest) -> AssumeRoleResponse:
    """Give the caller a session of a role that trusts it; in another account its own policies must allow it."""
    wish = _wish(req)
    principal = ctx.principal
    if principal.is_root:
        raise AccessDeniedError("Roles may not be assumed by root accounts.")
    role = _role(ctx, wish.role_arn)
    conditions = {**_tag_conditions(wish), "sts:RoleSessionName": wish.name}
    if "ExternalId" in req:
        conditions["sts:ExternalId"] = req["ExternalId"]
    if role is None or not _may_assume(ctx, role, conditions, wish):
        raise AccessDeniedError(
            f"User: {principal.arn} is not authorized to perform: sts:AssumeRole on resource: {wish.role_arn}"
        )
    _check_seconds(role, wish, chained=principal.session is not None)
    session = _session(ctx, role, _inheriting(ctx, wish))
    assumed = Assumed(mint(ctx.services, session), session)
    answer: AssumeRoleResponse = {"Credentials": assumed.credentials.wire(), "AssumedRoleUser": assumed.user}
    if session.source_identity:
        answer["SourceIdentity"] = session.source_identity
    return {**answer, **_packed(wish)}  # type: ignore[typeddict-item]


@operation("sts")
def assume_role_with_web_identity(
    ctx: Context, req: AssumeRoleWithWebIdentityRequest
) -> AssumeRoleWithWebIdentityResponse:
    """Give whoever a provider vouches for a session of a role that trusts the provider."""
    wish = _wish(req)
    named = role_name_of(wish.role_arn)
    if named is None:
        raise ValidationError(f"{wish.role_arn} is invalid")
    try:
        identity = verify_web_identity(ctx, named[0], req["WebIdentityToken"], req.get("ProviderId"))
    except InvalidTokenError as error:
        raise _refusal(error, ctx.clock.now_seconds()) from None
    assumed = assume_with_web_identity(ctx, wish, identity)
    answer: AssumeRoleWithWebIdentityResponse = {
        "Credentials": assumed.credentials.wire(),
        "SubjectFromWebIdentityToken": identity.subject,
        "AssumedRoleUser": assumed.user,
        "Provider": req.get("ProviderId") or identity.issuer,
        "Audience": identity.audience,
    }
    if assumed.session.source_identity:
        answer["SourceIdentity"] = assumed.session.source_identity
    return {**answer, **_packed(wish)}  # type: ignore[typeddict-item]


def assume_with_web_identity(ctx: Context, wish: Wish, identity: WebIdentity) -> Assumed:
    """Return a session of a role for a verified identity; raises AccessDeniedError unless the trust allows it."""
    wish = _with_claims(wish, identity)
    role = _role(ctx, wish.role_arn)
    keys = identity_conditions(identity)
    caller = Caller(federated=identity.federated)
    conditions = global_conditions(ctx) | keys | _tag_conditions(wish) | {"aws:FederatedProvider": identity.federated}
    actions = ["sts:AssumeRoleWithWebIdentity", *(["sts:TagSession"] if wish.tags else [])]
    requests = [Request(action, wish.role_arn, context_of(conditions)) for action in actions]
    if role is None or not all(_trust(role, caller, request) for request in requests):
        raise AccessDeniedError("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    _check_seconds(role, wish, chained=False)
    session = _session(ctx, role, wish, federated=identity.federated, claims=keys)
    return Assumed(mint(ctx.services, session), session)


def identity_conditions(identity: WebIdentity) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of a provider: `<provider>:aud`, `:sub` and its others; they stay with the session."""
    values = {"aud": (identity.audience,), "sub": (identity.subject,), **identity.conditions}
    return {f"{identity.provider}:{name}": value for name, value in values.items()}


def _wish(req: Any) -> Wish:
    tags: dict[str, str] = {}
    for tag in req.get("Tags", []):
        if tag["Key"].lower() in {key.lower() for key in tags}:
            raise InvalidParameterValueError(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            )
        tags[tag["Key"]] = tag["Value"]
    transitive = tuple(req.get("TransitiveTagKeys", ()))
    if {key.lower() for key in transitive} - {key.lower() for key in tags}:
        raise InvalidParameterValueError("The specified transitive tag key must be included in the requested tags.")
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
            documents.check(text, "identity")
        except MalformedInIam as error:
            raise MalformedPolicyDocumentException(error.message) from None


def _packed(wish: Wish) -> dict[str, int]:
    size = sum(map(len, [*wish.policies, *wish.policy_arns, *wish.tags, *wish.tags.values()]))
    return {"PackedPolicySize": max(1, 100 * size // (2 * MOST_POLICY_CHARACTERS))} if size else {}


def _role(ctx: Context, arn: str) -> Entity | None:
    named = role_name_of(arn)
    if named is None:
        raise ValidationError(f"{arn} is invalid")
    account_id, path, name = named
    found = permissions_of(ctx, "role", account_id, name)
    return found.entity if found is not None and found.entity.path == path else None


def _may_assume(ctx: Context, role: Entity, conditions: Mapping[str, Any], wish: Wish) -> bool:
    """Whether both sides allow it: the trust, and the caller's policies unless the trust names a neighbour (STS-01)."""
    principal = ctx.principal
    actions = ["sts:AssumeRole"]
    actions += ["sts:TagSession"] if wish.tags else []
    inherited = principal.session.source_identity if principal.session else ""
    actions += ["sts:SetSourceIdentity"] if wish.source_identity or inherited else []
    for action in actions:
        request = Request(action, role.arn, context_of(global_conditions(ctx) | dict(conditions)))
        strength = _trust(role, caller_of(principal), request)
        if strength is None:
            return False
        if role.account_id != principal.account or strength == "account":
            try:
                authorize(ctx, action, role.arn, conditions)
            except AccessDeniedError:
                return False
        elif _denied(ctx, request):
            return False
    return True


def _denied(ctx: Context, request: Request) -> bool:
    """Whether the caller's own policies deny what the trust alone would allow."""
    return decided(ctx, request.action, request.resource).outcome == "explicitDeny"


def _trust(role: Entity, caller: Caller, request: Request) -> Any:
    return evaluate.trusts(role.trust_policy, caller, request)


def _check_seconds(role: Entity, wish: Wish, *, chained: bool) -> None:
    if wish.seconds > role.configuration.get("MaxSessionDuration", DEFAULT_SECONDS):
        raise ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if chained and wish.seconds > CHAINED_SECONDS:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )


def _inheriting(ctx: Context, wish: Wish) -> Wish:
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
    return Wish(
        wish.role_arn,
        wish.name,
        wish.seconds,
        wish.policies,
        wish.policy_arns,
        {**handed_on, **wish.tags},
        (*handed_on, *wish.transitive_tag_keys),
        wish.source_identity or session.source_identity,
    )


def _with_claims(wish: Wish, identity: WebIdentity) -> Wish:
    """Return the wish with the session tags and the source identity that the token itself carries."""
    claim = identity.claims.get(_TAGS_CLAIM)
    given = claim if isinstance(claim, dict) else {}
    principal_tags = given.get("principal_tags", {})
    pairs = principal_tags.items() if isinstance(principal_tags, dict) else ()
    tags = {str(key): str(_first(value)) for key, value in pairs}
    source = identity.claims.get(_SOURCE_IDENTITY_CLAIM)
    transitive = tuple(key for key in given.get("transitive_tag_keys", ()) if key in tags)
    return Wish(
        wish.role_arn,
        wish.name,
        wish.seconds,
        wish.policies,
        wish.policy_arns,
        tags,
        transitive,
        source if isinstance(source, str) else "",
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _tag_conditions(wish: Wish) -> dict[str, str | Sequence[str]]:
    keys: dict[str, str | Sequence[str]] = {f"aws:RequestTag/{key}": value for key, value in wish.tags.items()}
    if wish.tags:
        keys["aws:TagKeys"] = tuple(wish.tags)
    if wish.transitive_tag_keys:
        keys["sts:TransitiveTagKeys"] = wish.transitive_tag_keys
    if wish.source_identity:
        keys["sts:SourceIdentity"] = wish.source_identity
    return keys


def _session(
    ctx: Context,
    role: Entity,
    wish: Wish,
    *,
    federated: str = "",
    claims: Mapping[str, Sequence[str]] | None = None,
) -> Session:
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
        tags={**role.tags, **wish.tags},
        transitive_tag_keys=wish.transitive_tag_keys,
        source_identity=wish.source_identity,
        federated_provider=federated,
        claims={key: list(values) for key, values in (claims or {}).items()},
    )


def _refusal(error: InvalidTokenError, now: int) -> ServiceError:
    match error.reason:
        case "expired":
            until = error.details["expires_at"]
            return ExpiredTokenException(
                f"Token expired: current date/time {now} must be before the expiration date/time {int(until)}"
            )
        case "unknown_provider":
            issuer = error.details["issuer"]
            return InvalidIdentityTokenException(f"No OpenIDConnect provider found in your account for {issuer}")
        case "audience":
            return InvalidIdentityTokenException("Incorrect token audience")
        case "unreachable":
            return IDPCommunicationErrorException("The identity provider could not be reached. Try again later.")
        case "signature":
            return InvalidIdentityTokenException(
                "Couldn't retrieve verification key from your identity provider, please reference "
                "AssumeRoleWithWebIdentity documentation for requirements"
            )
    return InvalidIdentityTokenException(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )
