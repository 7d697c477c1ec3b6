"""Rows of user pools, their users and what belongs to them."""
