"""A schema that may change: attributes are relaxed, and custom ones removed with their data (guide beyond-cognito)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog

from ostiary.aws.shapes import members
from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    SchemaAttributeType,
    UserPoolClientType,
)
from ostiary.background import Worker
from ostiary.context import Context, Services
from ostiary.idp import switches
from ostiary.idp.access import check_not_importing, locked_pool, write_pool
from ostiary.idp.directory.schema import CONSTRAINTS, STANDARD, check_constraints, spelled
from ostiary.idp.providers import lookup
from ostiary.store.db import Tx
from ostiary.store.errors import Retry
from ostiary.store.idp import attribute_removals, clients, pool_parts, users
from ostiary.store.idp.attribute_removals import AttributeRemoval
from ostiary.store.idp.user_pools import UserPool

POLL_SECONDS = 2.0
LEASE_SECONDS = 60
BATCH = 200
"""Users that are looked at in one transaction."""
REST = 1
"""How many times as long as a transaction took the next one waits."""
_CLIENTS = 1000
_FIXED = frozenset({"sub", "identities", "email_verified", "phone_number_verified"})
"""What the service itself writes."""
_LISTS = ("ReadAttributes", "WriteAttributes")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What is to be different; None leaves a bound as it is, an empty text takes it away."""

    optional: bool = False
    mutable: bool = False
    least: str | None = None
    most: str | None = None


# -- relaxing --------------------------------------------------------------------------------------------------------
def relax(ctx: Context, pool_id: str, name: str, change: Relaxation) -> SchemaAttributeType:
    """Make an attribute of a pool laxer and return it; raises InvalidParameterException for what would be stricter."""
    with ctx.store.write() as tx:
        pool = _changing(ctx, tx, pool_id)
        attribute = _known(pool, name)
        wanted: dict[str, Any] = dict(attribute)
        wanted["Required"] = attribute["Required"] and not change.optional
        wanted["Mutable"] = attribute["Mutable"] or change.mutable
        bounds = _bounds(attribute)
        if bounds is not None:
            member, least, most = bounds
            given = {least: change.least, most: change.most}
            merged = {**wanted.get(member, {}), **{key: value for key, value in given.items() if value is not None}}
            wanted[member] = {key: value for key, value in merged.items() if value}
        relaxed = relaxed_attribute(attribute, wanted)
        write_schema(ctx, tx, pool, [relaxed if each["Name"] == relaxed["Name"] else each for each in _schema(pool)])
    return relaxed


def relaxed_attribute(before: SchemaAttributeType, wanted: Mapping[str, Any]) -> SchemaAttributeType:
    """Return `wanted` in place of `before`, if whatever was good stays good; raises InvalidParameterException."""
    name = before["Name"]
    if name in _FIXED:
        raise InvalidParameterException(f"{name}: This attribute cannot be changed.")
    if wanted.get("AttributeDataType", before["AttributeDataType"]) != before["AttributeDataType"]:
        raise InvalidParameterException(f"{name}: The type of an attribute cannot be changed.")
    stricter = wanted.get("Required", False) and not before["Required"]
    stricter = stricter or (before["Mutable"] and not wanted.get("Mutable", True))
    if stricter or _narrower(before, wanted):
        raise InvalidParameterException(f"{name}: An attribute can only be made less strict.")
    check_constraints({**before, **wanted})
    return {**before, **wanted}  # type: ignore[typeddict-item]


def _narrower(before: SchemaAttributeType, wanted: Mapping[str, Any]) -> bool:
    bounds = _bounds(before)
    if bounds is None:
        return False
    member, least, most = bounds
    old: Mapping[str, str] = before.get(member, {})  # type: ignore[assignment]
    new: Mapping[str, str] = wanted.get(member, {})
    try:
        higher = least in new and (least not in old or int(new[least]) > int(old[least])) and int(new[least]) != 0
        lower = most in new and (most not in old or int(new[most]) < int(old[most]))
    except ValueError:
        raise InvalidParameterException(f"user.{before['Name']}: Constraints must be integers.") from None
    return higher or lower


def _bounds(attribute: SchemaAttributeType) -> tuple[str, str, str] | None:
    kind = CONSTRAINTS.get(attribute["AttributeDataType"])
    return None if kind is None else (kind[0], kind[1], kind[2])


def _schema(pool: UserPool) -> list[SchemaAttributeType]:
    found: list[SchemaAttributeType] = pool.configuration["SchemaAttributes"]
    return found


def _known(pool: UserPool, name: str) -> SchemaAttributeType:
    schema = {attribute["Name"]: attribute for attribute in _schema(pool)}
    attribute = schema.get(spelled(name, schema))
    if attribute is not None:
        return attribute
    raise InvalidParameterException(f"{name}: Attribute does not exist in the schema.")


