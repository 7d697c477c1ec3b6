"""Access tokens of OAuth that an application's pushes share until they expire."""

import asyncio
from collections.abc import Awaitable, Callable

from ostiary.delivery.connections import SendError, error_of
from ostiary.runtime.http_client import Response

EARLY_SECONDS = 60
"""A token is given up this long before it expires, so that it does not do so on the way."""
REFUSALS = range(400, 429)


class AccessRefusedError(Exception):
    """The authorization server does not know the application's credentials."""


class AccessTokens:
    """Gets a token when there is none; many who ask at once share one request."""

    def __init__(self, request: Callable[[], Awaitable[Response]], now: Callable[[], float]) -> None:
        self._request, self._now = request, now
        self._token, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Return a token; raises AccessRefusedError, or SendError when there is none at the moment."""
        async with self._lock:
            if not self._token or self._now() >= self._until:
                self._token, self._until = await self._fetched()
            return self._token

    def forget(self, token: str) -> None:
        """Get another one next time, unless that has happened."""
        if token == self._token:
            self._token = ""

    async def _fetched(self) -> tuple[str, float]:
        answer = await self._request()
        found = error_of(answer)
        if answer.status in REFUSALS:
            raise AccessRefusedError(f"no access token: {str(found.get('error', answer.status))[:80]}")
        token, lives = found.get("access_token"), found.get("expires_in", 3600)
        if answer.status != 200 or not isinstance(token, str) or not isinstance(lives, int):  # noqa: PLR2004 - OK
            raise SendError(f"no access token: the answer was {answer.status}.")
        return token, self._now() + lives - EARLY_SECONDS
