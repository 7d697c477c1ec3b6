"""A function in a file on this machine, under AWS's own runtime client: a few warm processes for each."""

import sys
from pathlib import Path
from threading import Condition
from typing import Self

import structlog

from ostiary.config import Settings
from ostiary.functions.process import Process
from ostiary.functions.runner import Invocation, TriggerError
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpClient

HANDLER = "handler"
STOP_SECONDS = 5.0
_PYTHON = {".py"}
_NODE = {".js", ".mjs", ".cjs"}
_NODE_CLIENT = Path("node_modules/aws-lambda-ric/index.mjs")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

log = structlog.get_logger()


class LocalFunction:
    """A handler in a file: `/srv/functions/sign_up.py#handler`. Runs as many calls at a time as it has processes."""

    name = "local"

    def __init__(self, file: Path, handler: str, settings: Settings) -> None:
        self._file, self._handler, self._settings = file, f"{file.stem}.{handler}", settings
        self._changed = Condition()
        self._idle: list[Process] = []
        self._all: dict[Process, int] = {}
        self._starting: set[Process] = set()
        self._failed: tuple[int, TriggerError] | None = None
        self._starts = 0
        self._version = -1
        self._closed = False

    @classmethod
    def configured(cls, target: str, settings: Settings, http: HttpClient) -> Self | None:  # noqa: ARG003
        """Return what runs a Python or JavaScript file."""
        path, _, handler = target.partition("#")
        file = Path(path)
        return cls(file.absolute(), handler or HANDLER, settings) if file.suffix in _PYTHON | _NODE else None

    def run(self, invocation: Invocation) -> bytes:
        """Run the handler and return its answer; raises TriggerError."""
        deadline = Clock.monotonic() + invocation.seconds
        process = self._taken(invocation.arn, deadline)
        left = max(deadline - Clock.monotonic(), 0.0)
        return process.run(Invocation(invocation.arn, invocation.payload, left, invocation.request_id))

    def close(self) -> None:
        """Kill the processes."""
        with self._changed:
            self._closed = True
            processes = list(self._all)
            self._changed.notify_all()
        for process in processes:
            process.kill()
        for process in processes:
            process.wait(STOP_SECONDS)

    def _taken(self, arn: str, deadline: float) -> Process:
        """Return a process that waits for a call, started when there is none; raises TriggerError."""
        with self._changed:
            began = self._starts
            self._end_outdated()
            while not self._idle:
                self._check(began)
                if not self._starting and len(self._all) < self._settings.functions_processes:
                    self._start(arn)
                left = deadline - Clock.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    starting = bool(self._starting)
                    text = "Socket timeout while invoking Lambda function"
                    raise TriggerError("timeout" if starting else "throttled", text if starting else "Rate Exceeded.")
            return self._idle.pop()

    def _check(self, began: int) -> None:
        if self._closed:
            raise TriggerError("unreachable", "the server stops")
        if self._failed is not None and self._failed[0] > began:
            raise self._failed[1]

    def _end_outdated(self) -> None:
        """Start anew from a file that has changed: development goes on without a restart of the server."""
        try:
            version = self._file.stat().st_mtime_ns
        except OSError:
            raise TriggerError("not_found", f"{self._file} cannot be read") from None
        if version != self._version:
            self._version = version
            for process in self._idle:
                process.kill()
            self._idle.clear()

    def _start(self, arn: str) -> None:
        self._starts += 1
        environment = self._environment(arn)
        process = Process(self._command(), self._file.parent, environment, idle=self._waits, ended=self._gone)
        self._all[process] = self._version
        self._starting.add(process)

    def _waits(self, process: Process) -> None:
        with self._changed:
            self._starting.discard(process)
            if self._all[process] != self._version:
                process.kill()
                return
            self._idle.append(process)
            self._changed.notify()

    def _gone(self, process: Process, error: TriggerError | None) -> None:
        with self._changed:
            if process in self._starting:
                self._failed = self._starts, error or TriggerError("unhandled", "Runtime exited during its start")
            self._all.pop(process, None)
            self._starting.discard(process)
            if process in self._idle:
                self._idle.remove(process)
            self._changed.notify_all()
        log.debug("function_process_ended", file=str(self._file))

    def _command(self) -> list[str]:
        if self._file.suffix in _PYTHON:
            return [self._settings.functions_python or sys.executable, "-m", "awslambdaric", self._handler]
        for folder in self._file.parents:
            if (folder / _NODE_CLIENT).is_file():
                return [self._settings.functions_node, str(folder / _NODE_CLIENT), self._handler]
        raise TriggerError("unreachable", f"npm install aws-lambda-ric beside {self._file.name}")

    def _environment(self, arn: str) -> dict[str, str]:
        """Return what the process sees: Lambda's variables and the operator's own, nothing of the server's (LMB-05)."""
        name, _, version = arn.rsplit(":function:", maxsplit=1)[-1].partition(":")
        region = arn.split(":")[3]
        return {
            "PATH": _PATH,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONUNBUFFERED": "1",
            "_HANDLER": self._handler,
            "LAMBDA_TASK_ROOT": str(self._file.parent),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": version or "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "ostiary",
            **self._settings.functions_environment,
        }
