"""Whose a bucket is, who else may reach it, and what a person's own prefix keeps apart."""

import json
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from ostiary.gateway import buckets
from tests.fixtures.spoiled_policies import TAKEN, answer, spoiled
from tests.gateway.conftest import FIRST_ACCOUNT, Gateway, Keys, allow, code


def refused(call: Any, **kwargs: Any) -> str:
    """Return the code of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    return str(caught.value.response["Error"]["Code"])


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def opened(gateway: Gateway, principal: Any, actions: str | list[str], *, effect: str = "Allow") -> str:
    """Return a bucket policy for all of the gateway's bucket."""
    arn = f"arn:aws:s3:::{gateway.bucket}"
    return policy({"Effect": effect, "Principal": principal, "Action": actions, "Resource": [arn, f"{arn}/*"]})


def test_a_bucket_is_the_account_s_that_made_it(gateway: Gateway) -> None:
    other = gateway.s3(gateway.other_account())
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"x")

    assert refused(other.get_object, Bucket=gateway.bucket, Key="k") == "AccessDenied"
    assert refused(other.list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"
    assert refused(other.delete_bucket, Bucket=gateway.bucket) == "AccessDenied"
    assert refused(other.create_bucket, Bucket=gateway.bucket) == "BucketAlreadyExists"
    assert refused(other.get_bucket_policy, Bucket=gateway.bucket) == "AccessDenied"


def test_an_account_lists_its_own_buckets_only(gateway: Gateway) -> None:
    other = gateway.s3(gateway.other_account())
    for name in ("a", "b"):
        gateway.s3().create_bucket(Bucket=f"{gateway.bucket}-{name}")
    own = [gateway.bucket, f"{gateway.bucket}-a", f"{gateway.bucket}-b"]

    listed = gateway.s3().list_buckets()

    assert [bucket["Name"] for bucket in listed["Buckets"]] == own
    assert listed["Owner"]["ID"] == gateway.root.account_id
    assert other.list_buckets()["Buckets"] == []
    paged = gateway.s3().get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
    assert [bucket["Name"] for page in paged for bucket in page["Buckets"]] == own
    assert len(gateway.s3().list_buckets(Prefix=f"{gateway.bucket}-")["Buckets"]) == 2


def test_a_bucket_that_is_made_again_is_there_already(gateway: Gateway) -> None:
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"x")

    gateway.s3().create_bucket(Bucket=gateway.bucket)

    assert gateway.behind.keys(gateway.bucket) == {"k"}


def test_a_bucket_that_is_gone_may_be_made_by_another(gateway: Gateway) -> None:
    other = gateway.s3(gateway.other_account())
    gateway.s3().put_bucket_policy(Bucket=gateway.bucket, Policy=opened(gateway, "*", "s3:*"))

    gateway.s3().delete_bucket(Bucket=gateway.bucket)
    other.create_bucket(Bucket=gateway.bucket)

    assert refused(gateway.s3().list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"
    assert refused(gateway.anybody().list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"


def test_a_bucket_that_is_not_empty_stays_the_account_s(gateway: Gateway) -> None:
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"x")

    assert refused(gateway.s3().delete_bucket, Bucket=gateway.bucket) == "BucketNotEmpty"
    assert refused(gateway.s3(gateway.other_account()).create_bucket, Bucket=gateway.bucket) == "BucketAlreadyExists"


def test_a_bucket_that_was_there_before_is_the_first_account_s(gateway: Gateway) -> None:
    """Nobody takes what lies behind the gateway by making a bucket of its name."""
    name = f"{gateway.bucket}-before"
    behind = gateway.s3(
        Keys(gateway.behind.access_key_id, gateway.behind.secret_access_key), endpoint_url=gateway.behind.url
    )
    behind.create_bucket(Bucket=name)
    behind.put_object(Bucket=name, Key="k", Body=b"old")

    assert refused(gateway.s3().create_bucket, Bucket=name) == "BucketAlreadyExists"
    assert refused(gateway.s3().get_object, Bucket=name, Key="k") == "AccessDenied"
    assert name not in [bucket["Name"] for bucket in gateway.s3().list_buckets()["Buckets"]]
    assert refused(gateway.s3().list_objects_v2, Bucket=name, ExpectedBucketOwner=FIRST_ACCOUNT) == "AccessDenied"


@pytest.mark.parametrize("name", ["Upper", "a", "under_score", "dot..dot", "-dash", "x" * 64])
def test_a_name_that_no_bucket_has_is_refused(streams: Gateway, name: str) -> None:
    response = streams.request("PUT", f"/{name}")

    assert (response.status_code, code(response)) == (400, "InvalidBucketName")


def test_the_region_that_is_told_is_the_one_to_sign_for(streams: Gateway) -> None:
    assert streams.s3().get_bucket_location(Bucket=streams.bucket)["LocationConstraint"] is None


def test_a_bucket_policy_is_kept_and_removed(gateway: Gateway) -> None:
    s3, text = gateway.s3(), opened(gateway, "*", "s3:GetObject")
    assert refused(s3.get_bucket_policy, Bucket=gateway.bucket) == "NoSuchBucketPolicy"

    s3.put_bucket_policy(Bucket=gateway.bucket, Policy=text)
    assert json.loads(s3.get_bucket_policy(Bucket=gateway.bucket)["Policy"]) == json.loads(text)

    s3.delete_bucket_policy(Bucket=gateway.bucket)
    assert refused(s3.get_bucket_policy, Bucket=gateway.bucket) == "NoSuchBucketPolicy"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        policy(allow("s3:*", "*")),
        policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::another"}),
        policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}),
        policy({"Effect": "Perhaps", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::{bucket}"}),
    ],
)
def test_a_malformed_policy_is_refused(streams: Gateway, text: str) -> None:
    document = text.replace("{bucket}", streams.bucket)

    assert refused(streams.s3().put_bucket_policy, Bucket=streams.bucket, Policy=document) == "MalformedPolicy"
    assert refused(streams.s3().get_bucket_policy, Bucket=streams.bucket) == "NoSuchBucketPolicy"


