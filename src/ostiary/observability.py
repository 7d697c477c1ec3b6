"""Logs and metrics. Neither ever holds a body, a secret, a code or a token."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
REQUESTS = Counter("ostiary_requests", "Requests answered", ["service", "operation", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "ostiary_request_seconds",
    "Time from a request's first byte to the answer",
    ["service"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
MESSAGES = Counter("ostiary_messages", "Messages by channel and outcome", ["channel", "outcome"], registry=REGISTRY)

SECRET = re.compile(
    r"secret|password|token|authorization|code$|cookie|signature|verifier|master_key|credential", re.IGNORECASE
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(log_format: str, log_level: str) -> None:
    """Send one line per event to stderr, as `text` or `json`."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[log_level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def metrics_page() -> bytes:
    """Return the metrics in Prometheus's text format."""
    return generate_latest(REGISTRY)


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name, value in event.items():
        if SECRET.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str) and name != "exception":
            event[name] = CONTROL.sub(" ", value)
    return event
