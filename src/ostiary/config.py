"""The settings: one frozen dataclass."""

from dataclasses import dataclass, field
from pathlib import Path


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
    delivery_webhook: str = ""
    delivery_webhook_secret: str = field(default="", repr=False)
    s3_upstream: str = ""
    s3_upstream_access_key_id: str = ""
    s3_upstream_secret_access_key: str = field(default="", repr=False)
    s3_domain: str = "s3.localhost"
    """Virtual-hosted buckets are `<bucket>.<s3_domain>`."""
    allow_private_addresses: bool = False
    """Whether outgoing HTTP (providers, webhooks) may reach loopback and private networks. True with `--dev`."""
    google_issuer: str = "https://accounts.google.com"
    google_jwks_url: str = "https://www.googleapis.com/oauth2/v3/certs"
    facebook_graph_url: str = "https://graph.facebook.com"
    facebook_issuer: str = "https://www.facebook.com"
    facebook_jwks_url: str = "https://www.facebook.com/.well-known/oauth/openid/jwks/"
    facebook_app_secrets: dict[str, str] = field(default_factory=dict, repr=False)
    amazon_api_url: str = "https://api.amazon.com"
    apple_issuer: str = "https://appleid.apple.com"
    apple_jwks_url: str = "https://appleid.apple.com/auth/keys"
    log_format: str = "text"
    """`text` or `json`."""
    log_level: str = "info"
