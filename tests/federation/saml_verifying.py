"""A provider on a clock that stands, and what is told or refused of its documents."""

from types import SimpleNamespace
from typing import Any

import pytest

from ostiary.federation.saml import Assertion, Expected, verify_saml
from ostiary.federation.web_identity import InvalidTokenError
from tests.fixtures.saml_provider import SamlProvider, token
from tests.fixtures.still_clock import StillClock

AUDIENCE = "urn:amazon:cognito:sp:us-east-1_Example"
RECIPIENT = "https://login.example.com/saml2/idpresponse"
WANTED = Expected(AUDIENCE, [RECIPIENT])
IDP = SamlProvider(AUDIENCE, RECIPIENT, clock=StillClock())
CTX: Any = SimpleNamespace(clock=IDP.clock, http_of=lambda _: None)


def verify(document: str | bytes, metadata: str = "") -> Assertion:
    return verify_saml(CTX, token(document), {"MetadataFile": metadata or IDP.metadata()}, WANTED, "")


def refusal(document: str | bytes, metadata: str = "") -> str:
    with pytest.raises(InvalidTokenError) as refused:
        verify(document, metadata)
    return refused.value.reason
