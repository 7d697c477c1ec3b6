"""The server behind the gateway: what goes wrong there is told as that server's, never as the client's."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.iam.accounts import create_account
from tests.fixtures.s3_server import S3Server
from tests.fixtures.server import Server


@pytest.fixture
def engine_name() -> str:
    """What is behind the gateway knows no engine."""
    return "sqlite"


CALLS: dict[str, Callable[[Any], object]] = {
    "list buckets": lambda s3: s3.list_buckets(),
    "make a bucket": lambda s3: s3.create_bucket(Bucket="photos"),
    "look for a bucket": lambda s3: s3.head_bucket(Bucket="photos"),
    "list objects": lambda s3: s3.list_objects_v2(Bucket="photos"),
    "put an object": lambda s3: s3.put_object(Bucket="photos", Key="a", Body=b"a" * 100_000),
    "get an object": lambda s3: s3.get_object(Bucket="photos", Key="a"),
    "look for an object": lambda s3: s3.head_object(Bucket="photos", Key="a"),
}


@pytest.mark.parametrize("wrong", ["s3_upstream_access_key_id", "s3_upstream_secret_access_key"])
def test_wrong_keys_of_the_gateway_are_not_the_clients_fault(
    wrong: str, start_server: Callable[..., Server], s3_server: S3Server
) -> None:
    right = {
        "s3_upstream_access_key_id": s3_server.access_key_id,
        "s3_upstream_secret_access_key": s3_server.secret_access_key,
    }
    server = start_server(s3_upstream=s3_server.url, root_account_id="999999999999", **{**right, wrong: "mistyped"})
    s3 = server.client("s3", create_account(server.services, "root", "999999999999"))
    for what, call in CALLS.items():
        with pytest.raises(ClientError) as failed:
            call(s3)
        answer = failed.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503, (what, answer)
        if not what.startswith("look"):  # an answer to HEAD has no body
            assert answer["Error"]["Code"] == "ServiceUnavailable"
            assert "refuses the gateway's own access key" in answer["Error"]["Message"]
    assert "s3_upstream_refuses_our_key" in server.log()
    assert "mistyped" not in server.log()
