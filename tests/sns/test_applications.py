"""Apps of push services and apps on devices, through boto3 (behaviour/sns.md 2, 3)."""

import re
from typing import Any

import pytest

from ostiary.store import removals, schema
from ostiary.store.sns import platform_applications, platform_endpoints
from tests.fixtures.bulk import fill
from tests.fixtures.server import Server
from tests.sns.conftest import GCM, refused

CHARACTERS = "'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"


def test_an_app_is_created_described_changed_listed_and_deleted(sns: Any, root: Any) -> None:
    arn = sns.create_platform_application(Name="a.b-c_1", Platform="GCM", Attributes=GCM)["PlatformApplicationArn"]
    assert arn == f"arn:aws:sns:us-east-1:{root.account_id}:app/GCM/a.b-c_1"
    described = sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert described == {"Enabled": "true"}
    changes = {"SuccessFeedbackSampleRate": "50", "Enabled": "False", "PlatformCredential": "another"}
    sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes=changes)
    shown = {"Enabled": "false", "SuccessFeedbackSampleRate": "50"}
    listed = sns.list_platform_applications()["PlatformApplications"]
    assert listed == [{"PlatformApplicationArn": arn, "Attributes": shown}]
    sns.delete_platform_application(PlatformApplicationArn=arn)
    sns.delete_platform_application(PlatformApplicationArn=arn)
    get = sns.get_platform_application_attributes
    assert refused(get, PlatformApplicationArn=arn) == ("NotFound", "PlatformApplication does not exist")


def test_credentials_are_sealed_and_never_shown(sns: Any, server: Server, application: str) -> None:
    """The credential of a push service opens every device of the app."""
    with server.services.store.read() as tx:
        rows = tx.all(schema.platform_applications.select())
    row = next(row for row in rows if row.arn == application)
    assert b"a-key" not in bytes(row.sealed)
    assert "a-key" not in str(sns.get_platform_application_attributes(PlatformApplicationArn=application))
    assert "a-key" not in server.written.getvalue()


def test_an_app_is_the_same_with_the_same_attributes_only(sns: Any, application: str) -> None:
    again = sns.create_platform_application(Name="app", Platform="GCM", Attributes=GCM)
    assert again["PlatformApplicationArn"] == application
    other = {"PlatformCredential": "another"}
    code, message = refused(sns.create_platform_application, Name="app", Platform="GCM", Attributes=other)
    assert code == "InvalidParameter"
    assert "already exists with the same name, but different attributes" in message


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"Attributes": {"PlatformPrincipal": "x"}, "Platform": "APNS"},
            "Invalid parameter: Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential",
        ),
        (
            {"Attributes": {"PlatformCredential": "x"}, "Platform": "APNS"},
            "Invalid parameter: Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal",
        ),
        ({"Name": "x" * 257}, f"Invalid parameter: {'x' * 257} Reason: must be at most 256 characters long"),
        ({"Name": ""}, "Invalid parameter:  Reason: cannot be empty"),
        (
            {"Name": "@name"},
            f"Invalid parameter: @name Reason: must contain only characters {CHARACTERS}",
        ),
        ({"Platform": "AAA"}, "Invalid parameter: Platform Reason: AAA is not supported"),
        ({"Attributes": {"Odd": "x", **GCM}}, "Invalid parameter: Attributes Reason: Invalid attribute name: Odd"),
    ],
)
def test_an_app_that_cannot_be_is_refused_in_sns_words(sns: Any, request_: dict[str, Any], message: str) -> None:
    given = {"Name": "n", "Platform": "GCM", "Attributes": GCM} | request_
    assert refused(sns.create_platform_application, **given) == ("InvalidParameter", message)
    assert sns.list_platform_applications()["PlatformApplications"] == []


def test_an_arn_that_is_none_is_refused(sns: Any) -> None:
    get = sns.get_platform_application_attributes
    code, message = refused(get, PlatformApplicationArn="x")
    assert code == "InvalidParameter"
    assert message == "Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1"
    code, message = refused(sns.get_endpoint_attributes, EndpointArn="arn:aws:sns:us-east-1:1:endpoint/a")
    assert message == ("Invalid parameter: EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.")


@pytest.mark.parametrize(
    ("service", "name"), [("platform_application", "PlatformApplicationArn"), ("endpoint", "EndpointArn")]
)
def test_an_arn_is_looked_at_before_attributes_that_are_empty(sns: Any, service: str, name: str) -> None:
    change = getattr(sns, f"set_{service}_attributes")
    expected = f"Invalid parameter: {name} Reason: An ARN must have at least 6 elements, not 1"
    assert refused(change, **{name: "x"}, Attributes={}) == ("InvalidParameter", expected)


def test_no_attributes_are_refused(sns: Any, application: str) -> None:
    endpoint = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t")["EndpointArn"]
    missing = (
        "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null"
    )
    for call, named in (
        (sns.create_platform_application, {"Name": "n", "Platform": "GCM"}),
        (sns.set_platform_application_attributes, {"PlatformApplicationArn": application}),
        (sns.set_endpoint_attributes, {"EndpointArn": endpoint}),
    ):
        assert refused(call, **named, Attributes={}) == ("ValidationError", missing)


