"""Malformed policies are refused when they are written, in AWS's words and order (STS-06, STS-12)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.aws.types.iam import MalformedPolicyDocumentException
from ostiary.iam.dates import moment
from ostiary.iam.grammar import Kind, check

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
SHARED = {**STATEMENT, "Principal": "*"}
COGNITO = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:*"}
SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
NOT_NEWEST = "Policy document must be version 2012-10-17 or greater."
NO_ACTIONS = "Policy statement must contain actions."
NO_RESOURCES = "Policy statement must contain resources."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
ONE_COLON = "Actions/Condition can contain only one colon."
QUALIFIED = "Resource vendor must be fully qualified and cannot contain regexes."
PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, '
    "mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."
)
ALPHANUMERIC = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)


NO_TEXTS: list[Any] = [{}, [], None]
ACTIONS: list[Any] = [7, {}, [[]], [None], "s3:\0"]
CONDITIONS: list[Any] = [
    *({}, {"a": {}}, {"x": {}, "y": {}}, {"DateGreaterThan": {}}, {"DateGreaterThan": {"a": []}}),
    *({"Bool": {"a": False}}, {"NumericLessThan": {"a": [1, "2"]}}, {"DateGreaterThan": {"a": "01T"}}),
    {"DateLessThanEquals": {"a": "2016-12-13t2:00:00.593194+23"}},
    {"ForAnyValue:StringEqualsIfExists": {"a": "x"}, "DateLessThan": {"a": "-292275054"}},
]


def document(*statements: Any, **members: Any) -> str:
    made = {"Version": "2012-10-17", "Statement": list(statements), **members}
    return json.dumps({name: value for name, value in made.items() if value is not None})


def without(statement: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name not in names} | more


def told(text: str, kind: Kind) -> str:
    with pytest.raises(MalformedPolicyDocumentException) as refused:
        check(text, kind)
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *((text, SYNTAX) for text in ("{", "[" * 100_000, "[]", '"x"', "", "1e999", '{"Statement":NaN}')),
        (document(), SYNTAX),
        (document(Statement=None), SYNTAX),
        (document("x"), SYNTAX),
        (document(STATEMENT, Extra=1), SYNTAX),
        (document({**STATEMENT, "Extra": 1}), SYNTAX),
        (document(STATEMENT, Id=["x"]), SYNTAX),
        (document(STATEMENT, Version="2013-10-17"), SYNTAX),
        (document(STATEMENT, Version=20121017), SYNTAX),
        (document(STATEMENT, Version="2008-10-17"), NOT_NEWEST),
        (document(STATEMENT, Version=None), NOT_NEWEST),
        (document({**STATEMENT, "Effect": "Maybe"}), SYNTAX),
        (document(without(STATEMENT, "Effect")), SYNTAX),
        (document({**STATEMENT, "Effect": "denY"}), LEGACY),
        (document({**STATEMENT, "NotAction": []}), SYNTAX),
        (document({**STATEMENT, "NotResource": "*"}), SYNTAX),
        (document({**STATEMENT, "Principal": "*"}), "Policy document should not specify a principal."),
        *((document({**STATEMENT, "Sid": sid}), SYNTAX) for sid in [*NO_TEXTS, 7]),
        (document({**STATEMENT, "Sid": "a b"}), ALPHANUMERIC),
        (
            document({**STATEMENT, "Sid": "a"}, {**STATEMENT, "Sid": "a"}),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        *((document({**STATEMENT, "Action": action}), SYNTAX) for action in ACTIONS),
        *((document({**STATEMENT, "Resource": found}), SYNTAX) for found in (7, None, {"a": "*"}, ["*", {}], [True])),
    ],
)
def test_a_document_of_another_shape_is_refused(text: str, message: str) -> None:
    assert told(text, "identity") == message


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ([], NO_ACTIONS),
        ("x", VENDOR),
        ("", VENDOR),
        ("a a:X", "Vendor a a is not valid"),
        (":X", "Vendor  is not valid"),
        ("s3:List:Bucket", ONE_COLON),
        (["s3:*", "a:b:c"], ONE_COLON),
        ("s3*:Get*", "Vendor s3* is not valid"),
        ("s?:Get*", "Vendor s? is not valid"),
        ("*:PutObject", "Vendor * is not valid"),
    ],
)
@pytest.mark.parametrize("member", ["Action", "NotAction"])
def test_an_action_begins_with_a_service_that_is_spelt_out(member: str, action: Any, message: str) -> None:
    assert told(document(without(STATEMENT, "Action", **{member: action})), "identity") == message


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ([], NO_RESOURCES),
        ([None], NO_RESOURCES),
        ("bucket", 'Resource bucket must be in ARN format or "*".'),
        ("", 'Resource  must be in ARN format or "*".'),
        ("arn:aws", QUALIFIED),
        ("arn:aws:s3*", QUALIFIED),
        ("arn:aws:s?:::b", QUALIFIED),
        ("arn:error:s3:::x", 'Partition "error" is not valid for resource "arn:error:s3:::x".'),
        ("aws:s3:::x", 'Partition "s3" is not valid for resource "arn:s3:::x:*".'),
        ("a:b", 'Partition "b" is not valid for resource "arn:b:*:*:*:*".'),
        ("a:b:c:d:e:f:g:h", 'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".'),
        ("arn:aws:iam:::x", PATHS),
        ("arn:aws:iam::111111111111:u*", PATHS),
        ("arn:aws:iam:us-east-1::x", "IAM resource arn:aws:iam:us-east-1::x cannot contain region information."),
        ("arn:aws:s3:us-east-1::x", "Resource arn:aws:s3:us-east-1::x can not contain region information."),
        ("arn:aws:s3::x", LEGACY),
        ("arn:aws::::x", LEGACY),
        ("arn:aws::fdsasf", LEGACY),
        (["arn:aws:s3::x", "bucket"], 'Resource bucket must be in ARN format or "*".'),
    ],
)
@pytest.mark.parametrize("member", ["Resource", "NotResource"])
def test_a_resource_is_an_arn(member: str, resource: Any, message: str) -> None:
    assert told(document(without(STATEMENT, "Resource", **{member: resource})), "identity") == message


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ([], SYNTAX),
        ("a", SYNTAX),
        ({"StringEquals": []}, SYNTAX),
        ({"StringEquals": {"a": {}}}, SYNTAX),
        ({"StringEquals": {"a": [None]}}, SYNTAX),
        ({"StringSounds": {"a": "x"}}, SYNTAX),
        ({"ForAnyValue::StringEquals": {"a": "x"}}, SYNTAX),
        ({"ForSomeValue:StringEquals": {"a": "x"}}, SYNTAX),
        ({"NullIfExists": {"a": "true"}}, SYNTAX),
        ({"DateGreaterThan": {"a": "b"}}, LEGACY),
        ({"DateLessThanEquals": {"a": ["2019-07-01T13:20:15Z", "234-13"]}}, LEGACY),
        ({"DateLessThan": {"a": "9223372036854775808"}}, LEGACY),
        ({"NumericEquals": {"a": "nan"}}, LEGACY),
        ({"IpAddress": {"a": "10.0.0.0/33"}}, LEGACY),
    ],
)
def test_a_condition_has_an_operator_and_values_it_can_read(condition: Any, message: str) -> None:
    assert told(document({**STATEMENT, "Condition": condition}), "identity") == message


@pytest.mark.parametrize(
    ("statements", "version", "message"),
    [
        ([without(STATEMENT, "Action", Condition={"DateEquals": {"a": {}}})], "2012-10-17", SYNTAX),
        ([without(STATEMENT, "Action", Condition={"DateEquals": {"a": "x"}})], None, NOT_NEWEST),
        ([without(STATEMENT, "Action", Condition={"DateEquals": {"a": "x"}})], "2012-10-17", LEGACY),
        ([without(STATEMENT, "Action", Resource="arn:aws:s3::x")], "2012-10-17", LEGACY),
        ([without(STATEMENT, "Action", Resource="arn:error:s3:::x")], "2012-10-17", NO_ACTIONS),
        (
            [{**STATEMENT, "Resource": "arn:error:s3:::x", "Condition": {"DateEquals": {"a": "x"}}}],
            "2012-10-17",
            LEGACY,
        ),
        ([{**STATEMENT, "Action": "a:b:c", "Resource": "b"}], "2012-10-17", 'Resource b must be in ARN format or "*".'),
        ([without(STATEMENT, "Resource", Action="x")], "2012-10-17", VENDOR),
        ([{"Effect": "Allow"}], "2012-10-17", NO_ACTIONS),
        ([{**STATEMENT, "Sid": "a", "Effect": "aLLow"}, {"Sid": "a", "Effect": "Allow"}], "2012-10-17", LEGACY),
    ],
)
def test_what_is_wrong_is_told_in_awss_order(statements: list[Any], version: str | None, message: str) -> None:
    assert told(document(*statements, Version=version), "identity") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "This policy contains invalid Json"),
        (document(), "Could not parse the policy: Statement is empty!"),
        (document(TRUST, Version="2013-10-17"), "The policy must contain a valid version string"),
        *((document({**TRUST, "Sid": sid}), SYNTAX) for sid in NO_TEXTS),
        (document(without(TRUST, "Effect")), "Missing required field Effect"),
        (document({**TRUST, "Effect": "denY"}), "Invalid effect: denY"),
        (
            document(without(TRUST, "Principal", NotPrincipal={"AWS": "111111111111"})),
            "Allow with NotPrincipal is not allowed.",
        ),
        (
            document(TRUST, without(TRUST, "Principal", Effect="Deny", NotPrincipal={"AWS": "111111111111"})),
            "AssumeRole policy must not contain NotPrincipal field.",
        ),
        (document(without(TRUST, "Principal")), "Missing required field Principal"),
        (document({**TRUST, "Principal": {}}), "Missing required field Principal cannot be empty!"),
        (document({**TRUST, "Principal": {"AWS": []}}), "Invalid principal in policy"),
        (document({**TRUST, "Principal": {"Nobody": "x"}}), "Invalid principal in policy"),
        (document({**TRUST, "Principal": {"AWS": "somebody"}}), 'Invalid principal in policy: "AWS":"somebody"'),
        (document(without(TRUST, "Action")), "Missing required field Action"),
        (
            document({**TRUST, "Action": "s3:GetObject"}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (document({**TRUST, "Resource": "*"}), "Has prohibited field Resource"),
        (document({**TRUST, "NotResource": "*"}), "AssumeRole policy must not contain resources."),
        (document({**TRUST, "Sid": "a"}, {**TRUST, "Sid": "a"}), "The Statement Ids in the policy are not unique"),
    ],
)
def test_a_malformed_trust_policy_is_refused(text: str, message: str) -> None:
    assert told(text, "trust") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (document(STATEMENT), "Missing required field Principal"),
        (document({**SHARED, "Sid": None}), SYNTAX),
        (
            document(without(SHARED, "Principal", NotPrincipal={"AWS": "111111111111"})),
            "Allow with NotPrincipal is not allowed.",
        ),
        (document({**SHARED, "Action": "s3*:Get*"}), "Policy has invalid action"),
        (document({**SHARED, "Resource": "bucket"}), "Policy has invalid resource"),
        (document({**SHARED, "Resource": "arn:aws:s3::x"}), "Policy has invalid resource"),
        (document({**SHARED, "Resource": ["*", None]}), SYNTAX),
        (document(without(SHARED, "Resource")), "Missing required field Resource"),
    ],
)
def test_a_malformed_policy_of_a_resource_is_refused(text: str, message: str) -> None:
    assert told(text, "resource") == message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (document(STATEMENT), "identity"),
        (json.dumps({"Version": "2012-10-17", "Statement": STATEMENT}), "identity"),
        *(
            (document({**STATEMENT, "Action": action}), "identity")
            for action in (
                "service-prefix:action-name",
                "s3.s:ListBucket",
                "iam: asdf safdsf af ",
                "*",
                "*:*",
                "s3:?et*",
            )
        ),
        *(
            (document({**STATEMENT, "Resource": resource}), "identity")
            for resource in (
                *("arn:aws:fdsasf", "arn:aws:s33:::x", "arn:aws:iam:::user/x", "arn:aws:iam::*:role/a", "x:aws:s3:::b"),
                *("arn:aws:s3:us-west-2:111111111111:accesspoint/a", "arn:aws:ec2:us-east-1::x", ["*", None]),
                *("arn:aws:s3:::b/${aws:username}/*", "arn:aws:rds:region:*:*", "arn:aws:iam::111111111111:*"),
            )
        ),
        *((document({**STATEMENT, "Condition": condition}), "identity") for condition in CONDITIONS),
        (document({**STATEMENT, "Sid": ""}, {**STATEMENT, "Sid": ""}), "identity"),
        (document(TRUST, Version=None), "trust"),
        (document({**TRUST, "Sid": "spaces are fine"}), "trust"),
        (document({**COGNITO, "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "p"}}}), "trust"),
        (document(SHARED), "resource"),
        (document(without(SHARED, "Principal", Effect="Deny", NotPrincipal={"AWS": "*"})), "resource"),
    ],
)
def test_a_sound_document_is_accepted(text: str, kind: Kind) -> None:
    check(text, kind)


def test_a_trust_for_every_identity_pool_in_the_world_is_refused() -> None:
    """STS-06."""
    with pytest.raises(MalformedPolicyDocumentException, match=":aud"):
        check(document(COGNITO), "trust")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1767312000", 1_767_312_000),
        ("2026-01-02", 1_767_312_000),
        ("2026-01-02T00:00Z", 1_767_312_000),
        ("2026-01-02t02:00:00.500+02:00", 1_767_312_000.5),
        ("2026-01-01T19:00:00-05", 1_767_312_000),
        ("2026-01T", 1_767_225_600),
        ("01T", -62_135_596_800),
    ],
)
def test_a_date_of_a_policy_is_a_moment(text: str, seconds: float) -> None:
    assert moment(text) == seconds


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("create_policy", {"PolicyName": "p", "PolicyDocument": document({**STATEMENT, "Sid": {}})}),
        ("put_user_policy", {"UserName": "u", "PolicyName": "p", "PolicyDocument": document(STATEMENT, Id=[])}),
        ("create_role", {"RoleName": "r", "AssumeRolePolicyDocument": document({**TRUST, "Sid": []})}),
    ],
)
def test_clients_are_told_of_syntax_errors(
    client: Callable[..., Any], operation: str, request_: dict[str, Any]
) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    with pytest.raises(ClientError) as error:
        getattr(iam, operation)(**request_)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("MalformedPolicyDocument", SYNTAX)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
