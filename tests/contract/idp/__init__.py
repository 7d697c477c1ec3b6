"""Calls of every operation of user pools: one that succeeds, and one for each error that its model declares."""
