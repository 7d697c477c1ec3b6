"""The servers and the people that a run of the benchmark drives."""

import dataclasses
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
from sqlalchemy.dialects.sqlite import insert

from ostiary.demo import world as demo
from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import S3_KEY, Servers, running_servers
from ostiary.store import schema, users
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


@contextmanager
def running_world(folder: Path, size: int, console: Console) -> Iterator[World]:
    """Start the servers, fill the pool with `size` users and sign some of them in."""
    narrator = Narrator()
    with running_servers(folder, narrator, development=False) as servers:
        made = demo.build_world(servers, narrator)
        client_id = _password_client(servers, made)
        usernames = _people(servers, made.pool_id, console)
        _fill(servers, made.pool_id, usernames[0], size - PEOPLE, console)
        with ThreadPoolExecutor(8) as pool:
            sessions = list(pool.map(lambda name: _sign_in(made, client_id, name), usernames))
        _synchronize(servers, made.identity_pool_id, sessions, size, console)
        key, body = "public/1KiB", b"x" * 1024
        demo.administrator(servers, "s3", servers.root).put_object(Bucket=demo.BUCKET, Key=key, Body=body)
        yield World(
            url=servers.ostiary,
            upstream=servers.s3,
            pool_id=made.pool_id,
            client_id=client_id,
            identity_pool_id=made.identity_pool_id,
            usernames=usernames,
            sessions=sessions,
            google_token=made.google_token("bench-service", "bench@example.com"),
            service_role_arn=f"arn:aws:iam::{demo.ACCOUNT}:role/service",
            gateway_url=_presigned(_guest_s3(made), key),
            upstream_url=_presigned(demo.client(servers.s3, "s3", _keys(*S3_KEY)), key),
        )


def _password_client(servers: Servers, made: demo.World) -> str:
    idp = demo.administrator(servers, "cognito-idp", servers.root)
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made_client = idp.create_user_pool_client(UserPoolId=made.pool_id, ClientName="bench", ExplicitAuthFlows=flows)
    client_id: str = made_client["UserPoolClient"]["ClientId"]
    identity = demo.administrator(servers, "cognito-identity", servers.root)
    pool = identity.describe_identity_pool(IdentityPoolId=made.identity_pool_id)
    pool.pop("ResponseMetadata")
    provider = demo.user_pool_provider(made.pool_id)
    pool["CognitoIdentityProviders"] = [{"ProviderName": provider, "ClientId": client_id}]
    identity.update_identity_pool(**pool)
    return client_id


def _people(servers: Servers, pool_id: str, console: Console) -> list[str]:
    idp = demo.administrator(servers, "cognito-idp", servers.root)
    usernames = [f"person-{number}" for number in range(PEOPLE)]
    for name in track(usernames, "Creating users who sign in", console=console, disable=not sys.stdout.isatty()):
        attributes = [{"Name": "email", "Value": f"{name}@example.com"}]
        idp.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes)
        idp.admin_set_user_password(UserPoolId=pool_id, Username=name, Password=PASSWORD, Permanent=True)
    return usernames


def _fill(servers: Servers, pool_id: str, like: str, count: int, console: Console) -> None:
    """Add `count` users straight to the database, each a copy of one who exists but for names."""
    store = Store.open(f"sqlite:///{servers.data_dir}/ostiary.sqlite3")
    with store.read() as tx:
        model = users.find_by_username(tx, pool_id, like)
    starts = range(0, max(count, 0), BATCH)
    for start in track(starts, "Filling the pool", console=console, disable=not sys.stdout.isatty()):
        with store.write() as tx:
            for number in range(start, min(start + BATCH, count)):
                name = f"filler-{number:08}"
                users.create(
                    tx, dataclasses.replace(model, sub=f"00000000-0000-4000-8000-{number:012}", username=name), name
                )
    store.close()


def _sign_in(made: demo.World, client_id: str, username: str) -> Signed:
    parameters = {"USERNAME": username, "PASSWORD": PASSWORD}
    idp, identity = made.client("cognito-idp"), made.client("cognito-identity")
    answer = idp.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    tokens = answer["AuthenticationResult"]
    logins = {demo.user_pool_provider(made.pool_id): tokens["IdToken"]}
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
    store = Store.open(f"sqlite:///{servers.data_dir}/ostiary.sqlite3")
    everybody = [(person.identity_id, RECORDS) for person in sessions]
    everybody += [(f"us-east-1:00000000-0000-4000-8000-{number:012}", 1) for number in range(size - len(sessions))]
    batches = range(0, len(everybody), BATCH)
    for start in track(batches, "Filling datasets", console=console, disable=not sys.stdout.isatty()):
        batch = everybody[start : start + BATCH]
        with store.write() as tx:
            _fill_table(tx, schema.identities, [_identity_row(pool_id, owner) for owner, _ in batch])
            _fill_table(tx, schema.datasets, [_dataset_row(pool_id, *item) for item in batch])
            _fill_table(tx, schema.records, [row for item in batch for row in _record_rows(pool_id, *item)])
    store.close()


def _fill_table(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    tx.execute(insert(table).on_conflict_do_nothing(), rows)


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
