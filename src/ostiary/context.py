"""What one request may use, and who signed it."""

from dataclasses import dataclass, field
from typing import Literal, Self

from ostiary.aws.wire import Peer
from ostiary.config import Settings
from ostiary.crypto.seal import Keyring
from ostiary.functions import Functions
from ostiary.runtime.addresses import caller_at
from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import Tasks
from ostiary.runtime.http_client import HttpClient
from ostiary.runtime.randomness import Random
from ostiary.runtime.wake_signal import WakeSignal
from ostiary.store.db import Store

PrincipalType = Literal["Account", "User", "AssumedRole", "FederatedUser", "Anonymous"]


@dataclass(frozen=True, slots=True)
class Session:
    """What a session token of STS carries. Times are seconds since the epoch."""

    account: str
    role_name: str
    role_id: str
    role_path: str
    name: str
    issued_at: int
    expires_at: int
    policies: tuple[str, ...] = ()
    """Session policies, as JSON texts; None are in force when empty."""
    policy_arns: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    federated_provider: str = ""
    """The provider's ARN or built-in name when a web identity assumed the role."""
    claims: dict[str, list[str]] = field(default_factory=dict)
    """Condition keys of the federated sign-in that stay with the session: `cognito-identity.amazonaws.com:sub` …"""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed a request."""

    account: str
    """12 digits; empty for nobody."""
    type: PrincipalType
    arn: str
    """As GetCallerIdentity answers it: root, user or assumed-role session."""
    user_id: str
    user_name: str = ""
    session: Session | None = None

    @property
    def is_root(self) -> bool:
        """Whether this is an account's root, which identity policies do not bind."""
        return self.type == "Account"


def root_of(account_id: str, session: Session | None = None) -> Principal:
    """Return an account's root, or a session that it asked for."""
    return Principal(account_id, "Account", f"arn:aws:iam::{account_id}:root", account_id, session=session)


ANONYMOUS = Principal(account="", type="Anonymous", arn="", user_id="")


@dataclass(frozen=True, slots=True)
class Client:
    """Where the request came from."""

    ip: str = ""
    user_agent: str = ""
    secure: bool = False
    request_id: str = ""
    trace: str = ""
    """How AWS X-Ray follows the request."""

    @classmethod
    def at(cls, peer: Peer) -> Self:
        """Return the client at the other end of a connection."""
        return cls(peer.ip, peer.user_agent, peer.secure, peer.request_id, peer.trace)


NO_CLIENT = Client()
"""Where work comes from that no request asked for."""


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the process: made once in `app.py`."""

    settings: Settings
    store: Store
    keyring: Keyring
    clock: Clock
    random: Random
    http: HttpClient
    pushes: WakeSignal = field(default_factory=WakeSignal)
    """Sent when pushes are owed."""
    publications: WakeSignal = field(default_factory=WakeSignal)
    """Sent when something was published to a topic."""
    functions: Functions = field(init=False)
    tasks: Tasks = field(init=False)
    """Where requests run."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "functions", Functions(self.settings, self.http))
        tasks = Tasks(computing=self.settings.threads, most_running=self.settings.queue)
        object.__setattr__(self, "tasks", tasks)

    def context(self, principal: Principal, client: Client = NO_CLIENT) -> "Context":
        """Return what a request of this principal may use, in the account that it is of."""
        return Context(self, principal.account, self.settings.region, principal, client)

    def anonymous(self, client: Client = NO_CLIENT) -> "Context":
        """Return what may be used by work that no request asked for, and by pages that ask for no name."""
        return self.context(ANONYMOUS, client)


@dataclass(frozen=True, slots=True)
class Context:
    """What one request may use."""

    services: Services
    account: str
    """The caller's account: 12 digits, or empty when nobody signed."""
    region: str
    principal: Principal
    client: Client

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.services.settings

    @property
    def store(self) -> Store:
        """The database."""
        return self.services.store

    @property
    def keyring(self) -> Keyring:
        """Sealing and keyed hashes under the master key."""
        return self.services.keyring

    @property
    def clock(self) -> Clock:
        """The server's time."""
        return self.services.clock

    @property
    def random(self) -> Random:
        """Unpredictable values."""
        return self.services.random

    @property
    def callers(self) -> tuple[str, ...]:
        """On whose behalf somebody outside is waited for; nobody's in work that no request asked for."""
        return (caller_at(self.client.ip),) if self.client.request_id else ()

    @property
    def http(self) -> HttpClient:
        """Outgoing HTTP to addresses that the operator set."""
        return self.services.http.on_behalf_of(*self.callers)

    def http_of(self, owner: str) -> HttpClient:
        """Outgoing HTTP to addresses that an account gave."""
        return self.http.to_addresses_of(owner)
