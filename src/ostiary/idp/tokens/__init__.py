"""Tokens that clients ask for without a person's sign-in, and the sessions that tokens belong to."""

from ostiary.idp.tokens import operations

__all__ = ["operations"]
