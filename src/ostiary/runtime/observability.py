"""Logs and metrics. Neither ever holds a body, a secret, a code or a token."""

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from ostiary.config import metrics_are_shared
from ostiary.runtime.clock import Clock

REGISTRY = CollectorRegistry()
REQUESTS = Counter("ostiary_requests", "Requests answered", ["service", "operation", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "ostiary_request_seconds",
    "Time from a request's first byte to the answer",
    ["service"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
PUSHES = Counter("ostiary_pushes", "Pushes by platform and outcome", ["platform", "outcome"], registry=REGISTRY)
PUSH_SECONDS = Histogram(
    "ostiary_push_seconds",
    "Time from owing a push to the push service's yes",
    ["platform"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
    registry=REGISTRY,
)
MESSAGES = Counter("ostiary_messages", "Messages by channel and outcome", ["channel", "outcome"], registry=REGISTRY)
STREAMED = Counter(
    "ostiary_stream_records", "Records of Cognito Streams by outcome", ["destination", "outcome"], registry=REGISTRY
)
OUTSIDE = Gauge(
    "ostiary_outside_waits",
    "Requests that wait for a server outside",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
NOT_ASKED = Counter(
    "ostiary_outside_refusals",
    "Requests for which no server outside was asked: too many wait already, or it did not answer before",
    ["reason"],
    registry=REGISTRY,
)
LIVE = Gauge("ostiary_live_streams", "Live streams open", registry=REGISTRY, multiprocess_mode="livesum")

SECRET = re.compile(
    r"secret|password|token|authorization|code$|cookie|signature|verifier|master_key|credential|body|srp", re.IGNORECASE
)
CREDENTIAL = re.compile(
    r"(?P<known>X-Amz-(?:Security-Token|Signature|Credential)=|(?:Signature|Credential)=|://[^/\s:@]*:(?=[^\s\"']*@)|"
    r"(?:AccessToken|IdToken|RefreshToken|Password|SecretAccessKey|ConfirmationCode)\W{1,5})[^\s&@,\"']+"
    r"|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*",
    re.IGNORECASE,
)
"""What looks like a credential inside a text: parts of signed addresses, passwords in URLs, tokens."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LONGEST_VALUE = 512
"""Characters of what a client chose that a line has at most."""
_PLAIN = re.compile(r"[\w:/.@+*{}-]{0,128}", re.ASCII)
"""What needs no quotes, and is no secret unless it is a token: ids, ARNs, addresses, paths."""
_TOKEN = "eyJ"  # noqa: S105 - how tokens begin
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log = structlog.get_logger()


def configure_logs(log_format: str, log_level: str, stream: TextIO | None = None) -> None:
    """Send one line per event to `stream` (stderr), as `text` or `json`; the libraries' warnings too."""
    written = stream or sys.stderr
    renderers: list[Any] = [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
    if log_format == "json":
        renderers = [structlog.processors.JSONRenderer(serializer=_as_json)]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redacted,
    ]
    structlog.configure(
        processors=[*shared, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[log_level]),
        logger_factory=structlog.PrintLoggerFactory(written),
        cache_logger_on_first_use=False,
    )
    _request_lines.configure(log_format, log_level, written)
    handler = logging.StreamHandler(written)
    steps = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=steps))
    _replace_handler(logging.getLogger(), handler)


def log_uncaught() -> None:
    """Have this process log Python's warnings and what nobody catches, in the form of all other lines."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda failed: _log_uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        log.critical("uncaught", exc_info=(kind, error, trace))


@dataclass(slots=True, kw_only=True)
class Answered:
    """A request that was answered, as its line in the log tells of it; what is not known is empty."""

    service: str = ""
    operation: str = ""
    """What was called: the name of an operation, or the pattern of a page's address."""
    status: int = 0
    seconds: float = 0.0
    error: str = ""
    """The code that the client was told."""
    client: str = ""
    """The address it came from."""
    account: str = ""
    """Whose: 12 digits."""
    principal: str = ""
    """The ARN of who signed."""
    resource: str = ""
    """The ARN that was decided on, or the pool's id."""
    path: str = ""
    request_id: str = ""


def answered(request: Answered) -> None:
    """Count a request that was answered, and log it."""
    _counter(request.service, request.operation, request.status).inc()
    _histogram(request.service).observe(request.seconds)
    _request_lines.write(request)


class _RequestLines:
    """Writes the one line of each request: the logger's way takes longer than many an operation does."""

    def __init__(self) -> None:
        self._stream: TextIO | None = None
        self._render = _text_line
        self._second = 0
        self._time = ""

    def configure(self, log_format: str, log_level: str, stream: TextIO) -> None:
        """Write to `stream`, or nothing when the level is above `info`."""
        self._stream = stream if LEVELS[log_level] <= logging.INFO else None
        self._render = _json_line if log_format == "json" else _text_line

    def write(self, request: Answered) -> None:
        """Write the line of one request."""
        if self._stream is None:
            return
        now = Clock.system_now()
        if int(now) != self._second:
            self._second = int(now)
            self._time = datetime.fromtimestamp(self._second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self._stream.write(self._render(f"{self._time}.{int(now * 1000) % 1000:03d}Z", _told(request)))


def _told(request: Answered) -> dict[str, Any]:
    """Return what a line tells: numbers always, texts where there are any."""
    told: dict[str, Any] = {
        "service": request.service,
        "operation": request.operation,
        "status": request.status,
        "ms": round(request.seconds * 1000, 1),
    }
    if request.error:
        told["error"] = request.error
    if request.client:
        told["client"] = _safe(request.client)
    if request.account:
        told["account"] = request.account
    if request.principal:
        told["principal"] = _safe(request.principal)
    if request.resource:
        told["resource"] = _safe(request.resource)
    if request.path:
        told["path"] = _safe(request.path)
    told["request_id"] = request.request_id
    return told


def _safe(value: str) -> str:
    """Return what a client chose as one line without secrets, not longer than anybody reads."""
    if _PLAIN.fullmatch(value) and _TOKEN not in value:
        return value
    text = value[:LONGEST_VALUE].encode("utf-8", "replace").decode()
    return CREDENTIAL.sub(_covered, CONTROL.sub(" ", text))


def _text_line(time: str, told: Mapping[str, Any]) -> str:
    parts = [
        f"{name}={json.dumps(value) if isinstance(value, str) and not _PLAIN.fullmatch(value) else value}"
        for name, value in told.items()
    ]
    return f"{time} [info     ] request {' '.join(parts)}\n"


def _json_line(time: str, told: Mapping[str, Any]) -> str:
    line = msgspec.json.encode({"timestamp": time, "level": "info", "event": "request", **told})
    return f"{line.decode()}\n"


_request_lines = _RequestLines()


def metrics_page() -> bytes:
    """Return the metrics in Prometheus's text format: those of all workers, when there are several."""
    if not metrics_are_shared():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Take out of an event whatever is secret by its name or by its looks, and every control character (ROB-10)."""
    for name, value in event.items():
        if SECRET.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            kept = LINES if name == "exception" else CONTROL
            event[name] = CREDENTIAL.sub(_covered, kept.sub(" ", value))
    return event


def _covered(found: re.Match[str]) -> str:
    return f"{found['known'] or ''}[redacted]"


# Looking a labelled metric up costs more than counting: there are few label values, so they are kept.
@lru_cache(maxsize=4096)
def _counter(service: str, operation: str, status: int) -> Counter:
    return REQUESTS.labels(service, operation, str(status))


@lru_cache(maxsize=64)
def _histogram(service: str) -> Histogram:
    return SECONDS.labels(service)


def _as_json(event: Any, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _replace_handler(logger: logging.Logger, handler: logging.Handler) -> None:
    """Hear the libraries' warnings once, also when logs are configured again."""
    for old in [one for one in logger.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        logger.removeHandler(old)
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
