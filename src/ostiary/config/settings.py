"""The settings: one frozen dataclass."""

from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


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
    dev_hosts: str = ""
    """Names, separated by commas, by which `--dev` is reached beside `localhost` and its like: `ostiary,*.app.test`.
    With one of them it may listen beyond loopback, as in a container: on a network of its own only."""
    dev_origins: str = ""
    """Origins, separated by commas, whose pages may use made-up access keys with `--dev`, beside those of this machine:
    `https://app.test:8443`."""
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
    """Whether requests to addresses in these settings (webhooks, functions, social providers), and to the pools that
    users were moved from, may reach loopback and private networks. True with `--dev`."""
    allow_private_addresses_of_tenants: bool = False
    """Whether requests to addresses that accounts and their users give (identity providers and their metadata,
    subscribers of topics, push services of browsers) may reach them too. True with `--dev`."""
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
    kms_endpoint: str = ""
    """Where AWS KMS or what speaks its API has the other keys that KMSKeyID names: `https://kms.{region}.amazonaws.com`."""
    kms_access_key_id: str = ""
    kms_secret_access_key: str = field(default="", repr=False)
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
    metrics_listen: str = ""
    """A second address to listen on, for whoever watches the server: `127.0.0.1:9501` has `/metrics`, `/livez` and
    `/readyz` and nothing else."""
    metrics_token: str = field(default="", repr=False)
    """The bearer token that opens `/metrics` at the public address; without one that is hidden, except with `--dev`."""
    log_format: str = "text"
    """`text` or `json`."""
    log_level: str = "info"
    threads: int = 2
    """Threads that compute what takes long (signatures, powers, password hashes), in each worker."""
    queue: int = 512
    """Requests under way in each worker, those aside that wait for somebody outside. Whoever comes beyond is told to
    come again (503)."""
    secure_defaults: bool = False
    """Turn on every hardening that Cognito's compatibility leaves off: see secure-defaults.md."""
    rate_limits: bool = False
    """Refuse requests of user pools beyond what their account may make of a category per second, as Amazon does, and of
    one user, through one app client or from one address."""
    rate_limit_per_user: int = 10
    """Requests a second about one user of a pool, in each worker."""
    rate_limit_per_client: int = 100
    """Requests a second that apps make through one app client; a server's, which sign, do not count."""
    rate_limit_per_address: int = 300
    """Requests a second, of any service and for pages, of those who do not sign, from one address."""
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
    def metrics_address(self) -> tuple[str, int] | None:
        """The host and port of `metrics_listen`; None without one."""
        host, _, port = self.metrics_listen.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.data_dir.absolute() / 'ostiary.sqlite3'}"

    @property
    def root_account(self) -> str:
        """The first account: 12 digits."""
        return self.root_account_id or self.account_id
