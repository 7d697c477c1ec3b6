"""What settings must hold, beyond their types."""

import base64
import dataclasses
import re
from pathlib import Path
from urllib.parse import urlsplit

from ostiary.config import secure_defaults
from ostiary.config.settings import LOOPBACK, Settings, SettingsError

MOST_PORT = 65_535
SHORTEST_TOKEN = 16
WELL_KNOWN_KEYS = {
    *(
        "test",
        "testing",
        "admin",
        "minioadmin",
        "minio",
        "minio123",
        "root",
        "rootroot",
        "password",
        "secret",
        "changeme",
    ),
    *("dev", "dummy", "example", "localstack", "ostiary", "any", "akiaiosfodnn7example"),
    "wjalrxutnfemi/k7mdeng/bpxrficyexamplekey",
}
"""Keys out of manuals and other servers' defaults, in lower case: whoever scans a network tries them first."""


def check(settings: Settings) -> None:
    """Raise SettingsError for the first thing that is wrong."""
    _check_addresses(settings)
    _check_streams(settings)
    _check_accounts(settings)
    _check_numbers(settings)
    _check_metrics(settings)
    if settings.secure_defaults:
        _check_secure(settings)
    if settings.log_format not in {"text", "json"}:
        raise SettingsError(f"log_format: '{settings.log_format}' is neither text nor json.")
    if settings.log_level not in {"debug", "info", "warning", "error"}:
        raise SettingsError(f"log_level: '{settings.log_level}' is not debug, info, warning or error.")
    try:
        settings.issuer.format(public_url="", pool_id="", region="")
    except (KeyError, IndexError, ValueError):
        raise SettingsError("issuer: may name {public_url}, {pool_id} and {region} only.") from None
    if "{pool_id}" not in settings.issuer:
        raise SettingsError("issuer: must contain {pool_id}, or all pools would share one issuer.")
    _check_functions(settings)
    _check_senders(settings)
    if settings.dev:
        _check_development(settings)


def _check_numbers(settings: Settings) -> None:
    if settings.workers < 1 or settings.threads < 1 or settings.queue < 1:
        raise SettingsError("workers, threads, queue: must be at least 1.")
    if min(settings.live_heartbeat, settings.live_streams, settings.live_streams_per_identity) < 1:
        raise SettingsError("live_heartbeat, live_streams, live_streams_per_identity: must be at least 1.")
    if min(settings.signing_keys_days, settings.signing_keys_lead) < 0:
        raise SettingsError("signing_keys_days, signing_keys_lead: must not be negative.")
    if not 0 <= settings.port <= MOST_PORT:
        raise SettingsError(f"port: {settings.port} is not between 0 and 65535.")
    if min(settings.rate_limit_per_user, settings.rate_limit_per_client, settings.rate_limit_per_address) < 1:
        raise SettingsError("rate_limit_per_user, rate_limit_per_client, rate_limit_per_address: must be at least 1.")


def _check_secure(settings: Settings) -> None:
    text = secure_defaults.refusal(settings, "setting", dataclasses.asdict(settings))
    if text:
        raise SettingsError(text)
    if _is_public(settings) and urlsplit(settings.base_url).scheme != "https":
        raise SettingsError(f"public_url: with secure_defaults it must be https://, not {settings.base_url}.")


def _check_metrics(settings: Settings) -> None:
    listen, token = settings.metrics_listen, settings.metrics_token
    host, _, port = listen.rpartition(":")
    if listen and not (host and port.isdecimal() and port.isascii() and 0 < int(port) <= MOST_PORT):
        raise SettingsError(f"metrics_listen: '{listen}' is not a host and a port, as 127.0.0.1:9501.")
    if listen and int(port) == settings.port:
        raise SettingsError("metrics_listen: must have another port than the server.")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise SettingsError(f"metrics_token: must have at least {SHORTEST_TOKEN} printable characters, and no blanks.")


def _check_addresses(settings: Settings) -> None:
    urls = (
        "public_url",
        "delivery_webhook",
        "log_delivery_webhook",
        "s3_upstream",
        "kinesis_endpoint",
        "kms_endpoint",
        "sqs_endpoint",
        "stream_webhook",
    )
    for name in urls:
        value = getattr(settings, name)
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise SettingsError(f"{name}: '{value}' is not an http:// or https:// address.")
    if settings.smtp and (
        urlsplit(settings.smtp).scheme not in {"smtp", "smtps"} or not urlsplit(settings.smtp).hostname
    ):
        raise SettingsError("smtp: write it as smtp://user:password@host:587 or smtps://user:password@host:465.")
    if settings.database and urlsplit(settings.database).scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
        raise SettingsError("database: must be a sqlite:// or postgresql:// URL.")


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32  # noqa: PLR2004 - AES-256
    except ValueError:
        return False


