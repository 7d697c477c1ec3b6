"""The claims of ID and access tokens (behaviour/tokens.md 2, 3, 6)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.store.idp.groups import Group
from ostiary.store.idp.users import User

API_SCOPE = "aws.cognito.signin.user.admin"
OAUTH_VERSION = 2
"""The `version` of access tokens that came about by OAuth."""
_BOOLEANS = ("email_verified", "phone_number_verified")


@dataclass(frozen=True, slots=True)
class Sign:
    """What all tokens of one issuance share. Times are epoch seconds; `origin_jti` is empty where revocation is off."""

    issuer: str
    client_id: str
    origin_jti: str
    event_id: str
    scope: str
    auth_time: int
    device_key: str = ""
    by_oauth: bool = False
    acr: str = ""
    amr: Sequence[str] = ()

    @property
    def assurance(self) -> dict[str, Any]:
        """The claims that say how sure the sign-in was (behaviour/additions.md 4.5)."""
        return {**({"acr": self.acr} if self.acr else {}), **({"amr": list(self.amr)} if self.amr else {})}


def id_claims(sign: Sign, user: User, attributes: Mapping[str, str], groups: Sequence[Group]) -> dict[str, Any]:
    """Return the claims of an ID token, without times; `attributes` are those the client may read."""
    return {
        "sub": user.sub,
        **_group_claims(groups),
        "iss": sign.issuer,
        "cognito:username": user.username,
        **({"origin_jti": sign.origin_jti} if sign.origin_jti else {}),
        **_role_claims(groups),
        "aud": sign.client_id,
        **_identity_claims(user),
        "event_id": sign.event_id,
        "token_use": "id",
        "auth_time": sign.auth_time,
        **sign.assurance,
        **{name: _attribute(name, value) for name, value in attributes.items() if name != "identities"},
    }


def access_claims(sign: Sign, user: User, groups: Sequence[Group]) -> dict[str, Any]:
    """Return the claims of an access token, without times."""
    return {
        "sub": user.sub,
        **({"device_key": sign.device_key} if sign.device_key else {}),
        **_group_claims(groups),
        "iss": sign.issuer,
        **({"version": OAUTH_VERSION} if sign.by_oauth else {}),
        "client_id": sign.client_id,
        **({"origin_jti": sign.origin_jti} if sign.origin_jti else {}),
        "event_id": sign.event_id,
        "token_use": "access",
        **({"scope": sign.scope} if sign.scope else {}),
        "auth_time": sign.auth_time,
        **sign.assurance,
        "username": user.username,
    }


def client_claims(issuer: str, client_id: str, scope: str, at: int) -> dict[str, Any]:
    """Return the claims of an access token that is a client's own, without times; `at` is now, in epoch seconds."""
    return {
        "sub": client_id,
        "token_use": "access",
        **({"scope": scope} if scope else {}),
        "auth_time": at,
        "iss": issuer,
        "version": OAUTH_VERSION,
        "client_id": client_id,
    }


def _attribute(name: str, value: str) -> Any:
    if name in _BOOLEANS:
        return value == "true"
    return {"formatted": value} if name == "address" else value


def _identity_claims(user: User) -> dict[str, Any]:
    """Return who the user is at providers; what is a boolean and a number in the attribute is text in a token."""
    try:
        found = json.loads(user.attributes.get("identities", "[]"))
    except ValueError:
        return {}
    told = [
        {**each, "primary": str(each.get("primary")).lower(), "dateCreated": str(each.get("dateCreated"))}
        for each in found
    ]
    return {"identities": told} if told else {}


def _group_claims(groups: Sequence[Group]) -> dict[str, Any]:
    return {"cognito:groups": [group.group_name for group in groups]} if groups else {}


def _role_claims(groups: Sequence[Group]) -> dict[str, Any]:
    roles = roles_of(groups)
    if not roles:
        return {}
    preferred = preferred_role(groups)
    return {"cognito:roles": roles, **({"cognito:preferred_role": preferred} if preferred else {})}


def roles_of(groups: Sequence[Group]) -> list[str]:
    """Return the roles of the groups that have one."""
    return [group.role_arn for group in groups if group.role_arn]


def preferred_role(groups: Sequence[Group]) -> str | None:
    """Return the role of the group that comes first, unless two groups come first with different roles."""
    with_role = [group for group in groups if group.role_arn]
    first = min((group.precedence for group in with_role if group.precedence is not None), default=None)
    arns = {group.role_arn for group in with_role if group.precedence == first}
    return arns.pop() if len(arns) == 1 else None
