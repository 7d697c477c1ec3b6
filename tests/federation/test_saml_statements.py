"""What a SAML assertion and its response must say (FED-05, RFC 7522)."""

from typing import Any

import pytest

from tests.federation.saml_verifying import AUDIENCE, CTX, IDP, RECIPIENT, refusal, verify
from tests.fixtures.saml_provider import pair, signed


def test_a_signed_assertion_says_who_it_is_about() -> None:
    now = CTX.clock.now()
    found = verify(IDP.signed("Ann.Example"))
    assert (found.issuer, found.subject, found.is_for_one_use) == (IDP.entity_id, "Ann.Example", False)
    assert found.assertion_id.startswith("_a")
    assert abs(found.authenticated_at - now) < 1
    assert abs(found.expires_at - now - 300) < 1


@pytest.mark.parametrize(
    "document",
    [
        IDP.response(IDP.signed()),
        IDP.signed_response(),
        IDP.signed_response(IDP.signed()),
        signed(IDP.assertion(), pair("curve", "ec")),
        '<?xml version="1.0" encoding="UTF-8"?>\n' + IDP.signed(),
        IDP.response(IDP.signed(), Destination=RECIPIENT),
    ],
    ids=["response", "signed response", "both signed", "elliptic curve", "declaration", "destination"],
)
def test_every_usual_form_is_taken(document: str) -> None:
    assert verify(document, IDP.metadata(pair("one"), pair("curve", "ec"))).subject == "somebody"


def confirmation(method: str = "bearer", **attributes: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return (
        f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{method}">'
        f"<saml:SubjectConfirmationData{written}/></saml:SubjectConfirmation>"
    )


AUDIENCES = f"<saml:Audience>x</saml:Audience><saml:Audience>{AUDIENCE}</saml:Audience>"
OTHERS = "<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"ends": IDP.at(-1)}, "expired"),
    "not yet": ({"begins": IDP.at(400)}, "malformed"),
    "issued in the future": ({"IssueInstant": IDP.at(400)}, "malformed"),
    "issued at no time": ({"IssueInstant": "yesterday"}, "malformed"),
    "an impossible time": ({"ends": "2026-13-45T99:99:99Z"}, "malformed"),
    "a time of no clock": ({"ends": "0001-01-01T00:00:00+14:00"}, "expired"),
    "another version": ({"Version": "1.1"}, "malformed"),
    "another issuer": ({"issuer": "https://idp.example.com/other"}, "issuer"),
    "a cut issuer": ({"issuer": "https://idp.example.com"}, "issuer"),
    "no issuer": ({"issuer": ""}, "malformed"),
    "another audience": ({"audience": "<saml:Audience>urn:amazon:cognito:sp:other</saml:Audience>"}, "audience"),
    "no audience": ({"audience": ""}, "audience"),
    "two restrictions": ({"conditions": OTHERS}, "audience"),
    "an unknown condition": ({"conditions": '<saml:Condition a="b"/>'}, "malformed"),
    "no name": ({"name": ""}, "malformed"),
    "no confirmation": ({"confirmed": ""}, "malformed"),
    "holder of key": ({"confirmed": confirmation("holder-of-key", NotOnOrAfter=IDP.at(60))}, "malformed"),
    "confirmed too long ago": ({"confirmed": confirmation(NotOnOrAfter=IDP.at(-1))}, "expired"),
    "confirmed later": ({"confirmed": confirmation(NotOnOrAfter=IDP.at(900), NotBefore=IDP.at(600))}, "malformed"),
    "another recipient": ({"confirmed": confirmation(Recipient="https://evil.example.com/")}, "audience"),
    "a session that ended": (
        {"statement": f'<saml:AuthnStatement AuthnInstant="{IDP.at(-9)}" SessionNotOnOrAfter="{IDP.at(-1)}"/>'},
        "expired",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_is_said_must_be_for_us_and_now(changes: dict[str, Any], reason: str) -> None:
    """FED-05."""
    assert refusal(IDP.signed(**changes)) == reason


def test_a_clock_may_be_a_little_ahead_and_restrictions_may_name_others_too() -> None:
    """FED-05."""
    restriction = f"<saml:AudienceRestriction>{AUDIENCES}</saml:AudienceRestriction>"
    ahead = IDP.at(200)
    early = IDP.signed(begins=ahead, IssueInstant=ahead, audience=AUDIENCES, conditions=restriction)
    assert verify(early).subject == "somebody"
    found = verify(IDP.signed(conditions="<saml:OneTimeUse/>", statement=""))
    assert found.is_for_one_use
    assert abs(found.authenticated_at - CTX.clock.now()) < 1


def test_attributes_with_one_value_are_told() -> None:
    """FED-02: of those that come twice, or in pieces, neither value is taken."""
    said = {"mail": "a@example.com", "group": "x", "odd": "<b>x</b>", "none": "", "cut": "a<!-- -->b"}
    listed = [*said.items(), ("group", "y")]
    statement = "<saml:AttributeStatement>" + "".join(
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
        for name, value in listed
    )
    found = verify(IDP.signed(statement=f"{statement}</saml:AttributeStatement>"))
    assert found.attributes == {"mail": "a@example.com", "cut": "ab"}


def test_the_best_confirmation_counts_and_the_first_end() -> None:
    """FED-05."""
    other = confirmation(Recipient="https://evil.example.com/") + confirmation("sender-vouches")
    now = CTX.clock.now()
    found = verify(IDP.signed(confirmed=other + confirmation(Recipient=RECIPIENT, NotOnOrAfter=IDP.at(120))))
    assert abs(found.expires_at - now - 120) < 1
    session = f'<saml:AuthnStatement AuthnInstant="{IDP.at(-9)}" SessionNotOnOrAfter="{IDP.at(60)}"/>'
    found = verify(IDP.signed(confirmed=confirmation(), statement=session))
    assert abs(found.expires_at - now - 60) < 1
    assert abs(found.authenticated_at - now + 9) < 1


def test_an_assertion_without_an_end_is_refused() -> None:
    """RFC 7522 3."""
    endless = IDP.assertion(confirmed=confirmation()).replace("NotOnOrAfter", "Ignored")
    assert refusal(signed(endless, IDP.pair)) == "malformed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:Requester"}, "malformed"),
        ({"issuer": "https://idp.example.com/other"}, "issuer"),
        ({"Destination": "https://evil.example.com/saml2/idpresponse"}, "audience"),
        ({"Version": "1.1"}, "malformed"),
    ],
)
def test_a_response_must_say_success_to_us(changes: dict[str, str], reason: str) -> None:
    """FED-05: whether it is signed itself or only its assertion."""
    assert refusal(IDP.response(IDP.signed(), **changes)) == reason
    assert refusal(IDP.signed_response(**changes)) == reason


def test_encrypted_assertions_are_refused() -> None:
    """FED-08."""
    encrypted = "<saml:EncryptedAssertion/>"
    for document in (encrypted, encrypted + IDP.signed()):
        assert refusal(IDP.response(document)) == "encrypted"
