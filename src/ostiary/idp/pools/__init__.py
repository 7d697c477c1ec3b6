"""User pools and everything that is set for one pool."""
