"""Who may do what through the gateway: accounts, users, bucket policies, copies and lists of deletions."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from ostiary.iam.accounts import RootKey
from tests.fixtures.command_line import run_aws
from tests.fixtures.context import REGION
from tests.fixtures.server import Server

Person = Callable[..., Any]


def refusal(action: Callable[..., Any], **named: Any) -> tuple[str, int]:
    """Return the code and the HTTP status of the error that an operation ends with."""
    with pytest.raises(ClientError) as caught:
        action(**named)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def allow(action: str, *resources: str, **more: Any) -> dict[str, Any]:
    """Return a statement."""
    return {"Effect": "Allow", "Action": action, "Resource": [f"arn:aws:s3:::{name}" for name in resources], **more}


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_secret_that_is_wrong(gateway: Server, account: RootKey, bucket: str) -> None:
    wrong = gateway.client("s3", RootKey(account.account_id, account.access_key_id, "x" * 40))
    assert refusal(wrong.get_object, Bucket=bucket, Key="k") == ("SignatureDoesNotMatch", 403)
    unknown = gateway.client("s3", RootKey(account.account_id, "AKIAIOSFODNN7NOBODY0", "x" * 40))
    assert refusal(unknown.get_object, Bucket=bucket, Key="k") == ("InvalidAccessKeyId", 403)


def test_a_user_reaches_what_the_policy_says_and_nothing_else(s3: Any, bucket: str, person: Person) -> None:
    s3.put_object(Bucket=bucket, Key="public/a", Body=b"a")
    reader = person(allow("s3:GetObject", f"{bucket}/public/*"))
    assert reader.get_object(Bucket=bucket, Key="public/a")["Body"].read() == b"a"
    for key in ("private", "publicly", "public%2Fa"):
        assert refusal(reader.get_object, Bucket=bucket, Key=key) == ("AccessDenied", 403)
    assert refusal(reader.put_object, Bucket=bucket, Key="public/a", Body=b"") == ("AccessDenied", 403)
    assert refusal(reader.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)


def test_a_list_of_one_prefix(s3: Any, bucket: str, person: Person) -> None:
    s3.put_object(Bucket=bucket, Key="mine/a", Body=b"")
    mine = {"Condition": {"StringLike": {"s3:prefix": "mine/*"}}}
    reader = person(allow("s3:ListBucket", bucket, **mine))
    assert reader.list_objects_v2(Bucket=bucket, Prefix="mine/")["KeyCount"] == 1
    assert refusal(reader.list_objects_v2, Bucket=bucket, Prefix="theirs/") == ("AccessDenied", 403)
    assert refusal(reader.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)


def test_the_bucket_of_another_account_is_closed(
    gateway: Server, stranger: RootKey, s3: Any, bucket: str, stored: Any
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    other = gateway.client("s3", stranger)
    assert refusal(other.get_object, Bucket=bucket, Key="k") == ("AccessDenied", 403)
    assert refusal(other.put_object, Bucket=bucket, Key="n", Body=b"") == ("AccessDenied", 403)
    assert refusal(other.delete_object, Bucket=bucket, Key="k") == ("AccessDenied", 403)
    assert refusal(other.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)
    assert refusal(other.delete_bucket, Bucket=bucket) == ("AccessDenied", 403)
    assert refusal(other.put_bucket_policy, Bucket=bucket, Policy=policy()) == ("AccessDenied", 403)
    assert stored(bucket) == {"k": b"x"}


def test_accounts_see_only_their_own_buckets(gateway: Server, stranger: RootKey, s3: Any, bucket: str) -> None:
    assert [item["Name"] for item in s3.list_buckets()["Buckets"]] == [bucket]
    assert gateway.client("s3", stranger).list_buckets()["Buckets"] == []


def test_a_name_that_is_taken(gateway: Server, stranger: RootKey, bucket: str) -> None:
    other = gateway.client("s3", stranger)
    assert refusal(other.create_bucket, Bucket=bucket) == ("BucketAlreadyExists", 409)
    assert other.list_buckets()["Buckets"] == []


def test_a_name_that_is_free_again(gateway: Server, stranger: RootKey, s3: Any, bucket: str) -> None:
    s3.delete_bucket(Bucket=bucket)
    other = gateway.client("s3", stranger)
    other.create_bucket(Bucket=bucket)
    assert [item["Name"] for item in other.list_buckets()["Buckets"]] == [bucket]
    assert refusal(s3.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)


def test_a_policy_lets_another_account_in(
    gateway: Server, account: RootKey, stranger: RootKey, s3: Any, bucket: str
) -> None:
    s3.put_object(Bucket=bucket, Key="shared/k", Body=b"x")
    them = {"Principal": {"AWS": f"arn:aws:iam::{stranger.account_id}:root"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"{bucket}/shared/*", **them)))
    other = gateway.client("s3", stranger)
    assert other.get_object(Bucket=bucket, Key="shared/k")["Body"].read() == b"x"
    assert refusal(other.get_object, Bucket=bucket, Key="k") == ("AccessDenied", 403)
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(other.get_object, Bucket=bucket, Key="shared/k") == ("AccessDenied", 403)
    assert refusal(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)


def test_a_policy_lets_everybody_in(gateway: Server, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="public/k", Body=b"x")
    s3.put_object(Bucket=bucket, Key="private", Body=b"x")
    document = policy(allow("s3:GetObject", f"{bucket}/public/*", Principal="*"))
    s3.put_bucket_policy(Bucket=bucket, Policy=document)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(document)
    assert httpx.get(f"{gateway.url}/{bucket}/public/k").content == b"x"
    assert httpx.head(f"{gateway.url}/{bucket}/public/k").headers["content-length"] == "1"
    assert httpx.get(f"{gateway.url}/{bucket}/private").status_code == 403
    assert httpx.put(f"{gateway.url}/{bucket}/public/k", content=b"y").status_code == 403


def test_a_policy_that_is_none(s3: Any, bucket: str) -> None:
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy="{") == ("MalformedPolicy", 400)


def test_a_policy_forbids_what_a_user_may(s3: Any, bucket: str, person: Person) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    reader = person(allow("s3:*", bucket, f"{bucket}/*"))
    assert reader.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    statement = allow("s3:GetObject", f"{bucket}/*", Principal="*") | {"Effect": "Deny"}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement))
    assert refusal(reader.get_object, Bucket=bucket, Key="k") == ("AccessDenied", 403)


def test_a_copy_needs_the_source_too(s3: Any, bucket: str, person: Person, stored: Any) -> None:
    s3.put_object(Bucket=bucket, Key="secret/a b+c", Body=b"s")
    s3.put_object(Bucket=bucket, Key="open/a b+c", Body=b"o")
    writer = person(allow("s3:*", f"{bucket}/open/*"))
    for source in ("secret/a b+c", "open/../secret/a b+c"):
        with pytest.raises(ClientError):
            writer.copy_object(Bucket=bucket, Key="open/copy", CopySource={"Bucket": bucket, "Key": source})
    assert "open/copy" not in stored(bucket)
    writer.copy_object(Bucket=bucket, Key="open/copy", CopySource={"Bucket": bucket, "Key": "open/a b+c"})
    assert stored(bucket)["open/copy"] == b"o"


def test_deletions_are_decided_one_by_one(s3: Any, bucket: str, person: Person, stored: Any) -> None:
    for key in ("mine/a & b", "mine/b", "theirs"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    user = person(allow("s3:DeleteObject", f"{bucket}/mine/*"))
    objects = [{"Key": key} for key in ("mine/a & b", "theirs", "mine/b")]
    answer = user.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert sorted(item["Key"] for item in answer["Deleted"]) == ["mine/a & b", "mine/b"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("theirs", "AccessDenied")]
    assert stored(bucket) == {"theirs": b""}
    answer = user.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "theirs"}], "Quiet": True})
    assert "Deleted" not in answer
    assert len(answer["Errors"]) == 1


def test_the_aws_command_line(gateway: Server, account: RootKey, bucket: str, tmp_path: Path) -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": gateway.url,
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }

    def aws(*words: str) -> str:
        done = run_aws("s3", *words, environment=environment, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (tmp_path / "config").write_text("[default]\ns3 =\n    signature_version = s3v4\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.txt").write_text("a")
    (tmp_path / "in" / "big").write_bytes(os.urandom(9_000_000))
    aws("sync", "in", f"s3://{bucket}/tree")
    assert "tree/big" in aws("ls", "--recursive", f"s3://{bucket}")
    aws("sync", f"s3://{bucket}/tree", "out")
    assert (tmp_path / "out" / "big").read_bytes() == (tmp_path / "in" / "big").read_bytes()
    assert httpx.get(aws("presign", f"s3://{bucket}/tree/a b.txt").strip()).text == "a"
    aws("rm", "--recursive", f"s3://{bucket}/tree")
    assert aws("ls", "--recursive", f"s3://{bucket}") == ""
