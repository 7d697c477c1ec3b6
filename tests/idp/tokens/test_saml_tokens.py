"""SAML assertions as subject and actor tokens of GetDerivedToken (RFC 7522, RFC 8693)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    UserNotFoundException,
)
from ostiary.idp.providers.kinds.saml import SAML
from tests.federation.saml_attacks import FORGED
from tests.fixtures.oidc_provider import JsonServer
from tests.fixtures.refusals import refused
from tests.fixtures.saml_provider import SamlProvider, pair, token
from tests.fixtures.server import LivePool
from tests.idp.tokens.conftest import BOTH, Desk, claims

OF_CORP: dict[str, Any] = {"SubjectTokenProviderName": "Corp"}
BASE = "http://127.0.0.1:9500"


@pytest.fixture
def corp(desk: Desk) -> SamlProvider:
    """Let ann sign in through a SAML provider as `Ann@Corp`."""
    made = SamlProvider(f"urn:amazon:cognito:sp:{desk.pool.id}", clock=desk.services.clock)
    known(desk, MetadataFile=made.metadata())
    link(desk, "Ann@Corp")
    return made


def known(desk: Desk, name: str = "Corp", **details: str) -> None:
    desk.pool.call("CreateIdentityProvider", ProviderName=name, ProviderType="SAML", ProviderDetails=details)


def linked(value: str, attribute: str = "Cognito_Subject", to: str = "ann") -> dict[str, Any]:
    source = {"ProviderName": "Corp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value}
    return {
        "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": to},
        "SourceUser": source,
    }


def link(desk: Desk, value: str, attribute: str = "Cognito_Subject", to: str = "ann") -> None:
    desk.pool.call("AdminLinkProviderForUser", **linked(value, attribute, to))


def said(**attributes: str) -> str:
    """Return a statement of attributes."""
    listed = "".join(
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
        for name, value in attributes.items()
    )
    return f"<saml:AttributeStatement>{listed}</saml:AttributeStatement>"


def exchange(desk: Desk, document: str, **more: Any) -> dict[str, Any]:
    return desk.exchange(token(document), "SAML2", **OF_CORP, **more)


def actor(document: str) -> dict[str, Any]:
    return {"ActorToken": token(document), "ActorTokenType": "SAML2", "ActorTokenProviderName": "Corp"}


def test_an_assertion_stands_for_the_user_it_signs_in(desk: Desk, corp: SamlProvider) -> None:
    """FED-12."""
    before = f'<saml:AuthnStatement AuthnInstant="{corp.at(-60)}"/>'
    answer = exchange(desk, corp.signed("Ann@Corp", statement=before))
    found, now = claims(answer["IssuedToken"]), desk.services.clock.now_seconds()
    assert (found["sub"], found["username"]) == (desk.sub, "ann")
    assert "origin_jti" not in found
    assert (answer["Scopes"], "scope" in found) == ([], False)
    assert (found["exp"] - now, answer["ExpiresIn"], found["auth_time"] - now) == (300, 300, -60)
    answer = exchange(desk, corp.response(corp.signed("Ann@Corp")), RequestedTokenType="ID_TOKEN")
    assert claims(answer["IssuedToken"])["email"] == "ann@example.com"


def test_a_name_that_is_written_otherwise_is_somebody_else(desk: Desk, corp: SamlProvider) -> None:
    """FED-12: names are compared as they are, and a user's own name or address is none of a provider's."""
    desk.pool.user("Corp_stranger")
    for name in ("ann@corp", "Ann@Corp ", "ann", "ann@example.com", "stranger"):
        with pytest.raises(UserNotFoundException):
            exchange(desk, corp.signed(name))


def test_a_link_may_be_of_any_attribute(desk: Desk, corp: SamlProvider) -> None:
    """FED-12: an administrator linked it; what links the name comes first, and what could be two users is nobody."""
    bob = desk.pool.user("bob")
    link(desk, "bob@example.com", "mail", to="bob")
    link(desk, "0042", "staff")

    def who(name: str, **attributes: str) -> str:
        return str(claims(exchange(desk, corp.signed(name, statement=said(**attributes)))["IssuedToken"])["sub"])

    assert who("x", mail="bob@example.com") == bob
    assert who("x", mail="somebody@example.com", staff="0042") == desk.sub
    assert who("Ann@Corp", mail="bob@example.com") == desk.sub
    for attributes in (
        {"mail": "bob@example.com", "staff": "0042"},
        {"staff": "bob@example.com", "mail": "0042"},
        {"mail": "BOB@example.com"},
        {"Cognito_Subject": "Ann@Corp"},
    ):
        with pytest.raises(UserNotFoundException):
            who("x", **attributes)


def test_a_proven_address_links_where_the_pool_says_so(desk: Desk, corp: SamlProvider) -> None:
    """FED-13: the attributes count as the provider's mapping has them."""
    mapping = {"email": "mail", "email_verified": "proven"}
    desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", AttributeMapping=mapping)
    proven = [{"Name": "email_verified", "Value": "true"}]
    desk.pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=proven)
    desk.pool.call("UpdateUserPool", UserPoolTags={"ostiary:link-by-email": "Corp"})
    for attributes in ({"email": "ann@example.com", "proven": "true"}, {"mail": "ann@example.com", "proven": "no"}):
        with pytest.raises(UserNotFoundException):
            exchange(desk, corp.signed("new", statement=said(**attributes)))
    first = exchange(desk, corp.signed("new", statement=said(mail="ann@example.com", proven="true")))
    desk.services.clock.advance(5)
    for answer in (first, exchange(desk, corp.signed("new"))):
        assert claims(answer["IssuedToken"])["sub"] == desk.sub


