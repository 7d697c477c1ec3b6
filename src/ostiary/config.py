"""The settings: one frozen dataclass, one loader (file, then environment, then flags)."""

import base64
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

PREFIX = "OSTIARY_"
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
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


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that says which and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process runs. Durations are seconds, sizes bytes."""

    host: str = "127.0.0.1"
    port: int = 9500
    workers: int = 1
    data_dir: Path = Path("ostiary-data")
    database: str = ""
    """SQLAlchemy URL; empty means `ostiary.sqlite3` in the data directory."""
    public_url: str = ""
    """Where clients reach this server; empty means `http://<host>:<port>`."""
    issuer: str = "{public_url}/{pool_id}"
    """Template of a user pool's issuer over `{public_url}`, `{pool_id}` and `{region}`."""
    region: str = "us-east-1"
    account_id: str = "000000000000"
    """The development account, and the root account unless `root_account_id` says otherwise."""
    dev: bool = False
    root_access_key_id: str = ""
    root_secret_access_key: str = field(default="", repr=False)
    root_account_id: str = ""
    master_key: str = field(default="", repr=False)
    """32 bytes in base64; empty means the file `master.key` in the data directory."""
    smtp: str = field(default="", repr=False)
    """`smtp://user:password@host:port` or `smtps://…`."""
    smtp_from: str = "no-reply@verificationemail.com"
    smtp_from_domains: str = ""
    """Domains, separated by commas, that pools may send from (`EmailConfiguration` with DEVELOPER)."""
    delivery_webhook: str = ""
    delivery_webhook_secret: str = field(default="", repr=False)
    breached_passwords: str = ""
    """A file of SHA-1 hashes of leaked passwords, in order: threat protection looks passwords up in it."""
    log_delivery_webhook: str = ""
    """Where logs of user pools are posted; empty means files in `user-pool-logs` of the data directory."""
    twilio_account_sid: str = ""
    """Sends text messages by Twilio, with `twilio_auth_token` and `twilio_from`."""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_from: str = ""
    """The number that text messages come from (`+15005550006`), or a messaging service (`MG…`)."""
    twilio_url: str = "https://api.twilio.com"
    sns_endpoint: str = ""
    """Sends text messages by Amazon SNS or what speaks its API: `https://sns.eu-west-1.amazonaws.com`."""
    sns_region: str = ""
    """The region that requests to it are signed for; empty means `region`."""
    sns_access_key_id: str = ""
    sns_secret_access_key: str = field(default="", repr=False)
    sns_sender_id: str = ""
    """The name that text messages come from, in countries that show one."""
    s3_upstream: str = ""
    s3_upstream_access_key_id: str = ""
    s3_upstream_secret_access_key: str = field(default="", repr=False)
    s3_upstream_region: str = ""
    """The region that requests to the S3 server are signed for; empty means `region`."""
    s3_upstream_features: str = ""
    """Sub-resources that the S3 server knows beside objects, listings and uploads in parts: `acl,tagging,lifecycle`, or
    `all`. A server that ignored one would do something else than what was allowed, so the others are refused."""
    s3_domain: str = "s3.localhost"
    """Virtual-hosted buckets are `<bucket>.<s3_domain>`."""
    allow_private_addresses: bool = False
    """Whether outgoing HTTP (providers, webhooks) may reach loopback and private networks. True with `--dev`."""
    functions: dict[str, str] = field(default_factory=dict)
    """Where Lambda functions (triggers) run, by ARN, function name or `*`: `https://…`, `lambda`, `lambda+https://…`,
    or a handler's file as `/srv/functions/sign_up.py#handler`."""
    functions_secret: str = field(default="", repr=False)
    """What events posted to `https://…` functions are signed with."""
    functions_access_key_id: str = ""
    functions_secret_access_key: str = field(default="", repr=False)
    functions_session_token: str = field(default="", repr=False)
    functions_environment: dict[str, str] = field(default_factory=dict, repr=False)
    """Variables that the processes of handlers' files see beside Lambda's own."""
    functions_keys: dict[str, str] = field(default_factory=dict, repr=False)
    """Keys that codes for custom senders are encrypted under, by the ARN that KMSKeyID names: 32 bytes in base64."""
    functions_processes: int = 4
    """Processes for each handler's file, in each worker; one runs one call at a time."""
    functions_concurrency: int = 64
    """Requests that may wait for one function at a time, in each worker; whoever comes beyond is throttled."""
    functions_python: str = ""
    """The Python of handlers' files, with `awslambdaric` installed; empty means the server's own."""
    functions_node: str = "node"
    signing_keys_days: int = 0
    """Days that a signing key signs before the next one follows by itself; 0 is never, `ostiary keys rotate` always."""
    signing_keys_lead: int = 86_400
    """Seconds for which the next signing key is published before it signs; longer than any verifier keeps a key set."""
    google_issuer: str = "https://accounts.google.com"
    google_jwks_url: str = "https://www.googleapis.com/oauth2/v3/certs"
    facebook_graph_url: str = "https://graph.facebook.com"
    facebook_issuer: str = "https://www.facebook.com"
    facebook_jwks_url: str = "https://www.facebook.com/.well-known/oauth/openid/jwks/"
    facebook_app_secrets: dict[str, str] = field(default_factory=dict, repr=False)
    amazon_api_url: str = "https://api.amazon.com"
    apple_issuer: str = "https://appleid.apple.com"
    apple_jwks_url: str = "https://appleid.apple.com/auth/keys"
    apns_url: str = "https://api.push.apple.com"
    apns_sandbox_url: str = "https://api.sandbox.push.apple.com"
    fcm_url: str = "https://fcm.googleapis.com"
    fcm_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    """Where a service account gets access tokens; the `token_uri` of its JSON is not followed."""
    adm_url: str = "https://api.amazon.com"
    adm_token_url: str = "https://api.amazon.com/auth/O2/token"  # noqa: S105 - an address
    kinesis_endpoint: str = "https://kinesis.{region}.amazonaws.com"
    """Where Cognito Streams go: Amazon Kinesis or anything that takes its `PutRecord`."""
    kinesis_access_key_id: str = ""
    """What signs for the stream; empty means temporary credentials of the stream's role, which this server issues."""
    kinesis_secret_access_key: str = field(default="", repr=False)
    sqs_endpoint: str = "https://sqs.{region}.amazonaws.com"
    """Where queues that subscribe to topics are: Amazon SQS or anything that takes its `SendMessage`."""
    sqs_access_key_id: str = ""
    sqs_secret_access_key: str = field(default="", repr=False)
    stream_webhook: str = ""
    """Where streams go instead of Kinesis, as signed JSON."""
    stream_webhook_secret: str = field(default="", repr=False)
    stream_file: str = ""
    """The file that streams are appended to instead, a line of JSON for each synchronization."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    log_format: str = "text"
    """`text` or `json`."""
    log_level: str = "info"
    threads: int = 8
    """Threads that run operations, in each worker."""
    queue: int = 512
    """Requests that wait for one of these threads, in each worker; whoever comes beyond is told to come again (503)."""
    rate_limits: bool = False
    """Refuse requests of user pools beyond what their account may make of a category per second, as Amazon does."""

    live_heartbeat: int = 15
    """How often a live stream is sent a sign of life, and whoever has it is asked whether they still may."""
    live_streams: int = 2000
    """Live streams that a worker has at most."""
    live_streams_per_identity: int = 20

    @property
    def base_url(self) -> str:
        """Where clients reach this server, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.data_dir.absolute() / 'ostiary.sqlite3'}"

    @property
    def root_account(self) -> str:
        """The first account: 12 digits."""
        return self.root_account_id or self.account_id