def _changing(ctx: Context, tx: Tx, pool_id: str) -> UserPool:
    pool = locked_pool(ctx, tx, pool_id)
    if not switches.is_on(pool, switches.SCHEMA_CHANGES):
        raise InvalidParameterException("The tag ostiary:schema-changes of this user pool is not on.")
    check_not_importing(tx, pool)
    return pool


def write_schema(ctx: Context, tx: Tx, pool: UserPool, schema: list[SchemaAttributeType]) -> None:
    """Replace the schema of a locked pool."""
    write_pool(ctx, tx, pool, {**pool.configuration, "SchemaAttributes": schema})


# -- removing --------------------------------------------------------------------------------------------------------
def remove(ctx: Context, pool_id: str, name: str) -> None:
    """Take a custom attribute out of the schema and the app clients' lists; its values go in the background.

    Raises InvalidParameterException for a standard attribute, and for one that an identity provider writes.
    """
    with ctx.store.write() as tx:
        pool = _changing(ctx, tx, pool_id)
        name = _known(pool, name)["Name"]
        if name in STANDARD:
            raise InvalidParameterException(f"{name}: A standard attribute cannot be removed.")
        for provider in pool_parts.page(tx, pool_id, lookup.KIND):
            if name in provider.configuration.get("AttributeMapping", {}):
                raise InvalidParameterException(f"{name}: The identity provider {provider.key} writes this attribute.")
        write_schema(ctx, tx, pool, [each for each in _schema(pool) if each["Name"] != name])
        _forget_in_clients(ctx, tx, pool_id, name)
        now = ctx.clock.now_seconds()
        attribute_removals.create(tx, AttributeRemoval(pool_id, name, "", 0, 0, "", 0, now))


def is_removing(ctx: Context, pool_id: str, name: str) -> bool:
    """Whether values of an attribute that was removed are still there."""
    with ctx.store.read() as tx:
        names = {removal.name for removal in attribute_removals.of_pool(tx, pool_id)}
    return spelled(name, names) in names


def check_not_removing(tx: Tx, pool_id: str, names: set[str]) -> None:
    """Refuse to add an attribute whose old values are still being removed: the new ones would go too."""
    for removal in attribute_removals.of_pool(tx, pool_id):
        if removal.name in names:
            raise InvalidParameterException(f"{removal.name}: Values of a removed attribute of this name remain.")


def _forget_in_clients(ctx: Context, tx: Tx, pool_id: str, name: str) -> None:
    for client in clients.page(tx, pool_id, None, _CLIENTS):
        # An empty list would mean all attributes; `sub` in it means nothing.
        kept = {
            member: [each for each in names if each != name] or ["sub"]
            for member, names in members(client.configuration, _LISTS).items()
            if name in names
        }
        if kept:
            now = ctx.clock.now_seconds()
            configuration = cast("UserPoolClientType", {**client.configuration, **kept})
            if not clients.update(tx, client, name=client.name, configuration=configuration, now=now):
                raise Retry


class AttributeRemover(Worker):
    """Removes values. Any number of processes may run one: a removal is leased, and goes on."""

    def __init__(self, services: Services) -> None:
        super().__init__("attributes", POLL_SECONDS, rest=REST)
        self._services = services
        self._holder = services.random.uuid()

    def run_due(self) -> AttributeRemoval | None:
        """Do one batch of a removal that nobody else does; return how far it is, None when there is none."""
        now = self._services.clock.now_seconds()
        with self._services.store.read() as tx:
            removal = attribute_removals.waiting(tx, now)
        if removal is None:
            return None
        with self._services.store.write() as tx:
            leased = replace(removal, worker=self._holder, leased_until=now + LEASE_SECONDS)
            if not attribute_removals.advance(tx, removal, leased):
                return removal
        return self._batch(leased)

    def _batch(self, removal: AttributeRemoval) -> AttributeRemoval:
        with self._services.store.write() as tx:
            page = users.page(tx, removal.pool_id, None, removal.position or None, BATCH)
            having = [user for user in page if removal.name in user.attributes]
            done = replace(
                removal,
                position=page[-1].sub if page else removal.position,
                seen=removal.seen + len(page),
                changed=removal.changed + len(having),
                worker="",
                leased_until=0,
            )
            if not attribute_removals.advance(tx, removal, done):
                return removal
            for user in having:
                kept = {name: value for name, value in user.attributes.items() if name != removal.name}
                users.update(tx, user, attributes=kept)
            if len(page) < BATCH:
                attribute_removals.delete(tx, removal.pool_id, removal.name)
                log.info("attribute_removed", pool_id=removal.pool_id, attribute=removal.name, changed=done.changed)
        return done
