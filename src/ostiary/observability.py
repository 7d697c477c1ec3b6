"""Logs and metrics. Neither ever holds a body, a secret, a code or a token."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from ostiary.clock import Clock
from ostiary.config import metrics_are_shared

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
LIVE = Gauge("ostiary_live_streams", "Live streams open", registry=REGISTRY, multiprocess_mode="livesum")

SECRET = re.compile(
    r"secret|password|token|authorization|code$|cookie|signature|verifier|master_key|credential|body|srp", re.IGNORECASE
)
CREDENTIAL = re.compile(
    r"(?P<known>X-Amz-(?:Security-Token|Signature|Credential)=|(?:Signature|Credential)=|://[^/\s:@]*:|"
    r"(?:AccessToken|IdToken|RefreshToken|Password|SecretAccessKey|ConfirmationCode)\W{1,5})[^\s&@,\"']+"
    r"|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*",
    re.IGNORECASE,
)
"""What looks like a credential inside a text: parts of signed addresses, passwords in URLs, tokens."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
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


def answered(service: str, operation: str, status: int, seconds: float, request_id: str) -> None:
    """Count a request that was answered, and log it."""
    _counter(service, operation, status).inc()
    _histogram(service).observe(seconds)
    _request_lines.write(service, operation, status, seconds, request_id)


class _RequestLines:
    """Writes the one line of each request: the logger's way takes longer than many an operation does.

    What it writes is the server's own: names of the models, methods that the parser knows, ids it made.
    """

    def __init__(self) -> None:
        self._stream: TextIO | None = None
        self._line = ""
        self._second = 0
        self._time = ""

    def configure(self, log_format: str, log_level: str, stream: TextIO) -> None:
        """Write to `stream`, or nothing when the level is above `info`."""
        self._stream = stream if LEVELS[log_level] <= logging.INFO else None
        self._line = _JSON_LINE if log_format == "json" else _TEXT_LINE

    def write(self, service: str, operation: str, status: int, seconds: float, request_id: str) -> None:
        """Write the line of one request."""
        if self._stream is None:
            return
        now = Clock.system_now()
        if int(now) != self._second:
            self._second = int(now)
            self._time = datetime.fromtimestamp(self._second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = int(now * 1000) % 1000
        self._stream.write(self._line % (self._time, fraction, service, operation, status, seconds * 1000, request_id))


_TEXT_LINE = "%s.%03dZ [info     ] request service=%s operation=%s status=%d ms=%.1f request_id=%s\n"
_JSON_LINE = (
    '{"timestamp":"%s.%03dZ","level":"info","event":"request","service":"%s","operation":"%s",'
    '"status":%d,"ms":%.1f,"request_id":"%s"}\n'
)
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
