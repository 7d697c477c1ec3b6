"""The servers and the people that a run of the benchmark drives."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from sqlalchemy import Table

from ostiary.demo import world as demo
from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import S3_KEY, Servers, running_servers
from ostiary.store import schema
from ostiary.store.db import Store, Tx

PASSWORD = "Correct-Horse-1"
PEOPLE = 200
"""How many users sign in; the others only fill the pool."""
BATCH = 2000
RECORDS = 100
"""How many records each person who signs in has in the dataset `notes`."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed-in person."""

    access_token: str
    refresh_token: str
    logins: dict[str, str]
    identity_id: str
    credentials: dict[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """Everything the scenarios name."""

    url: str
    upstream: str
    pool_id: str
    client_id: str
    identity_pool_id: str
    usernames: list[str]
    sessions: list[Signed]
    google_token: str
    service_role_arn: str
    gateway_url: str
    upstream_url: str
    root: tuple[str, str]


@contextmanager
def running_world(folder: Path, size: int, console: Console, database: str = "") -> Iterator[World]:
    """Start the servers, fill the pool with `size` users and sign some of them in."""
    narrator = Narrator()
    with running_servers(folder, narrator, development=False, database=database) as servers:
        made = demo.build_world(servers, narrator)
        pool_id, client_id = _pool(servers, made)
        usernames = _people(servers, pool_id, console)
        _fill(servers, pool_id, usernames[0], size - PEOPLE, console)
        provider = demo.user_pool_provider(pool_id)
        with ThreadPoolExecutor(8) as pool:
            sessions = list(pool.map(lambda name: _sign_in(made, client_id, provider, name), usernames))
        _synchronize(servers, made.identity_pool_id, sessions, size, console)
        key, body = "public/1KiB", b"x" * 1024
        demo.administrator(servers, "s3", servers.root).put_object(Bucket=demo.BUCKET, Key=key, Body=body)
        yield World(
            url=servers.ostiary,
            upstream=servers.s3,
            pool_id=pool_id,
            client_id=client_id,
            identity_pool_id=made.identity_pool_id,
            usernames=usernames,
            sessions=sessions,
            google_token=made.google_token("bench-service", "bench@example.com"),
            service_role_arn=f"arn:aws:iam::{demo.ACCOUNT}:role/service",
            gateway_url=_presigned(_guest_s3(made), key),
            upstream_url=_presigned(demo.client(servers.s3, "s3", _keys(*S3_KEY)), key),
            root=servers.root,
        )


def _pool(servers: Servers, made: demo.World) -> tuple[str, str]:
    """Make a user pool whose users may sign in by e-mail too, with a client; the identity pool takes its tokens."""
    idp = demo.administrator(servers, "cognito-idp", servers.root)
    pool_id: str = idp.create_user_pool(PoolName="bench", AliasAttributes=["email"])["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made_client = idp.create_user_pool_client(UserPoolId=pool_id, ClientName="bench", ExplicitAuthFlows=flows)
    client_id: str = made_client["UserPoolClient"]["ClientId"]
    identity = demo.administrator(servers, "cognito-identity", servers.root)
    pool = identity.describe_identity_pool(IdentityPoolId=made.identity_pool_id)
    pool.pop("ResponseMetadata")
    provider = demo.user_pool_provider(pool_id)
    pool["CognitoIdentityProviders"] = [{"ProviderName": provider, "ClientId": client_id}]
    identity.update_identity_pool(**pool)
    return pool_id, client_id


def _people(servers: Servers, pool_id: str, console: Console) -> list[str]:
    idp = demo.administrator(servers, "cognito-idp", servers.root)
    usernames = [f"person-{number}" for number in range(PEOPLE)]
    for name in track(usernames, "Creating users who sign in", console=console, disable=not sys.stdout.isatty()):
        email = {"Name": "email", "Value": f"{name}@example.com"}
        attributes = [email, {"Name": "email_verified", "Value": "true"}]
        idp.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes)
        idp.admin_set_user_password(UserPoolId=pool_id, Username=name, Password=PASSWORD, Permanent=True)
    return usernames


def _fill(servers: Servers, pool_id: str, like: str, count: int, console: Console) -> None:
    """Add `count` users straight to the database, each a copy of one who exists but for names."""
    store = Store.open(servers.database)
    tables = (schema.users, schema.user_attributes, schema.aliases)
    with store.read() as tx:
        model = tx.one(schema.users.select().where(schema.users.c.pool_id == pool_id, schema.users.c.username == like))
        assert model is not None
        rows = {
            table: [row._asdict() for row in tx.all(table.select().where(table.c.sub == model.sub))] for table in tables
        }
    starts = range(0, max(count, 0), BATCH)
    for start in track(starts, "Filling the pool", console=console, disable=not sys.stdout.isatty()):
        numbers = range(start, min(start + BATCH, count))
        with store.write() as tx:
            for table in tables:
                names = [(model.sub, f"00000000-0000-4000-8000-{n:012}", like, f"filler-{n:08}") for n in numbers]
                tx.execute(table.insert(), [_like(row, *renamed) for renamed in names for row in rows[table]])
    store.close()


def _like(row: dict[str, Any], sub: str, new_sub: str, name: str, new_name: str) -> dict[str, Any]:
    """Return a user's row as another user's: all texts with the other's sub and name in them."""
    return {
        column: value.replace(sub, new_sub).replace(name, new_name) if isinstance(value, str) else value
        for column, value in row.items()
    }


def _sign_in(made: demo.World, client_id: str, provider: str, username: str) -> Signed:
    parameters = {"USERNAME": username, "PASSWORD": PASSWORD}
    idp, identity = made.client("cognito-idp"), made.client("cognito-identity")
    answer = idp.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    tokens = answer["AuthenticationResult"]
    logins = {provider: tokens["IdToken"]}
    identity_id = identity.get_id(IdentityPoolId=made.identity_pool_id, Logins=logins)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=identity_id, Logins=logins)["Credentials"]
    credentials = {name: keys[name] for name in ("AccessKeyId", "SecretKey", "SessionToken")}
    return Signed(tokens["AccessToken"], tokens["RefreshToken"], logins, identity_id, credentials)


