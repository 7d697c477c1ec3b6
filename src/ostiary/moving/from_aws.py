"""Moving in from Amazon Cognito: pools, clients, groups, providers and users are copied through its API.

Ids stay: pool, clients with their secrets, and every user's sub, so apps change their endpoint and nothing else.
Passwords and TOTP seeds cannot be read: a user's first password sign-in is checked against the old pool
(`idp/imports/foreign_passwords.py`), and known here from then on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from ostiary.aws.shapes import members
from ostiary.context import ANONYMOUS, Context, Services, root_of
from ostiary.idp.clients import client_secrets
from ostiary.idp.clients.client_settings import ECHOED
from ostiary.idp.directory import attributes, names
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.imports.foreign_passwords import Foreign
from ostiary.idp.pools.pool_settings import FACTORS, settings_of
from ostiary.idp.providers import identity_providers, lookup
from ostiary.idp.providers.links import SUBJECT
from ostiary.moving.left_behind import left_behind
from ostiary.moving.users_file import check_owner
from ostiary.store import removals
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import clients, groups, linked_users, pool_parts, user_pools, users
from ostiary.store.idp.clients import AppClient
from ostiary.store.idp.groups import Group
from ostiary.store.idp.linked_users import Link
from ostiary.store.idp.pool_parts import Part
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import keys as signing_keys

PAGE = 60
OnProgress = Callable[[int, int], None]
"""Hears how many users were looked at, of how many."""
_NOT_KEPT = frozenset(
    {
        "Id",
        "Name",
        "Arn",
        "Status",
        "CreationDate",
        "LastModifiedDate",
        "EstimatedNumberOfUsers",
        "Domain",
        "CustomDomain",
        "SmsConfigurationFailure",
        "EmailConfigurationFailure",
    }
)
_ALLOWING = frozenset({"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"})


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied of a pool, or would be: users of whom `made` were not here before, and what is `left_behind`.

    Without `passwords` there is no client there that could check them, so that users must reset theirs. `others` counts
    clients, groups, identity providers and resource servers.
    """

    pool_id: str
    account_id: str
    name: str
    made: int
    others: dict[str, int]
    passwords: bool
    left_behind: list[str]
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        told = {"UserPoolId": self.pool_id, "AccountId": self.account_id, "Name": self.name, "Users": self.made}
        more = {"PasswordsCanBeChecked": self.passwords, "NotCopied": self.left_behind, "DryRun": self.dry_run}
        return {**told, **self.others, **more}

    def lines(self) -> list[str]:
        """Return it for people."""
        begins = "would be copied" if self.dry_run else "copied"
        counts = ", ".join(f"{count} {_WORDS[what]}" for what, count in self.others.items())
        users = f"about {self.made} users" if self.dry_run else f"{self.made} users made"
        told = [f"{self.pool_id} ({self.name}) {begins} into account {self.account_id}: {users}, {counts}."]
        if not self.passwords:
            told.append("No client there allows USER_PASSWORD_AUTH: users must reset their passwords here.")
        return told + (["Not copied:", *(f"  {line}" for line in self.left_behind)] if self.left_behind else [])


_WORDS = {
    "Clients": "clients",
    "Groups": "groups",
    "IdentityProviders": "identity providers",
    "ResourceServers": "resource servers",
}


def plan(services: Services, account_id: str, aws: Any, pool_id: str) -> Copied:
    """Return what `copy_pool` would do, without doing it; raises ValueError when the pool is another account's here."""
    with services.store.read() as tx:
        check_owner(user_pools.find(tx, pool_id), account_id)
    return _copied(account_id, aws, pool_id, _clients(aws, pool_id), dry_run=True)


def copy_pool(services: Services, account_id: str, aws: Any, pool_id: str, told: OnProgress) -> Copied:
    """Copy a pool of another Cognito; `aws` is a boto3 client of it.

    It can be run again: what is there stays as it is. Raises ValueError when the pool is another account's here.
    """
    ctx = services.context(root_of(account_id) if account_id else ANONYMOUS)
    pool = _copy_configuration(ctx, aws, pool_id)
    described = _clients(aws, pool_id)
    found = _copied(account_id, aws, pool_id, described)
    proof = _copy_clients(ctx, pool, described, aws.meta.endpoint_url)
    _copy_parts(ctx, aws, pool)
    memberships = _copy_groups(ctx, aws, pool)
    made = seen = 0
    for page in _pages(aws.list_users, "Users", "PaginationToken", UserPoolId=pool_id, Limit=PAGE):
        with ctx.store.write() as tx:
            made += sum(_copy_user(tx, ctx, pool, entry, proof) for entry in page)
        seen += len(page)
        told(seen, found.made)
    for group_name in memberships:
        named = {"UserPoolId": pool_id, "GroupName": group_name, "Limit": PAGE}
        for page in _pages(aws.list_users_in_group, "Users", "NextToken", **named):
            with ctx.store.write() as tx:
                for entry in page:
                    groups.add_member(tx, pool_id, group_name, _sub(entry), ctx.clock.now_seconds())
    return replace(found, made=made)


