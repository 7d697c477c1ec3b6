"""Domains of user pools: a prefix or a name of one's own, each at one pool of the deployment."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Store, Tx


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain. `configuration` is what is set of CustomDomainConfig, ManagedLoginVersion and Routing."""

    pool_id: str
    domain: str
    configuration: dict[str, Any]
    created_at: int

    @property
    def is_custom(self) -> bool:
        """Whether it is a whole name, not a prefix."""
        return "CustomDomainConfig" in self.configuration


def _domain(row: Any) -> Domain:
    return Domain(row.pool_id, row.domain, json.loads(row.configuration), row.created_at)


def create(tx: Tx, domain: Domain) -> None:
    """Insert `domain`; raises AlreadyExists when a pool has it."""
    configuration = json.dumps(domain.configuration)
    tx.insert(
        schema.user_pool_domains,
        pool_id=domain.pool_id,
        domain=domain.domain,
        configuration=configuration,
        created_at=domain.created_at,
    )
    tx.configuration_changed()


def find(tx: Tx, domain: str) -> Domain | None:
    """Return the domain of this name, at whichever pool."""
    row = tx.get(schema.user_pool_domains, domain=domain)
    return None if row is None else _domain(row)


def cached(store: Store, domain: str) -> Domain | None:
    """Return the domain of this name from the configuration cache."""
    return store.cached(("user_pool_domain", domain), lambda tx: find(tx, domain))


def of_pool(tx: Tx, pool_id: str) -> list[Domain]:
    """Return the pool's domains: at most one prefix and one name of its own."""
    domains = schema.user_pool_domains
    return [_domain(row) for row in tx.all(select(domains).where(domains.c.pool_id == pool_id))]


def update(tx: Tx, domain: Domain, configuration: dict[str, Any]) -> bool:
    """Replace the configuration; whether the domain was still there."""
    key = {"pool_id": domain.pool_id, "domain": domain.domain}
    changed = tx.update(schema.user_pool_domains, key, configuration=json.dumps(configuration))
    tx.configuration_changed()
    return changed == 1


def delete(tx: Tx, domain: Domain) -> bool:
    """Delete the domain; whether it was there."""
    deleted = tx.delete(schema.user_pool_domains, {"pool_id": domain.pool_id, "domain": domain.domain})
    tx.configuration_changed()
    return deleted == 1
