"""Where functions run: one file for each way, the hand-written list of them, and who runs which ARN."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from ostiary.config import Settings
from ostiary.functions.lambda_endpoint import LambdaEndpoint
from ostiary.functions.local import LocalFunction
from ostiary.functions.runner import Invocation, Runner, TriggerError
from ostiary.functions.webhook import Webhook
from ostiary.http_client import HttpClient
from ostiary.threads import CrowdedError, waiting

RUNNERS: tuple[type[Runner], ...] = (Webhook, LambdaEndpoint, LocalFunction)


class Functions:
    """The functions that the settings name. Safe to use from many threads; `close` when done."""

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        self._lock = Lock()
        self._runners: dict[str, Runner] = {}
        self._calls: Counter[str] = Counter()

    def run(self, invocation: Invocation) -> bytes:
        """Return a function's answer; raises TriggerError.

        While it waits, the thread's turn is lent to another request. One function holds up so many requests and no
        more, so that it cannot take the places of all others.
        """
        runner = self._runner(invocation.arn)
        try:
            with self._place(invocation.arn), waiting():
                return runner.run(invocation)
        except CrowdedError:
            raise TriggerError("throttled", "Rate Exceeded.") from None

    def close(self) -> None:
        """End every process that was started."""
        with self._lock:
            runners, self._runners = list(self._runners.values()), {}
        for runner in runners:
            runner.close()

    @contextmanager
    def _place(self, arn: str) -> Iterator[None]:
        with self._lock:
            if self._calls[arn] >= self._settings.functions_concurrency:
                raise CrowdedError
            self._calls[arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._calls[arn] -= 1

    def _runner(self, arn: str) -> Runner:
        target = target_of(self._settings, arn)
        if target is None:
            raise TriggerError("not_found", "ResourceNotFoundException")
        with self._lock:
            if target not in self._runners:
                self._runners[target] = runner_of(target, self._settings, self._http)
            return self._runners[target]


def runner_of(target: str, settings: Settings, http: HttpClient) -> Runner:
    """Return what runs a target of the setting `functions`; raises TriggerError for one that nothing runs."""
    for kind in RUNNERS:
        runner = kind.configured(target, settings, http)
        if runner is not None:
            return runner
    raise TriggerError("unreachable", f"nothing runs '{target}'")


def target_of(settings: Settings, arn: str) -> str | None:
    """Return where the function of an ARN runs: by the ARN, the ARN without its version, its name, or `*`."""
    prefix, _, name = arn.partition(":function:")
    name, _, _ = name.partition(":")
    keys = (arn, f"{prefix}:function:{name}", name, "*")
    return next((settings.functions[key] for key in keys if key in settings.functions), None)
