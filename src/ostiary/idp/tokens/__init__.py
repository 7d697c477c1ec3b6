"""Tokens that clients ask for without a person's sign-in, and the sessions that tokens belong to."""
