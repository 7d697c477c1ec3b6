"""Applications that are left alone for a while, because their push service asked for it or their credentials fail."""

import math
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS, LONGEST_SECONDS = 5, 300
LONGEST_ASKED_SECONDS = 3600


@dataclass(slots=True)
class _Pause:
    until: float = 0.0
    failures: int = 0


class Pauses:
    """The pauses of one process, by the application's ARN."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._pauses: dict[str, _Pause] = {}

    def left(self, application_arn: str) -> int:
        """Return for how many seconds an application is still left alone."""
        pause = self._pauses.get(application_arn)
        return 0 if pause is None else max(0, math.ceil(pause.until - self._now()))

    def ask(self, application_arn: str, seconds: int) -> None:
        """Leave an application alone for as long as its push service asks, up to an hour."""
        self._pause(application_arn, min(max(seconds, 1), LONGEST_ASKED_SECONDS))

    def failed(self, application_arn: str) -> None:
        """Leave an application alone whose credentials were refused, longer each time, up to five minutes."""
        if self.left(application_arn):
            return  # one of many that were under way together
        pause = self._pause(application_arn, 0)
        pause.until += min(FIRST_SECONDS * 2 ** min(pause.failures, 16), LONGEST_SECONDS)
        pause.failures += 1

    def worked(self, application_arn: str) -> None:
        """Forget an application's failures."""
        if application_arn in self._pauses:
            self._pauses[application_arn].failures = 0

    def _pause(self, application_arn: str, seconds: int) -> _Pause:
        pause = self._pauses.setdefault(application_arn, _Pause())
        pause.until = self._now() + seconds
        return pause
