"""Sign-in: flows that begin it, challenges in between, tokens at its end."""

from ostiary.idp.signin import operations
from ostiary.idp.signin.flows import refresh_token

__all__ = ["operations", "refresh_token"]
