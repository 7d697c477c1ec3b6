"""Threat protection around a sign-in: who is blocked, what is recorded, who is told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    NotAuthorizedException,
    PasswordResetRequiredException,
)
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.idp.directory.absent_users import stranger
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.messages import risk_notices
from ostiary.idp.signin.attempt import Answer, Attempt
from ostiary.idp.threats import auth_events, enforcement, leaked_passwords, risk
from ostiary.idp.threats.request_origin import visit_of
from ostiary.idp.threats.risk import Level, Visit
from ostiary.store.db import Tx
from ostiary.store.idp import token_families, users
from ostiary.store.idp.users import User
from ostiary.triggers.custom_challenge import CUSTOM_CHALLENGE

BLOCKED = "Unable to login because of security reasons."
_ASKING = frozenset({"MFA_REQUIRED", "MFA_IF_CONFIGURED"})
_MFA = frozenset({"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SMS_OTP", "WEB_AUTHN"})


def watched(ctx: Context, attempt: Attempt, req: Mapping[str, Any], run: Callable[[Attempt], Answer]) -> Answer:
    """Sign in under the pool's protection; without any, only sign in.

    Raises NotAuthorizedException for who is blocked: as late as for a wrong password, so that it tells nothing of a
    user to somebody who does not know the password; tokens that were made are dead before the answer.
    """
    protection = enforcement.protection(attempt.pool)
    parameters = req.get("AuthParameters") or req.get("ChallengeResponses") or {}
    if protection == "OFF" or "USERNAME" not in parameters:
        return run(attempt)
    visit = visit_of(ctx, attempt.client, req)
    settings = enforcement.effective(ctx, attempt.pool.pool_id, attempt.client.client_id)
    exceptions = settings.get("RiskExceptionConfiguration", {})
    if protection == "ENFORCED" and risk.in_ranges(visit.ip, exceptions.get("BlockedIPRangeList", [])):
        raise NotAuthorizedException(BLOCKED)
    mode = enforcement.protection_of_custom(attempt.pool) if _is_custom(req) else protection
    if mode == "OFF":
        return run(attempt)
    challenge = str(req.get("ChallengeName", ""))
    skipped = risk.in_ranges(visit.ip, exceptions.get("SkippedIPRangeList", []))
    case = _Case(settings, mode, challenge, skipped)
    watch = _Watch(ctx, attempt, visit, case)
    asking = watch.is_risky if case.may_ask else None
    watched_attempt = replace(attempt, is_risky=asking, on_password=partial(watch.on_password, parameters))
    try:
        answer = run(watched_attempt)
    except (NotAuthorizedException, CodeMismatchException):
        _record_failure(watch, parameters["USERNAME"])
        raise
    if "AuthenticationResult" in answer:
        _judge(watch, answer)
    elif watch.leaked is not None:
        watch.record(watch.leaked, "InProgress", {"CompromisedCredentialsDetected": True})
    return answer


def _is_custom(req: Mapping[str, Any]) -> bool:
    """Whether the pool's own functions decide: they are protected by a setting of their own."""
    return req.get("AuthFlow") == "CUSTOM_AUTH" or req.get("ChallengeName") == CUSTOM_CHALLENGE


class _Case(msgspec.Struct, frozen=True):
    settings: dict[str, Any]
    mode: str
    challenge: str
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


