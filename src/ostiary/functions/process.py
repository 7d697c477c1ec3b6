"""A function's process: the real Lambda runtime client, in an environment without anything of ours."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread

import structlog

from ostiary.functions.runner import Invocation, TriggerError
from ostiary.functions.runtime_api import Pending, RuntimeApi
from ostiary.runtime.clock import Clock

MOST_LINE = 4096
_STOPPED = "RequestId: {} Error: Runtime exited without providing a reason"

log = structlog.get_logger()


class Process:
    """Runs one call at a time. `idle` hears when it waits for one, `ended` when it is gone, with a reason if known."""

    def __init__(
        self,
        command: list[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        idle: Callable[["Process"], None],
        ended: Callable[["Process", TriggerError | None], None],
    ) -> None:
        self._name = environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self._ended = ended
        self._init_error: TriggerError | None = None
        self._pending: Pending | None = None
        self._api = RuntimeApi(lambda: idle(self), self._init_failed)
        try:
            self._child = subprocess.Popen(  # noqa: S603 - the operator's own function
                command,
                cwd=folder,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._api.close()
            raise TriggerError("unreachable", f"the runtime does not start: {error.strerror}") from error
        Thread(target=self._watch, name="function-output", daemon=True).start()

    def run(self, invocation: Invocation) -> bytes:
        """Return the function's answer; raises TriggerError. A function that takes too long is killed."""
        pending = self._pending = Pending(invocation, Clock.system_now() + invocation.seconds)
        if self._child.poll() is not None:
            raise TriggerError("unhandled", _STOPPED.format(invocation.request_id))
        self._api.events.put(pending)
        if not pending.done.wait(invocation.seconds):
            self.kill()
            raise TriggerError("timeout", "Socket timeout while invoking Lambda function")
        self._pending = None
        if pending.error is not None:
            raise pending.error
        return pending.answer

    def kill(self) -> None:
        """End the process, with every process that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> None:
        """Wait until the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)

    def _init_failed(self, error: TriggerError) -> None:
        self._init_error = error

    def _watch(self) -> None:
        """Log what the function writes, until it ends."""
        output = self._child.stdout
        assert output is not None  # noqa: S101 - a pipe was asked for
        with output:
            while line := output.readline(MOST_LINE):
                text = line.decode("utf-8", "replace").rstrip()
                if text:
                    log.info("function_output", function=self._name, line=text)
        self.kill()
        self._child.wait()
        self._api.close()
        pending = self._pending
        if pending is not None:
            pending.finish(error=TriggerError("unhandled", _STOPPED.format(pending.invocation.request_id)))
        self._ended(self, self._init_error)
