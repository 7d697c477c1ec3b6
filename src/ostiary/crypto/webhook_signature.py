"""The signature on what this server posts to addresses of the operator's."""

import hashlib
import hmac


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the hex HMAC-SHA256 of `<timestamp>.<body>`, which the receiver computes and compares."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed_headers(secret: bytes, now: float, body: bytes) -> dict[str, str]:
    """Return the headers that say when a body was sent (whole epoch seconds), and prove by whom."""
    timestamp = str(int(now))
    return {"ostiary-timestamp": timestamp, "ostiary-signature": f"v1={signature(secret, timestamp, body)}"}
