"""Sign-in: flows that begin it, challenges in between, tokens at its end."""

from ostiary.idp.signin import operations

__all__ = ["operations"]
