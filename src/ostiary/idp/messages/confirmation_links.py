"""Links that confirm an e-mail address at sign-up, where a pool sends links instead of codes (CONFIRM_WITH_LINK)."""

import html
import re
from urllib.parse import urlencode

from ostiary.context import Context
from ostiary.store.idp import domains
from ostiary.store.idp.user_pools import UserPool

PATH = "/confirmUser"
DEFAULT_SUBJECT = "Your verification link"
DEFAULT_BODY = "Please click the link below to verify your email address. {##Verify Email##}"
_PLACEHOLDER = re.compile(r"\{##(.+?)##\}", re.DOTALL)


def page_of(ctx: Context, pool: UserPool) -> str:
    """Return the address of the page that confirms, nothing where the pool sends codes or has no domain.

    It is on the pool's own domain, else on the server's address; in development always there, since no name leads to it
    (HUI-08).
    """
    if pool.configuration["VerificationMessageTemplate"]["DefaultEmailOption"] != "CONFIRM_WITH_LINK":
        return ""
    with ctx.store.read() as tx:
        known = domains.of_pool(tx, pool.pool_id)
    if not known:
        return ""
    own = next((domain.domain for domain in known if domain.is_custom), "")
    return f"https://{own}{PATH}" if own and not ctx.settings.dev else f"{ctx.settings.base_url}{PATH}"


def link(page: str, client_id: str, username: str, code: str) -> str:
    """Return the link that confirms a user, with the parameters that AWS's have."""
    return f"{page}?{urlencode({'client_id': client_id, 'user_name': username, 'confirmation_code': code})}"


def filled(text: str, address: str) -> str:
    """Return a mail's HTML with the link in place of its placeholder."""
    escaped = html.escape(address)
    return _PLACEHOLDER.sub(lambda found: f'<a href="{escaped}">{found[1]}</a>', text)
