"""Malformed policies are refused when they are written (security.md STS-06, STS-12)."""

import json
from typing import Any

import pytest

from ostiary.aws.types.iam import MalformedPolicyDocumentException
from ostiary.iam.documents import Kind, check

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
COGNITO = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:*"}


def document(*statements: Any, **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("{", "identity", "This policy contains invalid Json"),
        ("[" * 100_000, "identity", "This policy contains invalid Json"),
        ("[]", "identity", "Syntax errors in policy."),
        (document(), "identity", "Syntax errors in policy."),
        (document("x"), "identity", "Syntax errors in policy."),
        (document(STATEMENT, Extra=1), "identity", "Syntax errors in policy."),
        (document(STATEMENT, Version="2000-01-01"), "identity", "The policy must contain a valid version string"),
        (
            document(STATEMENT, Version="2008-10-17"),
            "identity",
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (document({**STATEMENT, "Effect": "Maybe"}), "identity", "Syntax errors in policy."),
        (document({**STATEMENT, "NotAction": "x:y"}), "identity", "Syntax errors in policy."),
        (document({"Effect": "Allow", "Resource": "*"}), "identity", "Policy statement must contain actions."),
        (document({"Effect": "Allow", "Action": "s3:*"}), "identity", "Policy statement must contain resources."),
        (document({**STATEMENT, "Action": 7}), "identity", "Syntax errors in policy."),
        (document({**STATEMENT, "Resource": "bucket"}), "identity", 'Resource bucket must be in ARN format or "*".'),
        (document({**STATEMENT, "Principal": "*"}), "identity", "Policy document should not specify a principal."),
        (document({**STATEMENT, "Condition": {"StringEquals": []}}), "identity", "Syntax errors in policy."),
        (document({**STATEMENT, "Sid": "a b"}), "identity", "Statement IDs (SID) must be alpha-numeric."),
        (document({**TRUST, "Resource": "*"}), "trust", "Has prohibited field Resource"),
        (
            document({**TRUST, "Principal": {"AWS": "somebody"}}),
            "trust",
            'Invalid principal in policy: "AWS":"somebody"',
        ),
        (document(STATEMENT), "resource", "Missing required field Principal"),
    ],
)
def test_a_malformed_document_is_refused(text: str, kind: Kind, message: str) -> None:
    with pytest.raises(MalformedPolicyDocumentException) as refused:
        check(text, kind)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (document(STATEMENT), "identity"),
        (json.dumps({"Version": "2012-10-17", "Statement": STATEMENT}), "identity"),
        (document(TRUST), "trust"),
        (document({**STATEMENT, "Principal": "*"}), "resource"),
        (document({**COGNITO, "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "p"}}}), "trust"),
    ],
)
def test_a_sound_document_is_accepted(text: str, kind: Kind) -> None:
    check(text, kind)


def test_a_trust_for_every_identity_pool_in_the_world_is_refused() -> None:
    """STS-06."""
    with pytest.raises(MalformedPolicyDocumentException, match=":aud"):
        check(document(COGNITO), "trust")
