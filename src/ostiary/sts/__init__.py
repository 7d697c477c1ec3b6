"""STS: temporary credentials, for whom a role's trust policy lets in."""

from ostiary.sts import callers, roles

__all__ = ["callers", "roles"]