def _copied(
    account_id: str, aws: Any, pool_id: str, described: list[dict[str, Any]], *, dry_run: bool = False
) -> Copied:
    """Return what a pool has there, as if all of it was copied; `described` are its clients."""
    pool, named = aws.describe_user_pool(UserPoolId=pool_id)["UserPool"], {"UserPoolId": pool_id}

    def count_of(call: Any, member: str, **most: int) -> int:
        return sum(map(len, _pages(call, member, "NextToken", **named, **most)))

    others = {
        "Clients": len(described),
        "Groups": count_of(aws.list_groups, "Groups", Limit=PAGE),
        "IdentityProviders": count_of(aws.list_identity_providers, "Providers", MaxResults=PAGE),
        "ResourceServers": count_of(aws.list_resource_servers, "ResourceServers", MaxResults=50),
    }
    passwords = any(_takes_passwords(client) for client in described)
    factors = aws.get_user_pool_mfa_config(**named)
    missing = left_behind(aws, pool_id, {**pool, **factors}, [client["ClientId"] for client in described])
    count = pool.get("EstimatedNumberOfUsers", 0)
    return Copied(pool_id, account_id, pool["Name"], count, others, passwords, missing, dry_run)


def _pages(call: Any, member: str, token: str, **request: Any) -> Iterator[list[dict[str, Any]]]:
    while True:
        answer = call(**request)
        yield list(answer[member])
        if not answer.get(token):
            return
        request[token] = answer[token]


