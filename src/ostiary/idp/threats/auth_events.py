"""What users did, as threat protection keeps it: recording, listing, and what people say about it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ostiary.aws.types.cognito_idp import (
    AuthEventType,
    InvalidParameterException,
)
from ostiary.context import Context
from ostiary.delivery import pool_log_events
from ostiary.delivery.outbox import Message
from ostiary.idp.messages import texts
from ostiary.idp.threats.enforcement import protection
from ostiary.idp.threats.request_origin import visit_of
from ostiary.idp.threats.risk import Visit
from ostiary.store.db import Tx
from ostiary.store.idp import auth_events
from ostiary.store.idp.auth_events import AuthEvent
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

KEPT_SECONDS = 2 * 365 * 86400
COMPARED = 50
"""How many events a new one is compared with."""
OWN = "ostiary"
"""The member of a document that answers leave out: the visit, and the client."""
FEEDBACK_PURPOSE = "auth-event-feedback"
_DECISIONS = {"NoRisk": "PASS", "AccountTakeover": "ACCOUNT_TAKEOVER", "Block": "BLOCK"}
"""What logs call a decision; AWS publishes only the first of these."""


def record(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    user: User,
    *,
    event_type: str,
    response: str,
    visit: Visit,
    event_id: str = "",
    risk: Mapping[str, Any] | None = None,
    challenges: Sequence[Mapping[str, str]] = (),
    client_id: str = "",
) -> str:
    """Keep an event, deliver it where the pool exports them, and return its id."""
    document = _document(
        ctx, event_type, response, visit, event_id=event_id, risk=risk, challenges=challenges, client_id=client_id
    )
    _keep(tx, ctx, pool, user.sub, document)
    about = {"userSub": user.sub, "userName": user.username, "clientId": client_id}
    pool_log_events.deliver(tx, ctx, pool, "userAuthEvents", _exported(ctx, pool, about, document))
    return str(document["EventId"])


def pretend(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    subject: str,
    visit: Visit,
    *,
    challenges: Sequence[Mapping[str, str]],
    client_id: str,
) -> None:
    """Do for a stranger's failed sign-in what `record` does for a user's, and leave no event (ENU-04)."""
    document = _document(ctx, "SignIn", "Fail", visit, challenges=challenges, client_id=client_id)
    _keep(tx, ctx, pool, subject, document, forgotten=True)
    about = {"userSub": subject, "userName": subject, "clientId": client_id}
    exported = _exported(ctx, pool, about, document)

    def put(tx: Tx, ctx: Context, message: Message) -> None:
        texts.lay_aside(tx, ctx, subject, message)

    pool_log_events.deliver(tx, ctx, pool, "userAuthEvents", exported, put=put)


def _document(
    ctx: Context,
    event_type: str,
    response: str,
    visit: Visit,
    *,
    event_id: str = "",
    risk: Mapping[str, Any] | None = None,
    challenges: Sequence[Mapping[str, str]],
    client_id: str,
) -> dict[str, Any]:
    place = {"IpAddress": visit.ip, "DeviceName": visit.device, "Timezone": visit.timezone}
    place |= {"City": visit.city, "Country": visit.country}
    return {
        "EventId": event_id or ctx.random.uuid(),
        "EventType": event_type,
        "CreationDate": int(ctx.clock.now()),
        "EventResponse": response,
        "EventRisk": {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": False, **(risk or {})},
        "ChallengeResponses": list(challenges),
        "EventContextData": {name: value for name, value in place.items() if value},
        OWN: {"visit": visit.document(), "client_id": client_id},
    }


def _keep(
    tx: Tx, ctx: Context, pool: UserPool, subject: str, document: dict[str, Any], *, forgotten: bool = False
) -> None:
    """Keep an event, and those before it that are neither too old nor too many; or forget all, this one too."""
    now, event_id = ctx.clock.now(), document["EventId"]
    key = auth_events.key_at(int(now * 1_000_000), event_id)
    oldest = "" if forgotten else auth_events.key_at(int((now - KEPT_SECONDS) * 1_000_000), "")
    auth_events.add(tx, AuthEvent(pool.pool_id, subject, key, event_id, document, int(now)), oldest)


def _exported(ctx: Context, pool: UserPool, about: Mapping[str, str], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as logs tell it: all values are text (AWS: Exporting user pool logs, the example event)."""
    found, place = document["EventRisk"], document["EventContextData"]
    created = datetime.fromtimestamp(document["CreationDate"], UTC).ctime().replace("  ", " 0")
    time, year = created.rsplit(" ", 1)
    done = [f"{each['ChallengeName']}:{each['ChallengeResponse']}" for each in document["ChallengeResponses"]]
    return {
        **about,
        "userPoolId": pool.pool_id,
        "requestId": ctx.client.request_id,
        "version": "1",
        "eventId": document["EventId"],
        "eventType": document["EventType"],
        "creationDate": f"{time} UTC {year}",
        "eventResponse": document["EventResponse"],
        "riskLevel": found.get("RiskLevel", ""),
        "riskDecision": _DECISIONS[found["RiskDecision"]],
        "challenges": done,
        "deviceName": place.get("DeviceName", ""),
        "ipAddress": place.get("IpAddress", ""),
        "idpName": "",
        "compromisedCredentialDetected": str(found["CompromisedCredentialsDetected"]).lower(),
        "city": place.get("City", ""),
        "country": place.get("Country", ""),
        "eventFeedbackValue": "",
        "eventFeedbackDate": "",
        "eventFeedbackProvider": "",
        "hasContextData": str(bool(place)).lower(),
    }


def happened(
    tx: Tx, ctx: Context, pool: UserPool, user: User, *, event_type: str, client: AppClient, req: Mapping[str, Any]
) -> None:
    """Keep that a user did something which is no sign-in, where the pool is protected."""
    if protection(pool) != "OFF":
        visit = visit_of(ctx, client, req)
        record(tx, ctx, pool, user, event_type=event_type, response="Pass", visit=visit, client_id=client.client_id)


def visits_before(tx: Tx, pool: UserPool, user: User) -> list[Visit]:
    """Return where the user's successful sign-ins came from, the newest first; what was marked Invalid is left out."""
    return [
        Visit(**event.document[OWN]["visit"])
        for event in auth_events.page(tx, pool.pool_id, user.sub, None, COMPARED)
        if event.document["EventType"] == "SignIn"
        and event.document["EventResponse"] == "Pass"
        and event.document.get("EventFeedback", {}).get("FeedbackValue") != "Invalid"
    ]


def feedback_token(ctx: Context, pool: UserPool, user: User, event_id: str) -> str:
    """Return what lets a user say whether an event was theirs."""
    return ctx.keyring.seal_token(msgspec.json.encode([pool.pool_id, user.sub, event_id]), FEEDBACK_PURPOSE)


def shown(event: AuthEvent) -> AuthEventType:
    """Return an event as operations describe it."""
    return {name: value for name, value in event.document.items() if name != OWN}  # type: ignore[return-value]


def say(tx: Tx, ctx: Context, pool: UserPool, user: User, event_id: str, *, value: str, provider: str) -> None:
    """Keep what somebody says of an event; raises InvalidParameterException for one that is not there."""
    event = auth_events.find(tx, pool.pool_id, user.sub, event_id)
    if event is None:
        raise InvalidParameterException("Event does not exist.")
    feedback = {"FeedbackValue": value, "Provider": provider, "FeedbackDate": ctx.clock.now_seconds()}
    auth_events.update(tx, event, {**event.document, "EventFeedback": feedback})
