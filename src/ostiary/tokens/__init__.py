"""A user pool's tokens: keys, issuing, verifying, revoking."""