def test_an_assertion_is_exchanged_once(desk: Desk, corp: SamlProvider) -> None:
    """FED-06."""
    document = corp.signed("Ann@Corp")
    narrow = desk.client(["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"], ["files/read"])
    with pytest.raises(InvalidParameterException, match="None of the requested scopes"):
        exchange(desk, document, by=narrow, Scopes=["files/read"])
    first = exchange(desk, document, by=narrow)["IssuedToken"]
    for form in (document, corp.response(document)):
        with pytest.raises(NotAuthorizedException, match="Subject Token has been used"):
            exchange(desk, form)
    assert claims(desk.exchange(first)["IssuedToken"])["sub"] == desk.sub


def test_of_many_at_once_one_exchanges_an_assertion(desk: Desk, corp: SamlProvider) -> None:
    """FED-06."""
    document = corp.signed("Ann@Corp")

    def attempt(_number: int) -> str:
        try:
            return str(exchange(desk, document)["IssuedToken"])
        except NotAuthorizedException as error:
            assert "has been used" in str(error)  # noqa: PT017 - one of them succeeds
            return ""

    with ThreadPoolExecutor(8) as pool:
        assert len([token for token in pool.map(attempt, range(8)) if token]) == 1


def test_an_actor_may_act_for_several_with_one_assertion(desk: Desk, corp: SamlProvider) -> None:
    agent = actor(corp.signed("agent"))
    for _ in range(2):
        found = claims(desk.exchange(desk.token(), **agent)["IssuedToken"])
        assert found["act"] == {"sub": "agent", "iss": corp.entity_id}
    found = claims(exchange(desk, corp.signed("Ann@Corp"), **agent)["IssuedToken"])
    assert (found["sub"], found["act"]["sub"]) == (desk.sub, "agent")
    once = actor(corp.signed("agent", conditions="<saml:OneTimeUse/>"))
    assert desk.exchange(desk.token(), **once)["IssuedToken"]
    document = corp.signed("Ann@Corp")
    with pytest.raises(NotAuthorizedException, match="Actor Token has been used"):
        exchange(desk, document, **once)
    assert exchange(desk, document)["IssuedToken"]


def test_what_the_provider_did_not_say_is_refused_in_both_places(desk: Desk, corp: SamlProvider) -> None:
    """FED-01, FED-05."""
    wrong = [
        (corp.signed("Ann@Corp", by=pair("stranger")), "Invalid {} Token"),
        (
            corp.signed("Ann@Corp", audience="<saml:Audience>urn:amazon:cognito:sp:x</saml:Audience>"),
            "Invalid {} Token",
        ),
        (corp.signed("Ann@Corp", issuer="https://elsewhere.example.com"), "Invalid {} Token"),
        (corp.signed("Bob@Corp").replace("Bob", "Ann"), "Invalid {} Token"),
        ("no xml", "Invalid {} Token"),
        (corp.response("<saml:EncryptedAssertion/>"), "{} Token is encrypted"),
        (corp.signed("Ann@Corp", ends=corp.at(-1)), "{} Token has expired"),
    ]
    for document, text in wrong:
        with pytest.raises(NotAuthorizedException, match=text.format("Subject")):
            exchange(desk, document)
        with pytest.raises(NotAuthorizedException, match=text.format("Actor")):
            desk.exchange(desk.token(), **actor(document))


