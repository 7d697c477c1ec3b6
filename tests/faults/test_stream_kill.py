"""`kill -9` of the server while it streams and publishes in bulk: everything owed is sent after the restart."""

import itertools
import signal
from pathlib import Path
from typing import Any

from tests.fixtures.process import advance_clock, free_port, root_client, serving_process
from tests.fixtures.waiting import until
from tests.sync.conftest import Dataset, document, replace
from tests.sync.outward.kinesis import Kinesis, kinesis

PEOPLE, DATASETS = 8, 5
TAKEN_BEFORE_THE_KILL = 15
STREAM = "changes"
SECRET = "secret-of-the-stream"


def _turn(port: int, pool_id: str, status: str) -> None:
    streams = {"StreamName": STREAM, "RoleArn": "arn:aws:iam::000000000000:role/streams", "StreamingStatus": status}
    root_client(port, "cognito-sync").set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=streams)


def _make_pool(port: int) -> tuple[str, list[str]]:
    """Make a pool and people in it, and the role that streams."""
    identity, iam = root_client(port, "cognito-identity"), root_client(port, "iam")
    made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
    pool_id = str(made["IdentityPoolId"])
    trust = {"Effect": "Allow", "Principal": {"Service": "cognito-sync.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="streams", AssumeRolePolicyDocument=document(trust))
    allowed = {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": "*"}
    iam.put_role_policy(RoleName="streams", PolicyName="put", PolicyDocument=document(allowed))
    return pool_id, [identity.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(PEOPLE)]


def _sent(stream: Kinesis) -> dict[tuple[str, str], list[int]]:
    """Return the counts that came of each dataset, repetitions left out."""
    found: dict[tuple[str, str], dict[int, None]] = {}
    for record in stream.streams[STREAM].records:
        found.setdefault((record["identityId"], record["dataSetName"]), {})[record["syncCount"]] = None
    return {key: list(counts) for key, counts in found.items()}


def test_everything_that_is_owed_is_sent_after_a_kill(database: str, tmp_path: Path) -> None:
    port = free_port()
    with kinesis(lambda *_: SECRET) as stream:
        stream.create(STREAM)
        settings: dict[str, Any] = {"kinesis_endpoint": stream.url, "kinesis_access_key_id": "AKIASTREAM"}
        settings["kinesis_secret_access_key"] = SECRET
        with serving_process(tmp_path, database, port, **settings) as process:
            pool_id, people = _make_pool(port)
            sync = root_client(port, "cognito-sync")
            names = [f"set{number}" for number in range(DATASETS)]
            owned = [Dataset(sync, pool_id, person, name) for person, name in itertools.product(people, names)]
            for dataset in owned:
                dataset.update(replace("a", "1"))
            _turn(port, pool_id, "ENABLED")
            stream.streams[STREAM].taken_before_the_kill = TAKEN_BEFORE_THE_KILL
            stream.streams[STREAM].kill = process.kill
            for dataset in owned[:DATASETS]:
                dataset.update(replace("a", "2", 1))
            sync.bulk_publish(IdentityPoolId=pool_id)
            assert process.wait() == -signal.SIGKILL
        stream.streams[STREAM].kill = None
        assert len(_sent(stream)) < len(owned)
        with serving_process(tmp_path, database, port, **settings):
            told = root_client(port, "cognito-sync").get_bulk_publish_details(IdentityPoolId=pool_id)
            assert told["BulkPublishStatus"] in {"IN_PROGRESS", "SUCCEEDED"}
            advance_clock(port, 60)  # what the killed process was about to send is held for it no longer
            until(lambda: _status(port, pool_id) == "SUCCEEDED")
        sent = _sent(stream)
        assert sent.keys() == {(dataset.identity_id, dataset.name) for dataset in owned}
        # Each change of the first person's was acknowledged; each came, and the counts of a dataset never go back.
        for dataset in owned[:DATASETS]:
            counts = sent[dataset.identity_id, dataset.name]
            assert counts == sorted(counts)
            assert counts[-1] == 2
        assert not stream.complaints


def _status(port: int, pool_id: str) -> str:
    return str(root_client(port, "cognito-sync").get_bulk_publish_details(IdentityPoolId=pool_id)["BulkPublishStatus"])
