"""Whatever is sent about a dataset, the answer is a success or an error of the operation, and nothing is half done."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ostiary.iam.accounts import RootKey
from tests.sync.conftest import Dataset, IdentityPool, replace

ALLOWED = {
    "InvalidParameterException",
    "LimitExceededException",
    "NotAuthorizedException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "SerializationException",
}
PATCH = {"Op": "replace", "Key": "a", "Value": "new", "SyncCount": 1, "DeviceLastModifiedDate": 1424801824.343}
_texts = st.text(max_size=20) | st.sampled_from(["\0", "\ud800", "x" * 1025, "NaN", "null", "-1", "9" * 19, "9" * 30])
_numbers = st.sampled_from([0, -1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**400]) | st.integers() | st.floats()
_scalars = st.none() | st.booleans() | _numbers | _texts
JSON = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3))


@dataclass(frozen=True)
class Wire:
    """Sends signed requests as they are, past any SDK."""

    http: httpx.Client
    key: RootKey
    path: str

    def send(
        self, method: str, below: str = "", query: dict[str, str] | None = None, body: Any = None
    ) -> httpx.Response:
        """Send a request below the dataset's path and check that its answer is one of the operation's."""
        content = b"" if body is None else json.dumps(body).encode()
        # httpx writes a space as "+", which botocore signs as a plus; SDKs write it as "%20".
        url = httpx.URL(f"{self.http.base_url}{self.path}{below}?{urlencode(query or {}, quote_via=quote)}".rstrip("?"))
        request = AWSRequest(method, str(url), data=content, headers={"Content-Type": "application/x-amz-json-1.1"})
        credentials = Credentials(self.key.access_key_id, self.key.secret_access_key)
        SigV4Auth(credentials, "cognito-sync", "us-east-1").add_auth(request)
        answer = self.http.request(method, url, content=content, headers=dict(request.headers))
        if answer.status_code != 200:
            assert answer.json()["__type"] in ALLOWED, answer.text
        return answer


@pytest.fixture
def notes(pool: IdentityPool) -> Dataset:
    """A dataset with one record."""
    dataset = pool.as_root(pool.guest())
    dataset.update(replace("a", "1"))
    return dataset


@pytest.fixture
def wire(http: httpx.Client, root: RootKey, notes: Dataset) -> Wire:
    """Send requests about the dataset `notes`."""
    place = [part.replace(":", "%3A") for part in (notes.pool_id, notes.identity_id)]
    return Wire(http, root, f"/identitypools/{place[0]}/identities/{place[1]}/datasets/notes")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*PATCH, "Other"]), JSON)
def test_a_patch_with_anything_in_it_is_done_or_refused(notes: Dataset, wire: Wire, member: str, value: Any) -> None:
    known = notes.listed()
    (count,) = [record["SyncCount"] for record in known["Records"] if record["Key"] == "a"] or [0]
    second = {"Op": "replace", "Key": "second", "Value": "", "SyncCount": -1}
    patch = {**PATCH, "SyncCount": count, member: value}
    body = {"RecordPatches": [patch, second], "SyncSessionToken": known["SyncSessionToken"]}
    assert wire.send("POST", "", body=body).status_code != 200
    assert notes.listed()["Records"] == known["Records"]
    wire.send("POST", "", body={**body, "RecordPatches": [patch]})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["RecordPatches", "SyncSessionToken", "DeviceId", "Other"]), JSON)
def test_an_update_with_anything_in_it_is_done_or_refused(notes: Dataset, wire: Wire, member: str, value: Any) -> None:
    token = notes.listed()["SyncSessionToken"]
    wire.send("POST", "", body={"RecordPatches": [], "SyncSessionToken": token, member: value})
    assert notes.values() == {"a": "1"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["lastSyncCount", "maxResults", "nextToken", "syncSessionToken"]), _texts)
@example("nextToken", " ")
def test_a_listing_with_anything_in_it_is_done_or_refused(wire: Wire, name: str, value: str) -> None:
    wire.send("GET", "/records", query={name: value.encode("utf-8", "replace").decode()})