def _plain(value: Any) -> Any:
    """Return settings without what JSON does not have: times become epoch seconds."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value.timestamp()) if hasattr(value, "timestamp") else value


def _copy_configuration(ctx: Context, aws: Any, pool_id: str) -> UserPool:
    described = _plain(aws.describe_user_pool(UserPoolId=pool_id)["UserPool"])
    factors = _plain(aws.get_user_pool_mfa_config(UserPoolId=pool_id))
    configuration = {
        **settings_of({}),
        **{name: value for name, value in described.items() if name not in _NOT_KEPT},
        **{name: factors[name] for name in FACTORS if name in factors},
    }
    pool = UserPool(
        pool_id=pool_id,
        account_id=ctx.account,
        name=described["Name"],
        configuration=cast("PoolConfiguration", configuration),
        created_at=described["CreationDate"],
        modified_at=described["LastModifiedDate"],
    )
    keys = signing_keys.new_pool_keys(ctx.services)
    removals.finish(ctx.store, pool_id)
    with ctx.store.write() as tx:
        found = user_pools.find(tx, pool_id)
        check_owner(found, ctx.account)
        if found is None:
            user_pools.create(tx, pool)
            signing_keys.save(tx, ctx.services, pool_id, keys)
    return found or pool


def _clients(aws: Any, pool_id: str) -> list[dict[str, Any]]:
    """Return the app clients as they are described there."""
    named = {"UserPoolId": pool_id}
    pages = _pages(aws.list_user_pool_clients, "UserPoolClients", "NextToken", **named, MaxResults=PAGE)
    client_ids = [entry["ClientId"] for page in pages for entry in page]
    return [_plain(aws.describe_user_pool_client(**named, ClientId=each)["UserPoolClient"]) for each in client_ids]


def _takes_passwords(client: dict[str, Any]) -> bool:
    return bool(_ALLOWING & set(client.get("ExplicitAuthFlows", [])))


def _copy_clients(ctx: Context, pool: UserPool, described: list[dict[str, Any]], endpoint: str) -> Foreign:
    """Copy the app clients; return what passwords can be checked with: the first client that takes them."""
    proof = Foreign(endpoint=endpoint)
    for settings in described:
        secret = settings.get("ClientSecret", "")
        if not proof.client_id and _takes_passwords(settings):
            proof = Foreign(endpoint=endpoint, client_id=settings["ClientId"], client_secret=secret)
        _keep_client(ctx, pool, settings, secret)
    return proof


def _keep_client(ctx: Context, pool: UserPool, settings: dict[str, Any], secret: str) -> None:
    always = (
        "RefreshTokenValidity",
        "TokenValidityUnits",
        "AllowedOAuthFlowsUserPoolClient",
        "EnableTokenRevocation",
        "EnablePropagateAdditionalUserContextData",
        "AuthSessionValidity",
    )
    made = client_secrets.new_secret(settings["ClientId"], secret, settings["CreationDate"])
    client = AppClient(
        pool_id=pool.pool_id,
        client_id=settings["ClientId"],
        name=settings["ClientName"],
        configuration=members(settings, (*always, *ECHOED)),
        sealed_secret=client_secrets.sealed(ctx, [made]) if secret else None,
        created_at=settings["CreationDate"],
        modified_at=settings["LastModifiedDate"],
    )
    with ctx.store.write() as tx:
        if clients.find(tx, client.client_id) is None:
            clients.create(tx, client)


def _copy_parts(ctx: Context, aws: Any, pool: UserPool) -> None:
    named = {"UserPoolId": pool.pool_id}
    for page in _pages(aws.list_resource_servers, "ResourceServers", "NextToken", **named, MaxResults=50):
        for server in page:
            settings = {"Name": server["Name"], "Scopes": server.get("Scopes", [])}
            _keep_part(ctx, Part(pool.pool_id, "resource_server", server["Identifier"], settings, *_now(ctx)))
    for page in _pages(aws.list_identity_providers, "Providers", "NextToken", **named, MaxResults=PAGE):
        for entry in page:
            answer = aws.describe_identity_provider(**named, ProviderName=entry["ProviderName"])
            provider = identity_providers.copied(ctx, pool, _plain(answer["IdentityProvider"]))
            for part in provider:
                _keep_part(ctx, part)


def _now(ctx: Context) -> tuple[int, int]:
    now = ctx.clock.now_seconds()
    return now, now


def _keep_part(ctx: Context, part: Part) -> None:
    with ctx.store.write() as tx:
        if pool_parts.find(tx, part.pool_id, part.kind, part.key) is None:
            pool_parts.create(tx, part)


def _copy_groups(ctx: Context, aws: Any, pool: UserPool) -> list[str]:
    names_found = []
    for page in _pages(aws.list_groups, "Groups", "NextToken", UserPoolId=pool.pool_id, Limit=PAGE):
        for entry in map(_plain, page):
            settings = {name: entry[name] for name in ("Description", "RoleArn", "Precedence") if name in entry}
            times = (entry["CreationDate"], entry["LastModifiedDate"])
            group = Group(pool.pool_id, entry["GroupName"], settings, *times)
            with ctx.store.write() as tx:
                if groups.find(tx, pool.pool_id, group.group_name) is None:
                    groups.create(tx, group)
            names_found.append(group.group_name)
    return names_found


def _sub(entry: dict[str, Any]) -> str:
    return next(str(each["Value"]) for each in entry["Attributes"] if each["Name"] == "sub")


def _copy_user(tx: Tx, ctx: Context, pool: UserPool, entry: dict[str, Any], proof: Foreign) -> bool:
    """Copy a user who is not here; whether that was so."""
    values = {each["Name"]: each.get("Value", "") for each in entry["Attributes"]}
    sub = values.pop("sub")
    if users.find(tx, pool.pool_id, sub) is not None:
        return False
    user = User(
        pool_id=pool.pool_id,
        sub=sub,
        username=entry["Username"],
        status=entry["UserStatus"],
        enabled=entry["Enabled"],
        attributes={name: value for name, value in values.items() if value},
        sealed_verifier=None,
        temporary_password_expires_at=None,
        tokens_valid_after=0,
        created_at=int(entry["UserCreateDate"].timestamp()),
        modified_at=int(entry["UserLastModifiedDate"].timestamp()),
    )
    try:
        users.create(tx, user, names.user_key(pool, user.username))
    except AlreadyExists:
        return False
    if attributes.are_free(tx, pool, user, user.attributes):
        attributes.claim_aliases(tx, pool, user)
    if user.status != "EXTERNAL_PROVIDER" and proof.client_id:
        foreign = Foreign(
            endpoint=proof.endpoint,
            client_id=proof.client_id,
            client_secret=proof.client_secret,
            username=user.username,
        )
        foreign_passwords.keep(tx, ctx, user, foreign)
    _link(tx, ctx, user)
    return True


def _link(tx: Tx, ctx: Context, user: User) -> None:
    for identity in lookup.identities_of(user):
        provider, value = str(identity["providerName"]), str(identity["userId"])
        linked_users.create(tx, Link(user.pool_id, provider, SUBJECT, value, user.sub, ctx.clock.now_seconds()))