def load_settings(flags: Mapping[str, Any], file: Path | None = None) -> Settings:
    """Return the settings of a TOML file, the environment and `flags`, a later one winning; raises SettingsError."""
    values = _from_file(file or _file_in_environment())
    values |= _from_environment()
    values |= {name: value for name, value in flags.items() if value is not None}
    settings = Settings(**{name: _typed(name, value) for name, value in values.items()})
    _check(settings)
    return settings


def _file_in_environment() -> Path | None:
    name = os.environ.get(f"{PREFIX}CONFIG")
    return Path(name) if name else None


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: is not TOML: {error}.") from None
    unknown = values.keys() - _names()
    if unknown:
        raise SettingsError(f"{file}: there is no setting '{min(unknown)}'.")
    return values


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _names():
        variable = f"{PREFIX}{name.upper()}"
        if variable in os.environ and f"{variable}_FILE" in os.environ:
            raise SettingsError(f"{variable}, {variable}_FILE: set one of them only.")
        if name == "port" and os.environ.get(variable, "").startswith("tcp://"):
            continue  # Kubernetes sets this one for a service of our name; it is not meant for us
        if variable in os.environ:
            found[name] = os.environ[variable]
        elif f"{variable}_FILE" in os.environ:
            path = Path(os.environ[f"{variable}_FILE"])
            try:
                found[name] = path.read_text().rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "is not text"
                raise SettingsError(f"{variable}_FILE: {path}: {reason}.") from None
    return found


