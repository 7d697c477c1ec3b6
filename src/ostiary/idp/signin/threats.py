"""Threat protection around a sign-in: who is blocked, what is recorded, who is told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ostiary.aws.types.cognito_idp import NotAuthorizedException, PasswordResetRequiredException
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.idp import auth_events, breached, notices, risk, risk_configuration
from ostiary.idp.names import find_user
from ostiary.idp.risk import Level, Visit
from ostiary.idp.signin.attempt import Answer, Attempt
from ostiary.idp.visits import visit_of
from ostiary.store import token_families, users
from ostiary.store.users import User

BLOCKED = "Unable to login because of security reasons."
_ASKING = frozenset({"MFA_REQUIRED", "MFA_IF_CONFIGURED"})
_MFA = frozenset({"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SMS_OTP", "WEB_AUTHN"})


def watched(ctx: Context, attempt: Attempt, req: Mapping[str, Any], run: Callable[[Attempt], Answer]) -> Answer:
    """Sign in under the pool's protection; without any, only sign in.

    Raises NotAuthorizedException for who is blocked: as late as for a wrong password, so that it tells nothing of a
    user to somebody who does not know the password; tokens that were made are dead before the answer.
    """
    mode = risk_configuration.protection(attempt.pool)
    parameters = req.get("AuthParameters") or req.get("ChallengeResponses") or {}
    if mode == "OFF" or "USERNAME" not in parameters:
        return run(attempt)
    visit = visit_of(ctx, attempt.client, req)
    settings = risk_configuration.effective(ctx, attempt.pool.pool_id, attempt.client.client_id)
    exceptions = settings.get("RiskExceptionConfiguration", {})
    if mode == "ENFORCED" and risk.in_ranges(visit.ip, exceptions.get("BlockedIPRangeList", [])):
        raise NotAuthorizedException(BLOCKED)
    challenge = str(req.get("ChallengeName", ""))
    skipped = risk.in_ranges(visit.ip, exceptions.get("SkippedIPRangeList", []))
    case = _Case(settings, mode, challenge, parameters.get("PASSWORD"), skipped)
    if case.may_ask:
        attempt = replace(attempt, is_risky=partial(_is_risky, ctx, attempt, visit, case))
    try:
        answer = run(attempt)
    except NotAuthorizedException:
        _record_failure(ctx, attempt, parameters["USERNAME"], visit, challenge)
        raise
    if "AuthenticationResult" in answer:
        _judge(ctx, attempt, visit, answer, case)
    return answer


class _Case(msgspec.Struct, frozen=True):
    settings: dict[str, Any]
    mode: str
    challenge: str
    password: str | None
    skipped: bool

    @property
    def compromised(self) -> dict[str, Any]:
        """Return what is done about leaked passwords."""
        return dict(self.settings.get("CompromisedCredentialsRiskConfiguration", {}))

    @property
    def actions(self) -> dict[str, dict[str, Any]]:
        """Return what is done at each level of risk, by `LowAction` and its like."""
        return dict(self.settings.get("AccountTakeoverRiskConfiguration", {}).get("Actions", {}))

    @property
    def may_ask(self) -> bool:
        """Whether any level of risk asks for a second factor."""
        wanted = {action["EventAction"] for action in self.actions.values()}
        return self.mode == "ENFORCED" and not self.skipped and not wanted.isdisjoint(_ASKING)

    @property
    def challenges(self) -> list[dict[str, str]]:
        """Return what was asked and answered."""
        done = [{"ChallengeName": "Password", "ChallengeResponse": "Success"}]
        if self.challenge in _MFA:
            done.append({"ChallengeName": "Mfa", "ChallengeResponse": "Success"})
        return done


def _is_risky(ctx: Context, attempt: Attempt, visit: Visit, case: _Case, user: User) -> bool:
    """Whether this visit of the user asks for a second factor."""
    with ctx.store.read() as tx:
        before = auth_events.visits_before(tx, attempt.pool, user)
    return _action(case, risk.level(visit, before)).get("EventAction") in _ASKING


def _judge(ctx: Context, attempt: Attempt, visit: Visit, answer: Answer, case: _Case) -> None:
    """Record a sign-in that succeeded, and undo it where the pool wants that."""
    _, claims = jws.unverified(answer["AuthenticationResult"]["AccessToken"])
    with ctx.store.read() as tx:
        user = users.find(tx, attempt.pool.pool_id, str(claims["sub"]))
        before = [] if user is None or case.skipped else auth_events.visits_before(tx, attempt.pool, user)
    if user is None:
        return
    leaked = _is_leaked(ctx, case)
    level = None if case.skipped else risk.level(visit, before)
    action = _action(case, level)
    must_reset = leaked and case.mode == "ENFORCED" and case.compromised["Actions"]["EventAction"] == "BLOCK"
    blocked = must_reset or (case.mode == "ENFORCED" and _stops(action, claims))
    decision = "Block" if blocked else "AccountTakeover" if level else "NoRisk"
    found = {"RiskDecision": decision, "CompromisedCredentialsDetected": leaked}
    with ctx.store.write() as tx:
        event_id = auth_events.record(
            tx,
            ctx,
            attempt.pool,
            user,
            event_type="SignIn",
            response="Fail" if blocked else "Pass",
            visit=visit,
            event_id=str(claims.get("event_id", "")),
            risk={**found, **({"RiskLevel": level} if level else {})},
            challenges=case.challenges,
            client_id=attempt.client.client_id,
        )
        if level and action.get("Notify"):
            kind = "BlockEmail" if blocked else "MfaEmail" if case.challenge in _MFA else "NoActionEmail"
            notices.send(tx, ctx, attempt.pool, user, visit, event_id=event_id, kind=kind, settings=case.settings)
        if blocked:
            token_families.revoke(tx, user.pool_id, str(claims.get("origin_jti", "")))
            if must_reset:
                current = users.lock(tx, user)
                if current is not None:
                    users.update(tx, current, status="RESET_REQUIRED", modified_at=ctx.clock.now_seconds())
    if must_reset:
        raise PasswordResetRequiredException("Password reset required for the user due to security reasons")
    if blocked:
        raise NotAuthorizedException(BLOCKED)


def _is_leaked(ctx: Context, case: _Case) -> bool:
    if case.password is None or "SIGN_IN" not in case.compromised.get("EventFilter", ()):
        return False
    return breached.is_breached(ctx, case.password)


def _action(case: _Case, level: Level | None) -> dict[str, Any]:
    return case.actions.get(f"{level}Action", {}) if level else {}


def _stops(action: Mapping[str, Any], claims: jws.Claims) -> bool:
    """Whether the action ends the sign-in: where a second factor is required, a password must not have been enough."""
    wanted, amr = action.get("EventAction"), claims.get("amr")
    has_more = isinstance(amr, list) and bool({"otp", "pop"} & set(amr))
    return wanted == "BLOCK" or (wanted == "MFA_REQUIRED" and not has_more)


def _record_failure(ctx: Context, attempt: Attempt, name: str, visit: Visit, challenge: str) -> None:
    with ctx.store.write() as tx:
        user: User | None = find_user(tx, attempt.pool, name)
        if user is not None:
            kind = "Mfa" if challenge in _MFA else "Password"
            auth_events.record(
                tx,
                ctx,
                attempt.pool,
                user,
                event_type="SignIn",
                response="Fail",
                visit=visit,
                challenges=[{"ChallengeName": kind, "ChallengeResponse": "Failure"}],
                client_id=attempt.client.client_id,
            )
