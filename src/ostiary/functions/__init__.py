"""Where functions run: one file for each way, the hand-written list of them, and who runs which ARN."""

from threading import Lock

from ostiary.config import Settings
from ostiary.functions.lambda_endpoint import LambdaEndpoint
from ostiary.functions.local import LocalFunction
from ostiary.functions.runner import SILENT, Invocation, Runner, TriggerError
from ostiary.functions.webhook import Webhook
from ostiary.runtime.execution import outside
from ostiary.runtime.http_client import HttpClient
from ostiary.runtime.outsiders import CrowdedError, LeftAloneError, Wait

RUNNERS: tuple[type[Runner], ...] = (Webhook, LambdaEndpoint, LocalFunction)


class Functions:
    """The functions that the settings name. Safe to use from many threads; `close` when done."""

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        self._lock = Lock()
        self._runners: dict[str, Runner] = {}

    def run(self, invocation: Invocation, callers: tuple[str, ...] = ()) -> bytes:
        """Return a function's answer; raises TriggerError.

        One function holds up so many requests and no more, so that it cannot take the places of all others; `callers`
        are those on whose behalf a request waits, nobody where a worker does, which comes again by itself.
        """
        runner = self._runner(invocation.arn)
        most = self._settings.functions_concurrency
        wait = Wait(invocation.arn, callers=callers, most=most, most_of_caller=most)
        outsiders = self._http.outsiders
        try:
            with outsiders.asking(wait, _is_silence) if callers else outsiders.waiting(wait):
                return outside(runner.run, invocation)
        except CrowdedError:
            raise TriggerError("throttled", "Rate Exceeded.") from None
        except LeftAloneError as error:
            raise TriggerError("timeout", str(error)) from None

    def close(self) -> None:
        """End every process that was started."""
        with self._lock:
            runners, self._runners = list(self._runners.values()), {}
        for runner in runners:
            runner.close()

    def _runner(self, arn: str) -> Runner:
        target = target_of(self._settings, arn)
        if target is None:
            raise TriggerError("not_found", "ResourceNotFoundException")
        with self._lock:
            if target not in self._runners:
                self._runners[target] = runner_of(target, self._settings, self._http)
            return self._runners[target]


def _is_silence(error: Exception) -> bool:
    return isinstance(error, TriggerError) and error.kind in SILENT


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