def _names() -> set[str]:
    return {item.name for item in fields(Settings)}


def _typed(name: str, value: Any) -> Any:
    wanted = get_type_hints(Settings)[name]
    try:
        if wanted is bool:
            return _boolean(value)
        if wanted is int:
            return _whole(value)
        if wanted is Path:
            return Path(value)
    except (TypeError, ValueError):
        kind = {bool: "true or false", int: "a whole number"}.get(wanted, "a path")
        raise SettingsError(f"{name}: '{value}' is not {kind}.") from None
    if wanted is str and not isinstance(value, str):
        raise SettingsError(f"{name}: must be text.")
    return _pairs(name, value) if wanted == dict[str, str] else value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in {"true", "1", "yes", "on", "false", "0", "no", "off", ""}:
        raise ValueError(text)
    return text in {"true", "1", "yes", "on"}


def _whole(value: Any) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(value)


def _pairs(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {str(key): str(item) for key, item in value.items()}
    pairs = [pair.partition("=") for pair in str(value).split(",") if pair]
    if any(not sign for _, sign, _ in pairs):
        raise SettingsError(f"{name}: write it as key=value,key=value.")
    return {key.strip(): item.strip() for key, _, item in pairs}


def _check(settings: Settings) -> None:
    _check_addresses(settings)
    _check_streams(settings)
    _check_accounts(settings)
    if settings.workers < 1 or settings.threads < 1 or settings.queue < 1:
        raise SettingsError("workers, threads, queue: must be at least 1.")
    if min(settings.live_heartbeat, settings.live_streams, settings.live_streams_per_identity) < 1:
        raise SettingsError("live_heartbeat, live_streams, live_streams_per_identity: must be at least 1.")
    if min(settings.signing_keys_days, settings.signing_keys_lead) < 0:
        raise SettingsError("signing_keys_days, signing_keys_lead: must not be negative.")
    if not 0 <= settings.port <= 65535:  # noqa: PLR2004
        raise SettingsError(f"port: {settings.port} is not between 0 and 65535.")
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


def _check_addresses(settings: Settings) -> None:
    urls = (
        "public_url",
        "delivery_webhook",
        "log_delivery_webhook",
        "s3_upstream",
        "kinesis_endpoint",
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
    """Whether others than this machine's programs reach the server (security.md STS-15)."""
    name = urlsplit(settings.base_url).hostname or ""
    return settings.host not in LOOPBACK or not (name in LOOPBACK or name.endswith(".localhost"))


def share_metrics(folder: str) -> None:
    """Have the metrics of the processes that start from now on added up in a folder; prometheus-client's own way."""
    os.environ[_METRICS_FOLDER] = folder


def metrics_are_shared() -> bool:
    """Whether this process adds its metrics to those of others."""
    return _METRICS_FOLDER in os.environ


def _check_development(settings: Settings) -> None:
    if settings.host not in LOOPBACK:
        raise SettingsError(f"dev: any access key is root, so it listens on 127.0.0.1 only, not on '{settings.host}'.")
    if settings.workers != 1:
        raise SettingsError("dev: runs one worker, because its clock is one process's.")
