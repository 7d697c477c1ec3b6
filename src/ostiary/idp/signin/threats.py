"""Threat protection around a sign-in: who is blocked, what is recorded, who is told."""

from collections.abc import Callable, Mapping
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
_MFA = frozenset({"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SMS_OTP", "WEB_AUTHN"})


def watched(ctx: Context, attempt: Attempt, req: Mapping[str, Any], run: Callable[[], Answer]) -> Answer:
    """Sign in under the pool's protection; without any, only sign in.

    Raises NotAuthorizedException for who is blocked: as late as for a wrong password, so that it tells nothing of a
    user to somebody who does not know the password; tokens that were made are dead before the answer.
    """
    mode = risk_configuration.protection(attempt.pool)
    parameters = req.get("AuthParameters") or req.get("ChallengeResponses") or {}
    if mode == "OFF" or "USERNAME" not in parameters:
        return run()
    visit = visit_of(ctx, attempt.client, req)
    settings = risk_configuration.effective(ctx, attempt.pool.pool_id, attempt.client.client_id)
    exceptions = settings.get("RiskExceptionConfiguration", {})
    if mode == "ENFORCED" and risk.in_ranges(visit.ip, exceptions.get("BlockedIPRangeList", [])):
        raise NotAuthorizedException(BLOCKED)
    challenge = str(req.get("ChallengeName", ""))
    try:
        answer = run()
    except NotAuthorizedException:
        _record_failure(ctx, attempt, parameters["USERNAME"], visit, challenge)
        raise
    if "AuthenticationResult" in answer:
        skipped = risk.in_ranges(visit.ip, exceptions.get("SkippedIPRangeList", []))
        _judge(ctx, attempt, visit, answer, _Case(settings, mode, challenge, parameters.get("PASSWORD"), skipped))
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
    def challenges(self) -> list[dict[str, str]]:
        """Return what was asked and answered."""
        done = [{"ChallengeName": "Password", "ChallengeResponse": "Success"}]
        if self.challenge in _MFA:
            done.append({"ChallengeName": "Mfa", "ChallengeResponse": "Success"})
        return done


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
    blocked = must_reset or (case.mode == "ENFORCED" and _stops(action, case))
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
    actions = case.settings.get("AccountTakeoverRiskConfiguration", {}).get("Actions", {})
    found: dict[str, Any] = actions.get(f"{level}Action", {}) if level else {}
    return found


def _stops(action: Mapping[str, Any], case: _Case) -> bool:
    """Whether the action ends the sign-in: a second factor that is required must have been asked for in it."""
    wanted = action.get("EventAction")
    return wanted == "BLOCK" or (wanted == "MFA_REQUIRED" and case.challenge not in _MFA)


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