def _synchronize(servers: Servers, pool_id: str, sessions: list[Signed], size: int, console: Console) -> None:
    """Let people synchronize, and add identities straight to the database until `size` have a dataset of one record."""
    allowed = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam = demo.administrator(servers, "iam", servers.root)
    iam.put_role_policy(RoleName="person", PolicyName="sync", PolicyDocument=document)
    store = Store.open(servers.database)
    everybody = [(person.identity_id, RECORDS) for person in sessions]
    fillers = [(f"us-east-1:00000000-0000-4000-8000-{number:012}", 1) for number in range(size - len(sessions))]
    known, everybody = {owner for owner, _ in everybody}, everybody + fillers
    batches = range(0, len(everybody), BATCH)
    for start in track(batches, "Filling datasets", console=console, disable=not sys.stdout.isatty()):
        batch = everybody[start : start + BATCH]
        with store.write() as tx:
            _fill_table(
                tx, schema.identities, [_identity_row(pool_id, owner) for owner, _ in batch if owner not in known]
            )
            _fill_table(tx, schema.datasets, [_dataset_row(pool_id, *item) for item in batch])
            _fill_table(tx, schema.records, [row for item in batch for row in _record_rows(pool_id, *item)])
    store.close()


def _fill_table(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(table.insert(), rows)


def _identity_row(pool_id: str, identity_id: str) -> dict[str, Any]:
    return {"pool_id": pool_id, "identity_id": identity_id, "merged_into": "", "created_at": 0, "modified_at": 0}


def _dataset_row(pool_id: str, identity_id: str, records: int) -> dict[str, Any]:
    sizes = {"sync_count": 1, "forgotten_count": 0, "num_records": records, "data_storage": 107 * records}
    times = {"created_at": 0, "modified_at": 0, "modified_by": identity_id}
    return {"pool_id": pool_id, "identity_id": identity_id, "dataset_name": "notes", **sizes, **times}


def _record_rows(pool_id: str, identity_id: str, records: int) -> list[dict[str, Any]]:
    place = {"pool_id": pool_id, "identity_id": identity_id, "dataset_name": "notes", "value": "v" * 100}
    times = {"sync_count": 1, "modified_at": 0, "modified_by": identity_id, "device_modified_at": 0}
    return [{**place, "record_key": f"key-{number:03}", **times} for number in range(records)]


def _guest_s3(made: demo.World) -> Any:
    identity = made.client("cognito-identity")
    identity_id = identity.get_id(IdentityPoolId=made.identity_pool_id)["IdentityId"]
    return made.client("s3", identity.get_credentials_for_identity(IdentityId=identity_id)["Credentials"])


def _presigned(s3: Any, key: str) -> str:
    url: str = s3.generate_presigned_url("get_object", Params={"Bucket": demo.BUCKET, "Key": key}, ExpiresIn=3600)
    return url


def _keys(access_key_id: str, secret: str) -> dict[str, str]:
    return {"AccessKeyId": access_key_id, "SecretAccessKey": secret}
