"""The registry, the table of what is there, and the report of what a test run lacked."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from ostiary.aws import endpoint, operations
from ostiary.aws.operations import Implementation
from tests.fixtures import required


def implemented(resource: Any) -> Implementation:
    return Implementation("cognito-idp", lambda _ctx, _req: None, resource, authorized_by_handler=False)


CTX = SimpleNamespace(region="eu-west-1", account="111111111111")


def test_the_table_has_every_operation_of_every_model_once() -> None:
    rows = operations.table()
    assert len(rows) == len({row[:2] for row in rows})
    assert Counter(row[0] for row in rows) == {
        "cognito-idp": 153,
        "cognito-identity": 23,
        "cognito-sync": 17,
        "sts": 12,
        "iam": 181,
        "sns": 42,
    }


def test_the_table_names_the_module_of_what_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "OPERATIONS", {})

    @operations.operation("cognito-idp")
    def get_csv_header(_ctx: Any, _req: Any) -> dict[str, Any]:
        return {}

    found = [row for row in operations.table() if row[2]]
    assert found == [("cognito-idp", "GetCSVHeader", get_csv_header.__module__)]
    with pytest.raises(ValueError, match="registered twice"):
        operations.operation("cognito-idp")(get_csv_header)


@pytest.mark.parametrize(
    ("resource", "arn"),
    [
        ("*", "*"),
        ("arn:aws:x:{region}:{account}:userpool/{UserPoolId}", "arn:aws:x:eu-west-1:111111111111:userpool/a_b"),
        ("arn:aws:x:{region}:{account}:role/{RoleName}", "arn:aws:x:eu-west-1:111111111111:role/*"),
        (lambda ctx, req: f"{ctx.region}/{req['UserPoolId']}", "eu-west-1/a_b"),
    ],
)
def test_the_resource_that_iam_decides_on_comes_of_context_and_request(resource: Any, arn: str) -> None:
    assert endpoint.resource_of(implemented(resource), CTX, {"UserPoolId": "a_b"}) == arn


def test_braces_in_a_member_are_only_text() -> None:
    found = endpoint.resource_of(implemented("{account}/{Name}"), CTX, {"Name": "{region}{0.__class__}"})
    assert found == "111111111111/{region}{0.__class__}"


def test_what_is_missing_is_reported_and_fails_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OSTIARY_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NOT RUN HERE: no moon"):
        required.not_run("no moon")
    monkeypatch.setenv("OSTIARY_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="NOT RUN, and OSTIARY_REQUIRE_ALL=1 asks for everything: no moon"):
        required.not_run("no moon")
    with pytest.raises(pytest.fail.Exception):
        required.corpus("of-nothing")