class _Watch:
    """What is noticed while one request of a sign-in runs. `leaked` is the user whose password leaked, if one did."""

    def __init__(self, ctx: Context, attempt: Attempt, visit: Visit, case: _Case) -> None:
        self.ctx, self.attempt, self.visit, self.case = ctx, attempt, visit, case
        self.leaked: User | None = None
        self._levels: dict[str, Level | None] = {}

    def level_of(self, user: User) -> Level | None:
        """Return how risky this visit of the user is; it is looked at once."""
        if user.sub not in self._levels:
            with self.ctx.store.read() as tx:
                before = [] if self.case.skipped else auth_events.visits_before(tx, self.attempt.pool, user)
            self._levels[user.sub] = risk.level(self.visit, before)
        return self._levels[user.sub]

    def is_risky(self, user: User) -> bool:
        """Whether this visit of the user asks for a second factor."""
        return _action(self.case, self.level_of(user)).get("EventAction") in _ASKING

    def on_password(self, parameters: Mapping[str, str], user: User) -> None:
        """Look for a password that was right among those that leaked, whatever must still follow it.

        Raises PasswordResetRequiredException where the pool blocks them; the user needs another one from then on.
        """
        password, compromised = parameters.get("PASSWORD"), self.case.compromised
        if password is None or "SIGN_IN" not in compromised.get("EventFilter", ()):
            return
        if not leaked_passwords.is_breached(self.ctx, password):
            return
        self.leaked = user
        if self.case.mode == "ENFORCED" and compromised["Actions"]["EventAction"] == "BLOCK":
            self._demand_reset(user)

    def record(self, user: User, response: str, found: Mapping[str, Any], event_id: str = "") -> None:
        """Keep what came of the request, in a transaction of its own."""
        with self.ctx.store.write() as tx:
            self.record_in(tx, user, response, found, event_id)

    def record_in(self, tx: Tx, user: User, response: str, found: Mapping[str, Any], event_id: str = "") -> str:
        """Keep what came of the request; return the event's id."""
        return auth_events.record(
            tx,
            self.ctx,
            self.attempt.pool,
            user,
            event_type="SignIn",
            response=response,
            visit=self.visit,
            event_id=event_id,
            risk=found,
            challenges=self.case.challenges,
            client_id=self.attempt.client.client_id,
        )

    def _demand_reset(self, user: User) -> None:
        with self.ctx.store.write() as tx:
            self.record_in(tx, user, "Fail", {"RiskDecision": "Block", "CompromisedCredentialsDetected": True})
            current = users.lock(tx, user)
            if current is not None:
                users.update(tx, current, status="RESET_REQUIRED", modified_at=self.ctx.clock.now_seconds())
        raise PasswordResetRequiredException("Password reset required for the user due to security reasons")


def _judge(watch: _Watch, answer: Answer) -> None:
    """Record a sign-in that succeeded, and undo it where the pool wants that."""
    ctx, attempt, case = watch.ctx, watch.attempt, watch.case
    _, claims = jws.unverified(answer["AuthenticationResult"]["AccessToken"])
    with ctx.store.read() as tx:
        user = users.find(tx, attempt.pool.pool_id, str(claims["sub"]))
    if user is None:
        return
    level = watch.level_of(user)
    action = _action(case, level)
    blocked = case.mode == "ENFORCED" and _stops(action, claims)
    decision = "Block" if blocked else "AccountTakeover" if level else "NoRisk"
    found: dict[str, Any] = {"RiskDecision": decision, "CompromisedCredentialsDetected": watch.leaked is not None}
    if level:
        found["RiskLevel"] = level
    with ctx.store.write() as tx:
        response = "Fail" if blocked else "Pass"
        event_id = watch.record_in(tx, user, response, found, str(claims.get("event_id", "")))
        if case.mode == "ENFORCED" and action.get("Notify"):
            kind = "BlockEmail" if blocked else "MfaEmail" if case.challenge in _MFA else "NoActionEmail"
            risk_notices.send(
                tx, ctx, attempt.pool, user, watch.visit, event_id=event_id, kind=kind, settings=case.settings
            )
        if blocked:
            token_families.revoke(tx, user.pool_id, str(claims.get("origin_jti", "")))
    if blocked:
        raise NotAuthorizedException(BLOCKED)


def _action(case: _Case, level: Level | None) -> dict[str, Any]:
    return case.actions.get(f"{level}Action", {}) if level else {}


def _stops(action: Mapping[str, Any], claims: jws.Claims) -> bool:
    """Whether the action ends the sign-in: where a second factor is required, a password must not have been enough."""
    wanted, amr = action.get("EventAction"), claims.get("amr")
    has_more = isinstance(amr, list) and bool({"otp", "pop"} & set(amr))
    return wanted == "BLOCK" or (wanted == "MFA_REQUIRED" and not has_more)


def _record_failure(watch: _Watch, name: str) -> None:
    """Record that somebody failed to sign in; for a stranger only the work is done (ENU-04)."""
    ctx, pool, visit = watch.ctx, watch.attempt.pool, watch.visit
    kind = "Mfa" if watch.case.challenge in _MFA else "Password"
    done = [{"ChallengeName": kind, "ChallengeResponse": "Failure"}]
    told: dict[str, Any] = {"challenges": done, "client_id": watch.attempt.client.client_id}
    with ctx.store.write() as tx:
        user = find_user(tx, pool, name, by_sub=watch.attempt.by_administrator)
        if user is None:
            auth_events.pretend(tx, ctx, pool, stranger(ctx, pool, name), visit, **told)
        else:
            auth_events.record(tx, ctx, pool, user, event_type="SignIn", response="Fail", visit=visit, **told)
