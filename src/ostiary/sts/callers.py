"""Who signed a request, and the operations that tell."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ostiary.aws.authenticate import Authenticator
from ostiary.aws.errors import AccessDeniedError, UnrecognizedClientError
from ostiary.aws.wire import Request
from ostiary.context import Principal, Services, Session, root_of
from ostiary.iam.accounts import open_secret
from ostiary.iam.authorize import INVALID_TOKEN
from ostiary.loopback import is_own
from ostiary.store.iam import access_keys, entities
from ostiary.sts.sessions import resolve

_FOREIGN = (
    "With --dev, programs and pages of this machine may make access keys up, and no page of another site; "
    "the setting dev_origins names more."
)


def who_signed(
    services: Services, access_key_id: str, session_token: str | None, request: Request | None = None
) -> tuple[str, Principal]:
    """Return the secret behind an access key id, and the principal it stands for.

    Raises UnrecognizedClientError or ExpiredTokenError. In development an id that nobody made is the root of the
    development account, unless the page of another site sends the request, and its secret is empty: there is nothing
    to verify with. Not so the ids of temporary credentials: without their token, or with another, they are nobody's
    (SIG-14). Without `request` it is somebody who was let in before.
    """
    if session_token is not None and access_key_id.startswith("ASIA"):
        secret, session = resolve(services, access_key_id, session_token)
        return secret, _session_principal(services, session)
    key = services.store.cached(("access_key", access_key_id), lambda tx: access_keys.find(tx, access_key_id))
    if key is not None and key.status == "Active" and session_token is None:
        return open_secret(services, key), _key_principal(services, key)
    if services.settings.dev and key is None and not access_key_id.startswith("ASIA"):
        if request is not None and not is_own(services.settings, request):
            raise UnrecognizedClientError(f"{INVALID_TOKEN} {_FOREIGN}")
        return "", root_of(services.settings.account_id)
    raise UnrecognizedClientError(INVALID_TOKEN)


def authenticator(services: Services) -> Authenticator:
    """Return what checks signatures of requests to this server."""
    return Authenticator(partial(who_signed, services), services.clock.now, services.settings.region)


def check_no_device(req: Mapping[str, Any]) -> None:
    """Refuse a code of an MFA device: nobody here has one, so none is right; raises AccessDeniedError."""
    if "SerialNumber" in req or "TokenCode" in req:
        raise AccessDeniedError("MultiFactorAuthentication failed with invalid MFA one time pass code. ")


def _session_principal(services: Services, session: Session) -> Principal:
    """Return whom a session stands for; raises UnrecognizedClientError when the role or user is gone (STS-07)."""
    if not session.role_name:
        return _own_session(services, session)
    owner = services.store.cached(
        ("iam_role", session.account, session.role_name),
        lambda tx: entities.find(tx, "role", session.account, session.role_name),
    )
    if owner is None or owner.unique_id != session.role_id:
        raise UnrecognizedClientError(INVALID_TOKEN)
    return Principal(
        account=session.account,
        type="AssumedRole",
        arn=f"arn:aws:sts::{session.account}:assumed-role/{session.role_name}/{session.name}",
        user_id=f"{session.role_id}:{session.name}",
        session=session,
    )


def _own_session(services: Services, session: Session) -> Principal:
    """A session of GetSessionToken is the user or root who asked for it."""
    if not session.name:
        return root_of(session.account, session)
    user = services.store.cached(
        ("iam_user", session.account, session.name),
        lambda tx: entities.find(tx, "user", session.account, session.name),
    )
    if user is None or user.unique_id != session.role_id:
        raise UnrecognizedClientError(INVALID_TOKEN)
    return Principal(session.account, "User", user.arn, user.unique_id, user.name, session)


def _key_principal(services: Services, key: access_keys.AccessKey) -> Principal:
    if not key.user_name:
        return root_of(key.account_id)
    user = services.store.cached(
        ("iam_user", key.account_id, key.user_name),
        lambda tx: entities.find(tx, "user", key.account_id, key.user_name),
    )
    if user is None:
        raise UnrecognizedClientError(INVALID_TOKEN)
    return Principal(key.account_id, "User", user.arn, user.unique_id, user.name)
