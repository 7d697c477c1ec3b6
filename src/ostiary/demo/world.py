"""What an administrator sets up before anybody signs in: pools, roles, buckets and a second account."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import GOOGLE_CLIENT_ID, Servers

REGION = "us-east-1"
ACCOUNT = "111111111111"
BUCKET = "photos"
PARTNER_BUCKET = "partner-archive"
Document = Mapping[str, Any]


@dataclass(slots=True)
class World:
    """The servers and the names of everything made in them; steps add what later steps need."""

    servers: Servers
    pool_id: str
    client_id: str
    identity_pool_id: str
    partner_account: str
    partner_keys: tuple[str, str]
    guest_identity_id: str = ""
    identity_id: str = ""
    user_logins: dict[str, str] | None = None
    service: Mapping[str, Any] | None = None

    def client(self, service: str, credentials: Mapping[str, Any] | None = None) -> Any:
        """Return a boto3 client of `service`: with temporary credentials as STS answers them, or unsigned."""
        return client(self.servers.ostiary, service, credentials)

    def google_token(self, subject: str, email: str) -> str:
        """Return an ID token of the provider that stands in for Google."""
        query = urlencode({"sub": subject, "email": email, "client_id": GOOGLE_CLIENT_ID})
        token: str = fetched(f"{self.servers.provider}/sign-in?{query}")["id_token"]
        return token

    def code_sent_to(self, recipient: str) -> str:
        """Return the newest code in the development outbox for `recipient`."""
        query = urlencode({"to": recipient})
        code: str = fetched(f"{self.servers.ostiary}/_ostiary/outbox?{query}")["messages"][0]["code"]
        return code

    def move_clock(self, **change: float) -> None:
        """Move the server's clock: `advance=seconds`, or nothing to give it the real time back."""
        fetched(f"{self.servers.ostiary}/_ostiary/clock", change)


def build_world(servers: Servers, narrator: Narrator) -> World:
    """Create everything as administrators of the two accounts."""
    root = servers.root
    partner_account, partner_keys = _create_partner_account(servers)
    pool_id, client_id = _create_user_pool(servers, root)
    identity_pool_id = _create_identity_pool(servers, root, pool_id, client_id)
    _create_roles(servers, root, identity_pool_id, partner_account)
    _create_partner_roles(servers, partner_keys)
    _create_buckets(servers, root, partner_keys)
    narrator.note(
        f"The administrator of account {ACCOUNT} made user pool {pool_id}, identity pool {identity_pool_id}\n"
        f"and bucket {BUCKET}; that of account {partner_account} made bucket {PARTNER_BUCKET} and a role for visitors."
    )
    return World(servers, pool_id, client_id, identity_pool_id, partner_account, partner_keys)


