"""Accounts and the access keys of their roots; `ostiary account` makes them, no operation does."""

from dataclasses import dataclass, field

from ostiary.context import Services
from ostiary.iam.names import new_access_key_id, new_secret
from ostiary.runtime.randomness import Random
from ostiary.store.db import Tx
from ostiary.store.iam import access_keys, accounts
from ostiary.store.iam.access_keys import AccessKey
from ostiary.store.iam.accounts import Account

_PURPOSE = "secret-access-key"


@dataclass(frozen=True, slots=True)
class RootKey:
    """An account with a root access key, the secret in clear: shown once."""

    account_id: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


def create_account(services: Services, name: str, account_id: str = "") -> RootKey:
    """Make an account and its root's access key; raises AlreadyExists for an account that is there."""
    account_id = account_id or Random.text(1, "123456789") + Random.digits(11)
    key = RootKey(account_id, new_access_key_id("AKIA", account_id, services.random), new_secret(services.random))
    with services.store.write() as tx:
        accounts.create(tx, Account(account_id, name, services.clock.now_seconds()))
        _store(tx, services, key)
    return key


def ensure_root_key(services: Services, key: RootKey) -> None:
    """Make sure that an account and this root access key of it are there, with this secret."""
    with services.store.write() as tx:
        accounts.ensure(tx, Account(key.account_id, "root", services.clock.now_seconds()))
        known = access_keys.find(tx, key.access_key_id)
        if known is not None and (known.account_id, open_secret(services, known)) == (
            key.account_id,
            key.secret_access_key,
        ):
            return
        if known is not None:
            access_keys.delete(tx, key.access_key_id)
        _store(tx, services, key)


def list_accounts(services: Services) -> list[Account]:
    """Return every account."""
    with services.store.read() as tx:
        return accounts.all_accounts(tx)


def seal_secret(services: Services, secret: str) -> bytes:
    """Return a secret access key as it is stored."""
    return services.keyring.seal(secret.encode(), _PURPOSE)


def open_secret(services: Services, key: AccessKey) -> str:
    """Return the secret of a stored access key."""
    return services.keyring.open(key.sealed, _PURPOSE).decode()


def _store(tx: Tx, services: Services, key: RootKey) -> None:
    sealed, now = seal_secret(services, key.secret_access_key), services.clock.now_seconds()
    access_keys.create(tx, AccessKey(key.access_key_id, key.account_id, "", sealed, "Active", now))