def test_a_policy_of_any_shape_is_taken_or_changes_nothing(streams: Gateway) -> None:
    s3, arn = streams.s3(), f"arn:aws:s3:::{streams.bucket}"
    statement = {"Sid": "one", "Effect": "Allow", "Principal": {"AWS": ["111111111111"]}, "Action": ["s3:GetObject"]}
    good = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": [f"{arn}/*"], "Condition": {}}]}
    s3.put_bucket_policy(Bucket=streams.bucket, Policy=json.dumps(good))
    kept: Any = good
    for text in spoiled(good, 4, 150):
        found = answer(s3.put_bucket_policy, Bucket=streams.bucket, Policy=text)
        assert found in {(204, TAKEN), (400, "MalformedPolicy")}, text
        kept = json.loads(text) if found[1] == TAKEN else kept
        assert json.loads(s3.get_bucket_policy(Bucket=streams.bucket)["Policy"]) == kept, text


def test_a_policy_for_no_bucket_is_refused(streams: Gateway) -> None:
    """Else the name would be taken before the bucket is there."""
    s3, name = streams.s3(), f"{streams.bucket}-none"

    assert refused(s3.put_bucket_policy, Bucket=name, Policy=policy()) == "AccessDenied"
    first = buckets.bucket_of(_context(streams), name)
    assert (first.account_id, first.policy) == (FIRST_ACCOUNT, "")


def test_a_policy_lets_everybody_in(gateway: Gateway) -> None:
    s3 = gateway.s3()
    s3.put_object(Bucket=gateway.bucket, Key="k", Body=b"open")

    s3.put_bucket_policy(Bucket=gateway.bucket, Policy=opened(gateway, "*", ["s3:GetObject", "s3:ListBucket"]))

    anybody = gateway.anybody()
    assert anybody.get_object(Bucket=gateway.bucket, Key="k")["Body"].read() == b"open"
    assert [item["Key"] for item in anybody.list_objects_v2(Bucket=gateway.bucket)["Contents"]] == ["k"]
    assert refused(anybody.put_object, Bucket=gateway.bucket, Key="k", Body=b"x") == "AccessDenied"
    plain = f"{gateway.server.url}/{gateway.bucket}/k"
    assert httpx.get(plain).content == b"open"
    assert code(httpx.get(f"{plain}?response-content-type=text/html")) == "InvalidRequest"


def test_a_policy_lets_another_account_in_as_far_as_that_account_lets_its_users(gateway: Gateway) -> None:
    """Across accounts both sides must allow."""
    other = gateway.other_account()
    account = gateway.client("sts", other).get_caller_identity()["Account"]
    iam = gateway.client("iam", other)
    iam.create_user(UserName="u")
    made = iam.create_access_key(UserName="u")["AccessKey"]
    user = gateway.s3(Keys(made["AccessKeyId"], made["SecretAccessKey"]))
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"shared")
    shared = opened(gateway, {"AWS": f"arn:aws:iam::{account}:root"}, "s3:GetObject")

    gateway.s3().put_bucket_policy(Bucket=gateway.bucket, Policy=shared)

    assert gateway.s3(other).get_object(Bucket=gateway.bucket, Key="k")["Body"].read() == b"shared"
    assert refused(user.get_object, Bucket=gateway.bucket, Key="k") == "AccessDenied"
    arn = f"arn:aws:s3:::{gateway.bucket}/*"
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy(allow("s3:GetObject", arn)))
    assert user.get_object(Bucket=gateway.bucket, Key="k")["Body"].read() == b"shared"
    assert refused(gateway.s3(other).put_bucket_policy, Bucket=gateway.bucket, Policy=shared) == "AccessDenied"


def test_a_policy_of_another_account_s_making_is_never_taken(gateway: Gateway) -> None:
    other = gateway.other_account()
    account = gateway.client("sts", other).get_caller_identity()["Account"]
    everything = opened(gateway, {"AWS": account}, "s3:*")
    gateway.s3().put_bucket_policy(Bucket=gateway.bucket, Policy=everything)

    assert refused(gateway.s3(other).put_bucket_policy, Bucket=gateway.bucket, Policy=everything) == "MethodNotAllowed"
    assert refused(gateway.s3(other).delete_bucket_policy, Bucket=gateway.bucket) == "MethodNotAllowed"


def test_a_root_that_shut_itself_out_may_mend_the_policy(gateway: Gateway) -> None:
    s3 = gateway.s3()
    s3.put_bucket_policy(Bucket=gateway.bucket, Policy=opened(gateway, "*", "s3:*", effect="Deny"))
    assert refused(s3.list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"

    s3.delete_bucket_policy(Bucket=gateway.bucket)

    assert "Contents" not in s3.list_objects_v2(Bucket=gateway.bucket)


def test_a_policy_decides_on_prefix_address_and_transport(gateway: Gateway) -> None:
    arn = f"arn:aws:s3:::{gateway.bucket}"
    user = gateway.s3(gateway.user(allow("s3:ListBucket", arn, StringLike={"s3:prefix": ["mine/*", "mine"]})))
    tls = gateway.s3(gateway.user(allow("s3:ListBucket", arn, Bool={"aws:SecureTransport": "true"})))
    here = gateway.s3(gateway.user(allow("s3:ListBucket", arn, IpAddress={"aws:SourceIp": "127.0.0.0/8"})))

    user.list_objects_v2(Bucket=gateway.bucket, Prefix="mine/")
    here.list_objects(Bucket=gateway.bucket)
    for prefix in ("theirs/", "", "min"):
        assert refused(user.list_objects_v2, Bucket=gateway.bucket, Prefix=prefix) == "AccessDenied"
    assert refused(user.list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"
    assert refused(tls.list_objects_v2, Bucket=gateway.bucket) == "AccessDenied"


def test_a_policy_may_limit_how_old_a_presigned_address_is(gateway: Gateway) -> None:
    arn = f"arn:aws:s3:::{gateway.bucket}"
    aged = allow("s3:ListBucket", arn, NumericLessThan={"s3:signatureAge": "1000000"})
    user = gateway.user(aged, allow("s3:GetObject", f"{arn}/*", StringEquals={"s3:authType": "REST-HEADER"}))
    gateway.s3().put_object(Bucket=gateway.bucket, Key="k", Body=b"x")

    assert httpx.get(gateway.presigned("GET", f"/{gateway.bucket}?list-type=2", keys=user)).status_code == 200
    assert httpx.get(gateway.presigned("GET", f"/{gateway.bucket}/k", keys=user)).status_code == 403
    assert gateway.request("GET", f"/{gateway.bucket}/k", keys=user).status_code == 200


def test_a_person_reaches_the_own_prefix_and_nobody_else_s(gateway: Gateway) -> None:
    """STS-13, STS-11."""
    arn, guests = f"arn:aws:s3:::{gateway.bucket}", _guests(gateway)
    (first, first_id), (_, second_id) = guests
    first.put_object(Bucket=gateway.bucket, Key=f"private/{first_id}/diary.txt", Body=b"mine")

    assert first.get_object(Bucket=gateway.bucket, Key=f"private/{first_id}/diary.txt")["Body"].read() == b"mine"
    for key in (
        f"private/{second_id}/diary.txt",
        f"private/{first_id}-more/diary.txt",
        f"private/{first_id}",
        "private/*/diary.txt",
        "private/${cognito-identity.amazonaws.com:sub}/diary.txt",
    ):
        assert refused(first.put_object, Bucket=gateway.bucket, Key=key, Body=b"x") == "AccessDenied", key
        source = {"Bucket": gateway.bucket, "Key": key}
        mine = f"private/{first_id}/copy"
        assert refused(first.copy_object, Bucket=gateway.bucket, Key=mine, CopySource=source) == "AccessDenied", arn