def test_who_signed_out_or_is_disabled_needs_a_new_assertion(desk: Desk, corp: SamlProvider) -> None:
    before = corp.signed("Ann@Corp")
    desk.services.clock.advance(5)
    desk.pool.call("AdminUserGlobalSignOut", Username="ann")
    with pytest.raises(NotAuthorizedException, match="Subject Token has been revoked"):
        exchange(desk, before)
    desk.services.clock.advance(5)
    assert exchange(desk, corp.signed("Ann@Corp"))["IssuedToken"]
    desk.pool.call("AdminDisableUser", Username="ann")
    with pytest.raises(NotAuthorizedException, match="User is disabled"):
        exchange(desk, corp.signed("Ann@Corp"))


def test_an_assertion_for_an_address_must_be_for_the_pools(desk: Desk, corp: SamlProvider) -> None:
    """FED-05."""
    certificate = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc"}
    desk.pool.call("CreateUserPoolDomain", Domain="auth.example.com", CustomDomainConfig=certificate)
    for base in (BASE, "https://auth.example.com"):
        corp.recipient = f"{base}/saml2/idpresponse"
        assert exchange(desk, corp.signed("Ann@Corp"))["IssuedToken"]
    for other in ("https://auth.example.com", "https://evil.example.com/saml2/idpresponse"):
        corp.recipient = other
        with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
            exchange(desk, corp.signed("Ann@Corp"))


def test_kinds_of_tokens_and_providers_go_together(desk: Desk, corp: SamlProvider) -> None:
    with pytest.raises(InvalidParameterException, match="issues no tokens"):
        desk.exchange(desk.token(), "ID_TOKEN", **OF_CORP)
    oidc = {"client_id": "a", "attributes_request_method": "GET", "authorize_scopes": "openid"}
    details = {**oidc, "oidc_issuer": "https://login.example.com"}
    desk.pool.call("CreateIdentityProvider", ProviderName="Login", ProviderType="OIDC", ProviderDetails=details)
    with pytest.raises(InvalidParameterException, match="Login issues no SAML assertions"):
        desk.exchange(token(corp.signed()), "SAML2", SubjectTokenProviderName="Login")


# -- metadata at an address --------------------------------------------------------------------------------------------
class Published:
    """Metadata at an address, which may change or go away."""

    def __init__(self, provider: SamlProvider) -> None:
        self.metadata = provider.metadata()
        self.status = 200
        self.server = JsonServer(lambda _path, _query: (self.status, self.metadata.encode()))


def test_a_new_certificate_is_fetched_when_it_is_needed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """FED-09, FED-15: seldom, and what was known lasts while the address does not answer."""
    corp = SamlProvider(f"urn:amazon:cognito:sp:{desk.pool.id}", clock=desk.services.clock)
    published, seconds = Published(corp), 0.0
    monkeypatch.setattr("ostiary.runtime.clock.Clock.monotonic", staticmethod(lambda: 1000.0 + seconds))
    with published.server as server:
        known(desk, MetadataURL=f"{server.url}/metadata")
        link(desk, "Ann@Corp")
        assert exchange(desk, corp.signed("Ann@Corp"))["IssuedToken"]
        assert len(server.asked) == 1
        corp.pair = pair("next")
        published.metadata = corp.metadata()
        with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
            exchange(desk, corp.signed("Ann@Corp"))
        seconds = 61
        for _ in range(3):
            assert exchange(desk, corp.signed("Ann@Corp"))["IssuedToken"]
        assert len(server.asked) == 2
        seconds, published.status = 7 * 3600, 500
        assert exchange(desk, corp.signed("Ann@Corp"))["IssuedToken"]
        seconds = 48 * 3600
        with pytest.raises(NotAuthorizedException, match="does not answer"):
            exchange(desk, corp.signed("Ann@Corp"))


