"""User pools: one module per resource; importing this package registers their operations."""

from ostiary.idp import (
    clients,
    groups,
    invitations,
    listing,
    mfa,
    mfa_preferences,
    pools,
    profile,
    recovery,
    signin,
    signup,
    software_tokens,
    tags,
    users,
)

__all__ = [
    "clients",
    "groups",
    "invitations",
    "listing",
    "mfa",
    "mfa_preferences",
    "pools",
    "profile",
    "recovery",
    "signin",
    "signup",
    "software_tokens",
    "tags",
    "users",
]