def _create_partner_account(servers: Servers) -> tuple[str, tuple[str, str]]:
    command = [sys.executable, "-m", "ostiary", "account", "create", "partner", "--json"]
    output = subprocess.run(  # noqa: S603
        [*command, "--data-dir", str(servers.data_dir), "--database", servers.database],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    made = json.loads(output)
    return made["AccountId"], (made["AccessKeyId"], made["SecretAccessKey"])


def _create_user_pool(servers: Servers, root: tuple[str, str]) -> tuple[str, str]:
    idp = administrator(servers, "cognito-idp", root)
    pool = idp.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = idp.create_user_pool_client(UserPoolId=pool["Id"], ClientName="app", ExplicitAuthFlows=flows)
    return pool["Id"], app["UserPoolClient"]["ClientId"]


def _create_identity_pool(servers: Servers, root: tuple[str, str], pool_id: str, client_id: str) -> str:
    identity = administrator(servers, "cognito-identity", root)
    pool = identity.create_identity_pool(
        IdentityPoolName="everybody",
        AllowUnauthenticatedIdentities=True,
        SupportedLoginProviders={"accounts.google.com": GOOGLE_CLIENT_ID},
        CognitoIdentityProviders=[{"ProviderName": user_pool_provider(pool_id), "ClientId": client_id}],
    )
    roles = {
        "authenticated": f"arn:aws:iam::{ACCOUNT}:role/person",
        "unauthenticated": f"arn:aws:iam::{ACCOUNT}:role/guest",
    }
    identity.set_identity_pool_roles(IdentityPoolId=pool["IdentityPoolId"], Roles=roles)
    identity_pool_id: str = pool["IdentityPoolId"]
    return identity_pool_id


def user_pool_provider(pool_id: str) -> str:
    """Return the name of a user pool in `Logins`."""
    return f"cognito-idp.{REGION}.amazonaws.com/{pool_id}"


def _create_roles(servers: Servers, root: tuple[str, str], identity_pool_id: str, partner_account: str) -> None:
    iam = administrator(servers, "iam", root)
    objects = f"arn:aws:s3:::{BUCKET}"
    public = _allow("s3:GetObject", f"{objects}/public/*")
    own = _allow(["s3:GetObject", "s3:PutObject"], f"{objects}/private/${{cognito-identity.amazonaws.com:sub}}/*")
    data = "arn:aws:cognito-sync:*:*:identitypool/${cognito-identity.amazonaws.com:aud}/identity"
    synchronize = _allow("cognito-sync:*", f"{data}/${{cognito-identity.amazonaws.com:sub}}*")
    guest, person = (_identity_pool_trust(identity_pool_id, amr) for amr in ("unauthenticated", "authenticated"))
    visit = _allow("sts:AssumeRole", f"arn:aws:iam::{partner_account}:role/*")
    google = {"StringEquals": {"accounts.google.com:aud": GOOGLE_CLIENT_ID}}
    service = _trust({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity", google)
    for name, trust, statements in (
        ("guest", guest, [public]),
        ("person", person, [public, own, synchronize]),
        ("service", service, [visit]),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="access", PolicyDocument=_policy(*statements))


def _create_partner_roles(servers: Servers, partner_keys: tuple[str, str]) -> None:
    iam = administrator(servers, "iam", partner_keys)
    visitor = _trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/service"}, "sts:AssumeRole")
    stranger = _trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/person"}, "sts:AssumeRole")
    archive = _policy(_allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{PARTNER_BUCKET}/*"))
    for name, trust in (("visitor", visitor), ("not-for-services", stranger)):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="archive", PolicyDocument=archive)


def _create_buckets(servers: Servers, root: tuple[str, str], partner_keys: tuple[str, str]) -> None:
    administrator(servers, "s3", partner_keys).create_bucket(Bucket=PARTNER_BUCKET)
    s3 = administrator(servers, "s3", root)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="public/welcome.txt", Body=b"Welcome, whoever you are.")


def _identity_pool_trust(identity_pool_id: str, amr: str) -> Document:
    conditions = {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool_id},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
    }
    return _trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", conditions)


def _trust(principal: Document, action: str, conditions: Document | None = None) -> Document:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": conditions} if conditions else {})]}


def _allow(actions: str | list[str], resource: str) -> Document:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _policy(*statements: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def administrator(servers: Servers, service: str, keys: tuple[str, str]) -> Any:
    """Return a boto3 client of `service` that signs with an access key (id, secret)."""
    return client(servers.ostiary, service, {"AccessKeyId": keys[0], "SecretAccessKey": keys[1]})


def client(endpoint: str, service: str, credentials: Mapping[str, Any] | None) -> Any:
    """Return a boto3 client of `service` at `endpoint`: with credentials as STS answers them, or unsigned."""
    signature = ("s3v4" if service == "s3" else "v4") if credentials else UNSIGNED
    config = Config(signature_version=signature, s3={"addressing_style": "path"})
    keys = credentials or {}
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        config=config,
        aws_access_key_id=keys.get("AccessKeyId"),
        aws_secret_access_key=keys.get("SecretKey") or keys.get("SecretAccessKey"),
        aws_session_token=keys.get("SessionToken"),
    )


def fetched(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """Return the JSON at an address; with a body it is posted there."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    with urlopen(Request(url, data=data, headers=headers)) as answer:  # noqa: S310
        return json.load(answer)