def _guests(gateway: Gateway) -> list[tuple[Any, str]]:
    """Return an S3 client and the identity of two guests, each with a prefix of its own."""
    identity, iam = gateway.client("cognito-identity"), gateway.client("iam")
    pool = identity.create_identity_pool(IdentityPoolName="people", AllowUnauthenticatedIdentities=True)
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": pool["IdentityPoolId"]}},
    }
    role = iam.create_role(RoleName="guest", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    own = f"arn:aws:s3:::{gateway.bucket}/private/${{cognito-identity.amazonaws.com:sub}}/*"
    iam.put_role_policy(
        RoleName="guest", PolicyName="own", PolicyDocument=policy(allow(["s3:GetObject", "s3:PutObject"], own))
    )
    identity.set_identity_pool_roles(IdentityPoolId=pool["IdentityPoolId"], Roles={"unauthenticated": role})
    anybody = gateway.server.client("cognito-identity")
    guests = []
    for _ in range(2):
        identity_id = anybody.get_id(IdentityPoolId=pool["IdentityPoolId"])["IdentityId"]
        made = anybody.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
        keys = Keys(made["AccessKeyId"], made["SecretKey"], made["SessionToken"])
        guests.append((gateway.s3(keys), identity_id))
    return guests


def _context(gateway: Gateway) -> Any:

    return gateway.server.services.anonymous()
