"""Opaque tokens for the next page of a list: the last key, sealed with the list it belongs to."""

from ostiary.crypto.seal import Keyring, SealBrokenError


def next_token(keyring: Keyring, scope: str, key: str) -> str:
    """Return the token of the page behind `key` in the list called `scope`."""
    return keyring.seal_token(key.encode(), f"page:{scope}")


def start_after(keyring: Keyring, scope: str, token: str | None) -> str | None:
    """Return the key that `next_token` sealed, or None for the first page; raises ValueError for any other token."""
    if token is None:
        return None
    try:
        return keyring.open_token(token, f"page:{scope}").decode()
    except SealBrokenError:
        raise ValueError("This token is not of this list.") from None
