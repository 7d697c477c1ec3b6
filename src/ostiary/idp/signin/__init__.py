"""Sign-in: flows that begin it, challenges in between, tokens at its end."""

from ostiary.idp.signin import operations, refresh

__all__ = ["operations", "refresh"]
