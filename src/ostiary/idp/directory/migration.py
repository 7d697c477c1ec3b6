"""Users who lived elsewhere before: the pool's UserMigration function knows them, and they are made here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ostiary.aws.types.cognito_idp import InvalidParameterException, UsernameExistsException, UserNotFoundException
from ostiary.context import Context
from ostiary.idp.access import hides_existence
from ostiary.idp.directory import attributes
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.directory.new_users import initial_attributes, insert, new_user
from ostiary.idp.factors import second_factors
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.user_pools import UserPool
from ostiary.triggers import user_migration
from ostiary.triggers.event import NO_CLIENT, Occasion, function_of
from ostiary.triggers.user_migration import Migrated, Source


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request comes to a pool: through which client, and with which ClientMetadata."""

    pool: UserPool
    client: AppClient | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def client_id(self) -> str:
        """The client's id, as events name it."""
        return NO_CLIENT if self.client is None else self.client.client_id


def bring(ctx: Context, place: Place, source: Source, name: str, password: str | None = None) -> bool:
    """Make the user whom the pool's function knows under this name; return whether there was one.

    Nothing happens where the user is here already, or the pool has no such function. Raises UserNotFoundException
    where the function does not know the user or fails, unless the client must not notice.
    """
    if not function_of(place.pool, user_migration.NAME):
        return False
    with ctx.store.read() as tx:
        if find_user(tx, place.pool, name) is not None:
            return False
    try:
        return _bring(ctx, place, source, name, password)
    except UserNotFoundException:
        if place.client is None or not hides_existence(place.client):
            raise
        return False


def _bring(ctx: Context, place: Place, source: Source, name: str, password: str | None) -> bool:
    signing_in = source == "UserMigration_Authentication"
    occasion = Occasion(place.pool, name, {}, place.client_id, None if signing_in else place.metadata)
    validation = place.metadata if signing_in else None
    found = user_migration.migrated(ctx, source, occasion, password=password, validation_data=validation)
    if found is None:
        return False
    try:
        _make(ctx, place.pool, found, name, password)
    except (InvalidParameterException, UsernameExistsException) as error:
        raise UserNotFoundException(f"Exception migrating user in app client {place.client_id}") from error
    return True


def _make(ctx: Context, pool: UserPool, found: Migrated, name: str, password: str | None) -> None:
    """Insert the user; the password is taken as it is. Without one it is a password that nobody knows."""
    given = [{"Name": key, "Value": value} for key, value in found.attributes.items() if key != "sub"]
    username = found.username or name
    values = attributes.merged({}, initial_attributes(pool, username, attributes.parsed(pool, given)))  # type: ignore[arg-type]
    attributes.check_required(pool, values)
    status = "CONFIRMED" if found.confirmed else "RESET_REQUIRED"
    user = new_user(ctx, pool, username, values, status=status, password=password or ctx.random.text(32))
    if found.sms_mfa and "phone_number" in values:
        user = replace(user, factors=second_factors.turned_on(user.factors, second_factors.SMS))
    with ctx.store.write() as tx:
        insert(tx, pool, user, already="User already exists", force=found.force_alias)
