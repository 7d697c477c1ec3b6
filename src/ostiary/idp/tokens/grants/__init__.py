"""What clients get tokens for: one file for each grant, and the hand-written list of them."""

from ostiary.idp.tokens.grants import client_credentials, refresh_token, token_exchange
from ostiary.idp.tokens.grants.grant import Grant

__all__ = ["GRANTS", "Grant"]
GRANTS: dict[str, Grant] = {module.NAME: module.grant for module in (client_credentials, refresh_token, token_exchange)}
"""By `grant_type`. What lets a client have one is decided at the door: by the operation, or by an endpoint."""
