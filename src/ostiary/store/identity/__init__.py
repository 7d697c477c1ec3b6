"""Rows of identity pools and identities."""
