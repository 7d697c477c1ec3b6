"""Rows of accounts, keys, roles, users, policies and OIDC providers."""
