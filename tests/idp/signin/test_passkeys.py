"""Passkeys: made and proven by an authenticator in software, and what is refused of it (WAN-02 to WAN-09)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    LimitExceededException,
    NotAuthorizedException,
    ResourceNotFoundException,
    WebAuthnChallengeNotFoundException,
    WebAuthnClientMismatchException,
    WebAuthnConfigurationMissingException,
    WebAuthnCredentialNotSupportedException,
    WebAuthnNotEnabledException,
    WebAuthnOriginNotAllowedException,
    WebAuthnRelyingPartyMismatchException,
)
from tests.fixtures.authenticator import BE, BS, UP, UV, Authenticator, RsaAuthenticator, encoded
from tests.fixtures.weak_keys import roca_key, short_key
from tests.idp.signin.conftest import PASSWORD, App, Pool

MakePool = Callable[..., Pool]
WRONG = r"^Incorrect username or password\.$"
POLICY = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}


class Person:
    """A user with an access token, who registers and proves passkeys."""

    def __init__(self, app: App, name: str) -> None:
        self.app, self.name = app, name
        self.sub = app.pool.user(name)
        answer = app.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
        self.token = answer["AuthenticationResult"]["AccessToken"]

    def call(self, operation: str, **req: Any) -> dict[str, Any]:
        return self.app.pool.anybody(operation, AccessToken=self.token, **req)

    def options(self) -> dict[str, Any]:
        return dict(self.call("StartWebAuthnRegistration")["CredentialCreationOptions"])

    def register(self, authenticator: Authenticator) -> None:
        self.call("CompleteWebAuthnRegistration", Credential=authenticator.register(self.options()))

    def asked(self, **more: str) -> dict[str, Any]:
        return self.app.initiate("USER_AUTH", USERNAME=self.name, PREFERRED_CHALLENGE="WEB_AUTHN", **more)

    def prove(self, authenticator: Authenticator, **response: str) -> dict[str, Any]:
        asked = self.asked()
        return self.answer(asked, authenticator.prove(requested(asked), **response))

    def answer(self, asked: dict[str, Any], credential: str) -> dict[str, Any]:
        assert asked["ChallengeName"] == "WEB_AUTHN"
        return self.app.respond("WEB_AUTHN", asked["Session"], USERNAME=self.name, CREDENTIAL=credential)


def requested(asked: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]))


@pytest.fixture
def app(make_pool: MakePool) -> App:
    pool = make_pool(Policies=POLICY)
    pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"RelyingPartyId": "example.com"})
    return pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"])


@pytest.fixture
def ann(app: App) -> Person:
    return Person(app, "ann")


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


def test_a_passkey_is_made_listed_used_and_deleted(app: App, ann: Person, key: Authenticator) -> None:
    options = ann.options()
    assert options["rp"]["id"] == "example.com"
    assert options["user"]["name"] == "ann"
    assert {param["alg"] for param in options["pubKeyCredParams"]} == {-7, -257}
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert ann.call("CompleteWebAuthnRegistration", Credential=key.register(options)) == {}
    listed = ann.call("ListWebAuthnCredentials")["Credentials"]
    assert [(item["CredentialId"], item["RelyingPartyId"]) for item in listed] == [(encoded(key.id), "example.com")]
    assert (listed[0]["AuthenticatorAttachment"], listed[0]["AuthenticatorTransports"]) == (
        "platform",
        ["hybrid", "internal"],
    )
    assert "WEB_AUTHN" in ann.call("GetUserAuthFactors")["ConfiguredUserAuthFactors"]
    asked = ann.asked()
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]
    request = requested(asked)
    assert (request["rpId"], request["userVerification"]) == ("example.com", "preferred")
    assert [item["id"] for item in request["allowCredentials"]] == [encoded(key.id)]
    done = ann.answer(asked, key.prove(request, userHandle=encoded(ann.sub.encode())))
    assert app.pool.get_user(done["AuthenticationResult"]["AccessToken"])["Username"] == "ann"
    assert [item["id"] for item in ann.options()["excludeCredentials"]] == [encoded(key.id)]
    ann.call("DeleteWebAuthnCredential", CredentialId=encoded(key.id))
    assert ann.asked()["ChallengeName"] == "SELECT_CHALLENGE"
    with pytest.raises(ResourceNotFoundException):
        ann.call("DeleteWebAuthnCredential", CredentialId=encoded(key.id))


def test_a_passkey_is_chosen_too(app: App, ann: Person, key: Authenticator) -> None:
    ann.register(key)
    asked = app.initiate("USER_AUTH", USERNAME="ann")
    asked = app.respond("SELECT_CHALLENGE", asked["Session"], USERNAME="ann", ANSWER="WEB_AUTHN")
    assert "AuthenticationResult" in ann.answer(asked, key.prove(requested(asked)))


# -- registration ----------------------------------------------------------------------------------------------------
SPOILED: list[tuple[str, dict[str, Any], type[Exception]]] = [
    ("another origin", {"origin": "https://example.com.evil.net"}, WebAuthnOriginNotAllowedException),
    ("no https", {"origin": "http://example.com"}, WebAuthnOriginNotAllowedException),
    ("another relying party", {"rp_id": "evil.net"}, WebAuthnRelyingPartyMismatchException),
    ("nobody was there", {"flags": UV}, InvalidParameterException),
    ("backed up but not eligible", {"flags": UP | UV | BS}, InvalidParameterException),
    ("an algorithm that was not offered", {"alg": -8}, WebAuthnCredentialNotSupportedException),
    ("another type", {"client_data": {"type": "webauthn.get"}}, InvalidParameterException),
    ("another challenge", {"client_data": {"challenge": "AAAA"}}, InvalidParameterException),
    ("inside another site", {"client_data": {"crossOrigin": True}}, InvalidParameterException),
    ("bytes behind", {"behind": b"\x00"}, InvalidParameterException),
    ("a very long id", {"id": bytes(1024)}, WebAuthnCredentialNotSupportedException),
]


def test_what_does_not_verify_is_not_registered(ann: Person) -> None:
    """WAN-02, WAN-03, WAN-05, WAN-07, WAN-08."""
    for name, changes, error in SPOILED:
        authenticator = Authenticator()
        for member, value in changes.items():
            setattr(authenticator, member, value)
        with pytest.raises(error):
            ann.register(authenticator)
            pytest.fail(name)
    assert ann.call("ListWebAuthnCredentials") == {"Credentials": []}


@pytest.mark.parametrize("credential", [{}, [], "x", {"response": None}, {"response": {"clientDataJSON": 7}}, None])
def test_what_is_no_credential_is_refused(ann: Person, credential: Any) -> None:
    ann.options()
    with pytest.raises(InvalidParameterException):
        ann.call("CompleteWebAuthnRegistration", Credential=credential)


def test_deep_and_doubled_cbor_is_refused(ann: Person, key: Authenticator) -> None:
    """WAN-08."""
    whole = key.register(ann.options())
    for raw in (b"\x81" * 10_000 + b"\x00", b"\xa2\x61a\x00\x61a\x00", b"\xbf\xff", b"", b"\xff" * 100_000):
        response = whole["response"] | {"attestationObject": encoded(raw)}
        with pytest.raises(InvalidParameterException):
            ann.call("CompleteWebAuthnRegistration", Credential={**whole, "response": response})
    ann.call("CompleteWebAuthnRegistration", Credential=whole)


def test_a_challenge_is_good_once_for_a_while_and_for_its_client(
    app: App, ann: Person, key: Authenticator, advance: Callable[[float], None]
) -> None:
    """WAN-02."""
    with pytest.raises(WebAuthnChallengeNotFoundException):
        ann.call("CompleteWebAuthnRegistration", Credential=key.register({"challenge": "AAAA"}))
    old = key.register(ann.options())
    fresh = key.register(ann.options())
    with pytest.raises(InvalidParameterException):
        ann.call("CompleteWebAuthnRegistration", Credential=old)
    other = app.pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    parameters = {"USERNAME": "ann", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    token = other.initiate("USER_AUTH", **parameters)["AuthenticationResult"]["AccessToken"]
    with pytest.raises(WebAuthnClientMismatchException):
        app.pool.anybody("CompleteWebAuthnRegistration", AccessToken=token, Credential=fresh)
    advance(301)
    with pytest.raises(WebAuthnChallengeNotFoundException):
        ann.call("CompleteWebAuthnRegistration", Credential=fresh)
    ann.register(key)
    with pytest.raises(WebAuthnChallengeNotFoundException):
        ann.call("CompleteWebAuthnRegistration", Credential=fresh)


def test_a_passkey_is_one_users(app: App, ann: Person, key: Authenticator) -> None:
    """WAN-04."""
    ann.register(key)
    with pytest.raises(InvalidParameterException):
        ann.register(key)
    bob = Person(app, "bob")
    with pytest.raises(InvalidParameterException):
        bob.register(key)
    with pytest.raises(ResourceNotFoundException):
        bob.call("DeleteWebAuthnCredential", CredentialId=encoded(key.id))


def test_a_user_has_twenty_passkeys_at_most(ann: Person) -> None:
    for _ in range(20):
        ann.register(Authenticator())
    with pytest.raises(LimitExceededException):
        ann.register(Authenticator())
    page = ann.call("ListWebAuthnCredentials", MaxResults=15)
    rest = ann.call("ListWebAuthnCredentials", NextToken=page["NextToken"])
    assert len({item["CredentialId"] for item in page["Credentials"] + rest["Credentials"]}) == 20


# -- sign-in ---------------------------------------------------------------------------------------------------------
def test_a_proof_that_does_not_hold_is_a_wrong_password(app: App, ann: Person, key: Authenticator) -> None:
    """WAN-02, WAN-03, WAN-05, WAN-06."""
    ann.register(key)
    ann.prove(key)
    bob = Person(app, "bob")
    theirs = Authenticator()
    bob.register(theirs)
    spoils: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"origin": "https://evil.net"}, {}),
        ({"rp_id": "evil.net"}, {}),
        ({"flags": UV}, {}),
        ({"flags": UP | UV | BE}, {}),
        ({"count": -1}, {}),
        ({"client_data": {"crossOrigin": True}}, {}),
        ({"client_data": {"type": "webauthn.create"}}, {}),
        ({"client_data": {"challenge": "AAAA"}}, {}),
        ({"key": theirs.key}, {}),
        ({"id": theirs.id, "key": theirs.key}, {}),
        ({}, {"userHandle": encoded(bob.sub.encode())}),
        ({}, {"signature": "AAAA"}),
    ]
    before = dict(vars(key))
    for changes, response in spoils:
        vars(key).update({**before, "count": 10, "client_data": {}, **changes})
        asked = ann.asked()
        with pytest.raises(NotAuthorizedException, match=WRONG):
            ann.answer(asked, key.prove(requested(asked), **response))
        with pytest.raises(NotAuthorizedException):
            ann.answer(asked, key.prove(requested(asked)))
        app.pool.call("AdminSetUserPassword", Username="ann", Password=PASSWORD, Permanent=True)
        forget_failures(app)
    vars(key).update({**before, "count": 10})
    assert "AuthenticationResult" in ann.prove(key)


def forget_failures(app: App) -> None:
    """Sign in by password, which ends the counting of failures."""
    app.pool.anybody.ctx.services.clock.advance(1000)
    parameters = {"USERNAME": "ann", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    app.initiate("USER_AUTH", **parameters)


def test_a_proof_is_good_once(ann: Person, key: Authenticator) -> None:
    """WAN-02, PWD-11."""
    ann.register(key)
    asked = ann.asked()
    proof = key.prove(requested(asked))

    def answer(_: int) -> bool:
        try:
            ann.answer(asked, proof)
        except NotAuthorizedException:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(answer, range(12))) == 1


@pytest.mark.parametrize("credential", ["", "x", "[]", "{}", '{"id": 7}', "[" * 10_000])
def test_what_is_no_proof_is_refused(ann: Person, key: Authenticator, credential: str) -> None:
    ann.register(key)
    with pytest.raises((InvalidParameterException, NotAuthorizedException)):
        ann.answer(ann.asked(), credential)


def test_a_stranger_has_a_passkey_that_nobody_can_prove(app: App, ann: Person, key: Authenticator) -> None:
    """WAN-09."""
    ann.register(key)
    asked = {"USERNAME": "nobody", "PREFERRED_CHALLENGE": "WEB_AUTHN"}
    first, second = app.initiate("USER_AUTH", **asked), app.initiate("USER_AUTH", **asked)
    there = ann.asked()
    assert first.keys() == there.keys()
    assert requested(first).keys() == requested(there).keys()
    assert len(first["Session"]) == len(there["Session"])
    assert requested(first)["allowCredentials"] == requested(second)["allowCredentials"]
    proof = key.prove(requested(first))
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.respond("WEB_AUTHN", first["Session"], USERNAME="nobody", CREDENTIAL=proof)


def test_a_passkey_with_a_weak_key_is_not_made(ann: Person) -> None:
    """WAN-07, CRY-05: a strong one is made and signs in."""
    for weak in (short_key(), roca_key()):
        with pytest.raises(WebAuthnCredentialNotSupportedException):
            ann.register(RsaAuthenticator(weak))
    strong = RsaAuthenticator(rsa.generate_private_key(65537, 2048))
    ann.register(strong)
    assert "AuthenticationResult" in ann.prove(strong)


# -- settings --------------------------------------------------------------------------------------------------------
def test_a_pool_may_insist_on_verifying_the_user(app: App, ann: Person) -> None:
    settings = {"RelyingPartyId": "example.com", "UserVerification": "required"}
    app.pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration=settings)
    assert app.pool.call("GetUserPoolMfaConfig")["WebAuthnConfiguration"] == settings
    assert ann.options()["authenticatorSelection"]["userVerification"] == "required"
    key = Authenticator()
    key.flags = UP
    with pytest.raises(InvalidParameterException):
        ann.register(key)
    key.flags = UP | UV
    ann.register(key)
    key.flags = UP
    with pytest.raises(NotAuthorizedException, match=WRONG):
        ann.prove(key)


def test_a_passkey_that_verifies_the_user_replaces_two_factors(app: App, ann: Person, key: Authenticator) -> None:
    """MFA-03: where the pool and the user say so, and not otherwise."""
    ann.register(key)
    pool = app.pool
    sms = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}}
    pool.call("SetUserPoolMfaConfig", MfaConfiguration="ON", SmsMfaConfiguration=sms)
    assert ann.asked()["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    settings = {"RelyingPartyId": "example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}
    pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration=settings)
    phone = [{"Name": "phone_number", "Value": "+15550001234"}]
    pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=phone)
    on = {"SMSMfaSettings": {"Enabled": True}, "WebAuthnMfaSettings": {"Enabled": True}}
    pool.call("AdminSetUserMFAPreference", Username="ann", **on)
    assert "AuthenticationResult" in ann.prove(key)
    key.flags = UP
    with pytest.raises(NotAuthorizedException, match=WRONG):
        ann.prove(key)


@pytest.mark.parametrize("suffix", ["com", "co.uk", "CO.UK", "com.", ".com", "github.io", "xn--j6w193g", "foo.ck"])
def test_a_passkey_for_everybodys_sites_is_not_made(app: App, ann: Person, suffix: str) -> None:
    """WAN-10: public suffixes, of registries and of companies, however they are written."""
    before = app.pool.call("GetUserPoolMfaConfig")
    with pytest.raises(InvalidParameterException, match="is a public suffix"):
        app.pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"RelyingPartyId": suffix})
    assert app.pool.call("GetUserPoolMfaConfig") == before
    assert ann.options()["rp"]["id"] == "example.com"


@pytest.mark.parametrize("rp_id", ["example.co.uk", "www.ck", "intranet", "localhost", "ann.github.io", "a.b.c.d.com"])
def test_a_passkey_for_ones_own_site_is_made(app: App, ann: Person, rp_id: str) -> None:
    app.pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"RelyingPartyId": rp_id})
    assert ann.options()["rp"]["id"] == rp_id


def test_a_domain_that_is_everybodys_makes_no_relying_party(app: App, ann: Person) -> None:
    """WAN-10: nor does one that was set before such names were refused."""
    app.pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"UserVerification": "preferred"})
    certificate = {"CertificateArn": "arn:aws:acm:us-east-1:111111111111:certificate/x"}
    app.pool.call("CreateUserPoolDomain", Domain="co.uk", CustomDomainConfig=certificate)
    with pytest.raises(WebAuthnConfigurationMissingException):
        ann.options()


def test_a_pool_must_want_passkeys_and_know_its_domain(app: App, ann: Person, pool: Pool) -> None:
    app.pool.call("SetUserPoolMfaConfig", WebAuthnConfiguration={"UserVerification": "preferred"})
    with pytest.raises(WebAuthnConfigurationMissingException):
        ann.options()
    pool.user("eve")
    token = pool.app().tokens("eve")["AccessToken"]
    with pytest.raises(WebAuthnNotEnabledException):
        pool.anybody("StartWebAuthnRegistration", AccessToken=token)