def test_a_provider_is_made_with_metadata_that_can_be_read(desk: Desk) -> None:
    """FED-09."""
    corp = SamlProvider("")
    published = Published(corp)
    with published.server as server:
        url = f"{server.url}/metadata"
        known(desk, MetadataURL=url)
        described = desk.pool.call("DescribeIdentityProvider", ProviderName="Corp")["IdentityProvider"]
        assert described["ProviderDetails"] == {
            "MetadataURL": url,
            "SSORedirectBindingURI": "https://idp.example.com/in",
        }
        published.metadata = "{}"
        for wrong in (f"{server.url}/other", "http://127.0.0.1:1/"):
            with pytest.raises(InvalidParameterException, match=f"Error retrieving metadata from {wrong}"):
                known(desk, "Another", MetadataURL=wrong)
            with pytest.raises(InvalidParameterException, match="Error retrieving metadata from"):
                changed = {"ProviderDetails": {"MetadataURL": wrong}}
                desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", **changed)
    guarded = replace(desk.services.settings, allow_private_addresses_of_tenants=False)
    strict = replace(desk.pool.admin.ctx, services=replace(desk.services, settings=guarded))
    with pytest.raises(InvalidParameterException, match="MetadataURL must begin with https://"):
        SAML.completed(strict, {"MetadataURL": "http://idp.example.com/metadata"})
    for text in ("\ud800", corp.metadata(valid_until=corp.at(-1)), corp.metadata().replace("SingleSignOnService", "x")):
        with pytest.raises(InvalidParameterException):
            known(desk, "Another", MetadataFile=text)
    assert desk.pool.call("DescribeIdentityProvider", ProviderName="Corp")["IdentityProvider"] == described
    file = {"ProviderDetails": {"MetadataFile": corp.metadata()}}
    desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", **file)
    desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", IdpIdentifiers=["corp.example.com"])
    described = desk.pool.call("DescribeIdentityProvider", ProviderName="Corp")["IdentityProvider"]
    assert described["ProviderDetails"]["MetadataFile"] == corp.metadata()
    assert described["IdpIdentifiers"] == ["corp.example.com"]


# -- over the wire -----------------------------------------------------------------------------------------------------
@pytest.fixture
def live_corp(live_pool: LivePool) -> Iterator[SamlProvider]:
    """Let ann sign in as `Ann@Corp` and as `admin` through a provider that tells its metadata on loopback."""
    corp = SamlProvider(f"urn:amazon:cognito:sp:{live_pool.id}")
    pool = {"UserPoolId": live_pool.id}
    live_pool.user("ann")
    with Published(corp).server as server:
        details = {"MetadataURL": f"{server.url}/metadata"}
        live_pool.admin.create_identity_provider(
            **pool, ProviderName="Corp", ProviderType="SAML", ProviderDetails=details
        )
        for name in ("Ann@Corp", "admin"):
            live_pool.admin.admin_link_provider_for_user(**pool, **linked(name))
        yield corp


def exchanger(pool: LivePool) -> str:
    made = pool.admin.create_user_pool_client(UserPoolId=pool.id, ClientName="service", ExplicitAuthFlows=BOTH)
    return str(made["UserPoolClient"]["ClientId"])


def subject(document: str) -> dict[str, str]:
    return {"SubjectToken": token(document), "SubjectTokenType": "SAML2", **OF_CORP}


def test_an_sdk_exchanges_assertions(live_pool: LivePool, live_corp: SamlProvider) -> None:
    derive = partial(live_pool.app.get_derived_token, ClientId=exchanger(live_pool))
    presented = subject(live_corp.signed("Ann@Corp"))
    answer = derive(**presented, **actor(live_corp.signed("agent")))
    found = claims(answer["IssuedToken"])
    assert (found["username"], found["act"]) == ("ann", {"sub": "agent", "iss": live_corp.entity_id})
    with refused("NotAuthorizedException", "Subject Token has been used"):
        derive(**presented)
    with refused("UserNotFoundException", "User does not exist."):
        derive(**subject(live_corp.signed("Bob@Corp")))
    with refused("InvalidParameterException", "regular expression"):
        derive(**{**presented, "SubjectToken": live_corp.signed()})
    with refused("InvalidParameterException", "The provider Other does not exist"):
        derive(**{**presented, "SubjectTokenProviderName": "Other"})


def test_no_forged_assertion_makes_an_admin(live_pool: LivePool, live_corp: SamlProvider) -> None:
    """FED-01: the admin whom each of them names could be signed in."""
    derive = partial(live_pool.app.get_derived_token, ClientId=exchanger(live_pool))
    for attack in FORGED:
        with refused("NotAuthorizedException", "Invalid Subject Token"):
            derive(**subject(attack(live_corp)))
    assert claims(derive(**subject(live_corp.signed("admin")))["IssuedToken"])["username"] == "ann"
