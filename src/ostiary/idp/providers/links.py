"""Users of identity providers as links of a user."""

import json
from typing import Any

from ostiary.context import Context
from ostiary.idp.providers.lookup import identities_of
from ostiary.store.db import Tx
from ostiary.store.idp import linked_users, users
from ostiary.store.idp.linked_users import Link
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.users import User

SUBJECT = "Cognito_Subject"
"""The name of a provider's own id of its users."""
MOST = 5
"""How many identities a user may be linked to."""


def _write_identities(tx: Tx, ctx: Context, user: User, identities: list[dict[str, Any]]) -> None:
    others = {name: value for name, value in user.attributes.items() if name != "identities"}
    text = {"identities": json.dumps(identities, separators=(",", ":"))} if identities else {}
    users.update(tx, user, attributes={**others, **text}, modified_at=ctx.clock.now_seconds())


def link_subject(tx: Tx, ctx: Context, user: User, provider: Part, subject: str) -> bool:
    """Link a provider's subject to a user who is locked, and show it; whether it was not linked to anybody yet."""
    now = ctx.clock.now_seconds()
    if not linked_users.create(tx, Link(user.pool_id, provider.key, SUBJECT, subject, user.sub, now)):
        return False
    shown = {
        "userId": subject,
        "providerName": provider.key,
        "providerType": provider.configuration["ProviderType"],
        "issuer": None,
        "primary": False,
        "dateCreated": now * 1000,
    }
    _write_identities(tx, ctx, user, [*identities_of(user), shown])
    return True
