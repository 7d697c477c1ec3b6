"""Keeping track of sessions: a pool that does lets users see where they are signed in (behaviour/additions.md 3)."""

import re

from ostiary.context import Context
from ostiary.runtime.randomness import LOWER_ALPHANUMERIC
from ostiary.store.db import Tx
from ostiary.store.idp import token_families, users
from ostiary.store.idp.token_families import UNTRACKED, Session, TokenFamily
from ostiary.store.idp.user_pools import SessionConfiguration, UserPool
from ostiary.store.idp.users import User

DEFAULT: SessionConfiguration = {"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}}
UNKNOWN = "unknown"
_ID_LENGTH = 25
_LONGEST = 1024
_SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What tells a system or a browser in a User-Agent; browsers name those they descend from, so the order counts."""
_PRODUCT = re.compile(r"[^\s/]{1,64}")


def configuration(pool: UserPool) -> SessionConfiguration:
    """Return the pool's UserSessionTracking and TokenSession."""
    return pool.configuration.get("SessionConfiguration", DEFAULT)


def is_tracking(pool: UserPool) -> bool:
    """Whether the pool keeps track of its users' sessions."""
    return bool(configuration(pool)["UserSessionTracking"] == "ENABLED")


def begun(tx: Tx, ctx: Context, pool: UserPool, user: User) -> Session:
    """Return the session of a sign-in; of those a user has beside it, the ones longest unused end beyond the limit."""
    if not is_tracking(pool):
        return UNTRACKED
    users.lock(tx, user)  # of several sign-ins at once, each counts the others
    most = configuration(pool)["TokenSession"]["MaxPerUser"]
    for family in token_families.tracked(tx, pool.pool_id, user.sub, ctx.clock.now_seconds())[most - 1 :]:
        token_families.revoke(tx, pool.pool_id, family.origin_jti)
    now = int(ctx.clock.now() * 1000)
    session_id = f"tkn{ctx.random.text(_ID_LENGTH, LOWER_ALPHANUMERIC)}"
    return Session(session_id, now, now, device_type(ctx.client.user_agent), ctx.client.ip)


def used(ctx: Context, pool: UserPool, family: TokenFamily) -> None:
    """Note that a session got new tokens."""
    if family.session.session_id and is_tracking(pool):
        with ctx.store.write() as tx:
            at, device = int(ctx.clock.now() * 1000), device_type(ctx.client.user_agent)
            token_families.seen(tx, family, at, device, ctx.client.ip)


def device_type(user_agent: str) -> str:
    """Return the system, and the browser or app, that a User-Agent tells of: `Windows, Firefox`."""
    system = next((name for part, name in _SYSTEMS if part in user_agent), "")
    product = _PRODUCT.match(user_agent)
    app = product[0] if product is not None and product[0] != "Mozilla" else ""
    browser = next((name for part, name in _BROWSERS if part in user_agent), app)
    return ", ".join(filter(None, (system, browser)))[:_LONGEST] or UNKNOWN