def _check_functions(settings: Settings) -> None:
    if settings.functions_processes < 1 or settings.functions_concurrency < 1:
        raise SettingsError("functions_processes, functions_concurrency: must be at least 1.")
    for arn, key in settings.functions_keys.items():
        if not _is_key(key):
            raise SettingsError(f"functions_keys: '{arn}': is not 32 bytes in base64.")
    if settings.kms_endpoint and not (settings.kms_access_key_id and settings.kms_secret_access_key):
        raise SettingsError("kms_access_key_id, kms_secret_access_key: set both for kms_endpoint.")
    for key, target in settings.functions.items():
        scheme, _, address = target.rpartition("lambda+")
        is_address = urlsplit(address).scheme in {"http", "https"} and bool(urlsplit(address).hostname)
        if is_address and not scheme and address == target and not settings.functions_secret:
            raise SettingsError("functions_secret: set it, so that webhooks can tell events from forgeries.")
        is_file = Path(target.partition("#")[0]).suffix in {".py", ".js", ".mjs", ".cjs"}
        if not (is_address or is_file or target == "lambda"):
            raise SettingsError(
                f"functions: '{key}': '{target}' is no https://…, lambda, lambda+https://… or .py or .js file."
            )
        if not is_file and target.startswith("lambda") and not settings.functions_access_key_id:
            raise SettingsError("functions_access_key_id, functions_secret_access_key: set both for 'lambda'.")


def _check_streams(settings: Settings) -> None:
    if settings.stream_webhook and settings.stream_file:
        raise SettingsError("stream_webhook, stream_file: set one of them only.")
    if settings.stream_webhook and not settings.stream_webhook_secret:
        raise SettingsError("stream_webhook_secret: set it, so that the receiver can tell who is calling.")
    if bool(settings.kinesis_access_key_id) != bool(settings.kinesis_secret_access_key):
        raise SettingsError("kinesis_access_key_id, kinesis_secret_access_key: set both or neither.")
    if bool(settings.sqs_access_key_id) != bool(settings.sqs_secret_access_key):
        raise SettingsError("sqs_access_key_id, sqs_secret_access_key: set both or neither.")


def _check_senders(settings: Settings) -> None:
    if settings.twilio_account_sid and not (settings.twilio_auth_token and settings.twilio_from):
        raise SettingsError("twilio_auth_token, twilio_from: set both for twilio_account_sid.")
    if settings.sns_endpoint and not (settings.sns_access_key_id and settings.sns_secret_access_key):
        raise SettingsError("sns_access_key_id, sns_secret_access_key: set both for sns_endpoint.")


def _check_accounts(settings: Settings) -> None:
    for name in ("account_id", "root_account_id"):
        value = getattr(settings, name)
        if value and not (len(value) == 12 and value.isdecimal() and value.isascii()):  # noqa: PLR2004
            raise SettingsError(f"{name}: '{value}' is not 12 digits.")
    if bool(settings.root_access_key_id) != bool(settings.root_secret_access_key):
        raise SettingsError("root_access_key_id, root_secret_access_key: set both or neither.")
    keys = {settings.root_access_key_id.lower(), settings.root_secret_access_key.lower()}
    if keys & WELL_KNOWN_KEYS and _is_public(settings):
        raise SettingsError("root_access_key_id: a well-known key opens this server to everybody; choose another.")


def _is_public(settings: Settings) -> bool:
    """Whether others than this machine's programs reach the server (STS-15)."""
    name = urlsplit(settings.base_url).hostname or ""
    return settings.host not in LOOPBACK or not (name in LOOPBACK or name.endswith(".localhost"))


def _check_development(settings: Settings) -> None:
    if settings.host not in LOOPBACK and not settings.dev_hosts:
        raise SettingsError(
            f"dev: any access key is root, so it listens on 127.0.0.1 only, not on '{settings.host}'. "
            "In a container, name in dev_hosts how it is reached."
        )
    for host in filter(None, (item.strip() for item in settings.dev_hosts.split(","))):
        if not re.fullmatch(r"(\*\.)?[A-Za-z0-9._-]+|[0-9a-fA-F:.]+", host):
            raise SettingsError(f"dev_hosts: '{host}' is not the name of a host, as ostiary or *.app.test.")
    for origin in filter(None, (item.strip() for item in settings.dev_origins.split(","))):
        parts = urlsplit(origin)
        if not parts.scheme or not parts.netloc or parts.path or parts.query or parts.fragment or "*" in origin:
            raise SettingsError(f"dev_origins: '{origin}' is not an origin, as https://app.test:8443.")
    if settings.workers != 1:
        raise SettingsError("dev: runs one worker, because its clock is one process's.")
