"""STS: temporary credentials, for whom a role's trust policy lets in."""

from ostiary.sts import assume_role, caller_identity

__all__ = ["assume_role", "caller_identity"]