def test_another_accounts_app_is_not_there(sns: Any, application: str) -> None:
    foreign = re.sub(r":\d{12}:", ":999999999999:", application)
    get = sns.get_platform_application_attributes
    assert refused(get, PlatformApplicationArn=foreign)[0] in {"NotFound", "AuthorizationError"}
    create = sns.create_platform_endpoint
    assert refused(create, PlatformApplicationArn=foreign, Token="t")[0] in {"NotFound", "AuthorizationError"}


def test_an_endpoint_is_created_described_changed_listed_and_deleted(sns: Any, application: str) -> None:
    arn = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t1", CustomUserData="u")[
        "EndpointArn"
    ]
    assert re.fullmatch(re.escape(application.replace(":app/", ":endpoint/")) + r"/[0-9a-f-]{36}", arn)
    described = sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]
    assert described == {"Enabled": "true", "Token": "t1", "CustomUserData": "u"}
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false", "Token": "t2"})
    listed = sns.list_endpoints_by_platform_application(PlatformApplicationArn=application)["Endpoints"]
    assert listed == [{"EndpointArn": arn, "Attributes": {"Enabled": "false", "Token": "t2", "CustomUserData": "u"}}]
    sns.delete_endpoint(EndpointArn=arn)
    sns.delete_endpoint(EndpointArn=arn)
    assert refused(sns.get_endpoint_attributes, EndpointArn=arn) == ("NotFound", "Endpoint does not exist")


def test_a_token_is_one_endpoint(sns: Any, application: str) -> None:
    """SDKs read the ARN out of the text."""
    create = sns.create_platform_endpoint
    arn = create(PlatformApplicationArn=application, Token="t")["EndpointArn"]
    assert create(PlatformApplicationArn=application, Token="t")["EndpointArn"] == arn
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    assert create(PlatformApplicationArn=application, Token="t")["EndpointArn"] == arn
    assert sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]["Enabled"] == "false"
    code, message = refused(create, PlatformApplicationArn=application, Token="t", CustomUserData="other")
    assert code == "InvalidParameter"
    assert message == (
        f"Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, but different attributes."
    )
    second = create(PlatformApplicationArn=application, Token="t2")["EndpointArn"]
    change = sns.set_endpoint_attributes
    assert refused(change, EndpointArn=second, Attributes={"Token": "t"})[0] == "InvalidParameter"


def test_user_data_in_the_attributes_wins(sns: Any, application: str) -> None:
    attributes = {"CustomUserData": "inner"}
    arn = sns.create_platform_endpoint(
        PlatformApplicationArn=application, Token="t", CustomUserData="outer", Attributes=attributes
    )["EndpointArn"]
    assert sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]["CustomUserData"] == "inner"


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"InvalidKey": "x"}, "Invalid attribute name: InvalidKey"),
        (
            {"CustomUserData": "é" * 1025},
            "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding",
        ),
    ],
)
def test_bad_attributes_of_an_endpoint_are_refused(
    sns: Any, application: str, attributes: dict[str, str], reason: str
) -> None:
    given = {"PlatformApplicationArn": application, "Token": "t", "Attributes": attributes}
    message = f"Invalid parameter: Attributes Reason: {reason}"
    assert refused(sns.create_platform_endpoint, **given) == ("InvalidParameter", message)


def test_an_app_takes_its_endpoints_with_it(sns: Any, server: Server, root: Any, application: str) -> None:
    arn = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t")["EndpointArn"]
    sns.delete_platform_application(PlatformApplicationArn=application)
    with server.services.store.read() as tx:
        assert platform_endpoints.find(tx, root.account_id, arn) is None
        assert platform_applications.find(tx, root.account_id, application) is None
    listing = sns.list_endpoints_by_platform_application
    assert refused(listing, PlatformApplicationArn=application) == ("NotFound", "PlatformApplication does not exist")


def test_endpoints_are_listed_by_the_hundred(sns: Any, application: str) -> None:
    made = {
        sns.create_platform_endpoint(PlatformApplicationArn=application, Token=f"t{number}")["EndpointArn"]
        for number in range(101)
    }
    pages = list(
        sns.get_paginator("list_endpoints_by_platform_application").paginate(PlatformApplicationArn=application)
    )
    assert [len(page["Endpoints"]) for page in pages] == [100, 1]
    assert {found["EndpointArn"] for page in pages for found in page["Endpoints"]} == made


def test_an_app_made_again_has_none_of_the_many_endpoints_before(
    sns: Any, server: Server, root: Any, application: str
) -> None:
    base = application.replace(":app/", ":endpoint/")
    rows = {"account_id": root.account_id, "application_arn": application, "arn": f"{base}/ {{n}}", "token_key": "{n}"}
    fill(server.services.store, schema.platform_endpoints, 3 * removals.BITE, **rows)
    arn = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="t")["EndpointArn"]
    sns.delete_platform_application(PlatformApplicationArn=application)
    assert refused(sns.get_endpoint_attributes, EndpointArn=arn) == ("NotFound", "Endpoint does not exist")
    assert refused(sns.publish, TargetArn=arn, Message="m")[0] == "InvalidParameter"
    sns.create_platform_application(Name="app", Platform="GCM", Attributes=GCM)
    assert sns.list_endpoints_by_platform_application(PlatformApplicationArn=application)["Endpoints"] == []
