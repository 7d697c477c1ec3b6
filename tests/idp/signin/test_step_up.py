"""Step-up: levels in tokens, and a sign-in toward one, with credit for an earlier one (behaviour/additions.md 4)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Services
from ostiary.crypto import jws
from ostiary.delivery.outbox import Message
from ostiary.idp.factors.assurance import USER_VERIFIED
from ostiary.idp.signin.strength import level_of, methods_of, passed_by
from tests.fixtures.authenticator import UP, UV
from tests.fixtures.authenticator import Authenticator as PasskeyAuthenticator
from tests.fixtures.srp_client import SrpClient
from tests.idp.signin.conftest import FLOWS, PASSWORD, App, Pool
from tests.idp.signin.test_devices import Phone
from tests.idp.signin.test_passkeys import requested
from tests.idp.signin.test_second_factors import ALL, ON, Authenticator

NAMES = ["urn:cognito:loa:1", "urn:cognito:loa:2", "urn:cognito:loa:3", "urn:cognito:loa:4"]
ONE, TWO, PASSKEY = NAMES[1:]
CAT = [{"Name": "email", "Value": "cat@example.com"}]
OUT_OF_REACH = "cannot satisfy any of the requested ACR values"


# -- the table -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("passed", "level", "methods"),
    [
        ((), 1, ()),
        (("CUSTOM_CHALLENGE",), 1, ()),
        (("PASSWORD",), 2, ("pwd",)),
        (("PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED"), 2, ("pwd",)),
        (("EMAIL_OTP",), 2, ("otp",)),
        (("SMS_OTP",), 2, ("otp", "sms")),
        (("WEB_AUTHN",), 2, ("pop",)),
        (("PASSWORD", "SOFTWARE_TOKEN_MFA"), 3, ("pwd", "otp", "mfa")),
        (("PASSWORD", "MFA_SETUP"), 3, ("pwd", "otp", "mfa")),
        (("PASSWORD_VERIFIER", "SMS_MFA"), 3, ("pwd", "otp", "sms", "mfa")),
        (("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER"), 3, ("pwd", "swk", "mfa")),
        (("CUSTOM_CHALLENGE", "SOFTWARE_TOKEN_MFA"), 2, ("otp",)),
    ],
)
def test_what_was_passed_makes_the_level(passed: tuple[str, ...], level: int, methods: tuple[str, ...]) -> None:
    assert (level_of(passed), methods_of(passed)) == (level, methods)


def test_a_passkey_that_verifies_its_user_is_the_highest() -> None:
    assert level_of(("WEB_AUTHN", USER_VERIFIED)) == 4
    assert methods_of(("PASSWORD", "WEB_AUTHN", USER_VERIFIED)) == ("pwd", "pop", "user", "mfa")


@pytest.mark.parametrize("methods", [(), ("otp",), ("pop", "user", "mfa"), ("sms",), ("pwd",), ("pwd", "otp", "mfa")])
def test_credit_is_never_more_than_was_proven(methods: tuple[str, ...]) -> None:
    credit = passed_by(methods)
    assert set(methods_of(credit)) <= set(methods)
    assert bool(credit) is ("pwd" in methods)


# -- signing in --------------------------------------------------------------------------------------------------------
class World:
    """A pool whose users may have second factors and are asked for none, and `ann`."""

    def __init__(self, make_pool: Callable[..., Pool], services: Services, **settings: Any) -> None:
        factors = {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}}}
        self.pool, self.services = make_pool(**factors, **settings), services
        self.mfa("OPTIONAL")
        self.pool.user("ann", email="ann@example.com", phone_number="+15550001234")
        self.app = self.pool.app(ExplicitAuthFlows=[*FLOWS, "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])

    def mfa(self, mode: str, verification: str = "required") -> None:
        passkeys = {"RelyingPartyId": "example.com", "UserVerification": verification}
        self.pool.call("SetUserPoolMfaConfig", MfaConfiguration=mode, WebAuthnConfiguration=passkeys, **ALL)

    def enrol(self, **preferences: Any) -> Authenticator:
        """Have ann set up an authenticator app, in a pool that does not ask for it from then on."""
        token = self.app.tokens("ann")["AccessToken"]
        device = Authenticator(
            self.services, self.pool.anybody("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
        )
        self.pool.anybody("VerifySoftwareToken", AccessToken=token, UserCode=device.code(-1))
        self.pool.call("AdminSetUserMFAPreference", Username="ann", SoftwareTokenMfaSettings=ON, **preferences)
        self.mfa("OFF")
        return device

    def passkey(self) -> PasskeyAuthenticator:
        token, key = self.app.tokens("ann")["AccessToken"], PasskeyAuthenticator()
        options = self.pool.anybody("StartWebAuthnRegistration", AccessToken=token)["CredentialCreationOptions"]
        self.pool.anybody("CompleteWebAuthnRegistration", AccessToken=token, Credential=key.register(options))
        return key

    def begin(self, *names: str, **parameters: str) -> dict[str, Any]:
        targets = {"TARGET_ACR_VALUES": " ".join(names)} if names else {}
        return self.app.initiate("USER_AUTH", USERNAME="ann", **targets, **parameters)

    def by_password(self, *names: str) -> dict[str, Any]:
        return self.begin(*names, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)

    def answer(self, asked: dict[str, Any], **responses: str) -> dict[str, Any]:
        return self.app.respond(asked["ChallengeName"], asked["Session"], USERNAME="ann", **responses)


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def world(make_pool: Callable[..., Pool], services: Services) -> World:
    return World(make_pool, services)


def claims(answer: dict[str, Any], token: str = "IdToken") -> jws.Claims:
    return jws.unverified(answer["AuthenticationResult"][token])[1]


def told(answer: dict[str, Any]) -> tuple[Any, Any]:
    """Return `acr` and `amr`, which both tokens have."""
    found = [(each.get("acr"), each.get("amr")) for each in (claims(answer), claims(answer, "AccessToken"))]
    assert found[0] == found[1]
    return found[0]


def test_every_sign_in_tells_its_level_and_a_refresh_keeps_it(world: World) -> None:
    device = world.enrol()
    assert told(world.app.password("ann")) == (ONE, ["pwd"])
    world.mfa("OPTIONAL")
    done = world.answer(world.app.password("ann"), SOFTWARE_TOKEN_MFA_CODE=device.code())
    assert told(done) == (TWO, ["pwd", "otp", "mfa"])
    refreshed = world.app.refresh(done["AuthenticationResult"]["RefreshToken"])
    assert told({"AuthenticationResult": refreshed}) == (TWO, ["pwd", "otp", "mfa"])


def test_a_pool_calls_its_levels_what_it_likes(make_pool: Callable[..., Pool], services: Services) -> None:
    world = World(make_pool, services, AcrConfiguration={"Level2": {"AcrValue": "urn:acme:simple"}})
    assert told(world.by_password("urn:acme:simple")) == ("urn:acme:simple", ["pwd"])
    with pytest.raises(InvalidParameterException, match="TARGET_ACR_VALUES"):
        world.begin(ONE)


def test_a_token_gives_credit_for_the_password_and_the_rest_is_asked(world: World) -> None:
    device, token = world.enrol(), world.app.tokens("ann")["AccessToken"]
    asked = world.begin(TWO, ACCESS_TOKEN=token)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert told(world.answer(asked, SOFTWARE_TOKEN_MFA_CODE=device.code())) == (TWO, ["pwd", "otp", "mfa"])
    assert world.pool.get_user(token)["Username"] == "ann"


@pytest.mark.parametrize("way", ["PASSWORD", "PASSWORD_SRP"])
def test_without_a_token_everything_is_asked(world: World, way: str) -> None:
    device = world.enrol()
    if way == "PASSWORD":
        asked = world.by_password(TWO)
    else:
        srp = SrpClient(world.pool.id, "ann", PASSWORD)
        begun = world.begin(TWO, PREFERRED_CHALLENGE=way, SRP_A=f"{srp.large_a_value:x}")
        proof = world.app.srp_answer(begun["ChallengeParameters"], srp)
        asked = world.app.respond("PASSWORD_VERIFIER", begun.get("Session"), **proof)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert told(world.answer(asked, SOFTWARE_TOKEN_MFA_CODE=device.code()))[0] == TWO


def test_what_does_not_lead_to_the_level_is_not_offered(world: World) -> None:
    assert "EMAIL_OTP" in world.begin()["AvailableChallenges"]
    asked = world.begin(TWO)
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    with pytest.raises(InvalidParameterException, match="not available"):
        world.answer(asked, ANSWER="EMAIL_OTP")


def test_of_several_second_factors_the_user_chooses(world: World) -> None:
    world.enrol(SMSMfaSettings=ON)
    asked = world.by_password(TWO)
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    assert asked["AvailableChallenges"] == ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]


def test_it_falls_back_to_the_first_level_that_the_user_can_reach(world: World) -> None:
    assert told(world.by_password(PASSKEY, TWO, ONE)) == (ONE, ["pwd"])
    world.enrol()
    assert world.by_password("unknown", PASSKEY, TWO, ONE)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    key = world.passkey()
    asked = world.begin(PASSKEY, TWO)
    assert asked["ChallengeName"] == "WEB_AUTHN"
    done = world.answer(asked, CREDENTIAL=key.prove(requested(asked)))
    assert told(done) == (PASSKEY, ["pop", "user", "mfa"])


def test_where_the_pool_only_prefers_it_the_highest_level_has_users_verified(world: World) -> None:
    world.mfa("OPTIONAL", verification="preferred")
    key, options = world.passkey(), []
    for flags, acr, methods in ((UP | UV, PASSKEY, ["pop", "user", "mfa"]), (UP, ONE, ["pop"])):
        key.flags = flags
        asked = world.begin(PREFERRED_CHALLENGE="WEB_AUTHN")
        options.append(requested(asked)["userVerification"])
        assert told(world.answer(asked, CREDENTIAL=key.prove(requested(asked)))) == (acr, methods)
    asked = world.begin(PASSKEY)
    options.append(requested(asked)["userVerification"])
    with pytest.raises(NotAuthorizedException):
        world.answer(asked, CREDENTIAL=key.prove(requested(asked)))
    assert options == ["preferred", "preferred", "required"]


def test_a_passkey_follows_a_password_that_there_is_credit_for(world: World) -> None:
    key, token = world.passkey(), world.app.tokens("ann")["AccessToken"]
    asked = world.begin(PASSKEY, ACCESS_TOKEN=token)
    assert asked["ChallengeName"] == "WEB_AUTHN"
    done = world.answer(asked, CREDENTIAL=key.prove(requested(asked)))
    assert told(done) == (PASSKEY, ["pwd", "pop", "user", "mfa"])


def test_a_token_that_vouches_for_a_device_does_not_prove_a_key(
    make_pool: Callable[..., Pool], services: Services
) -> None:
    """MFA-07: there is credit for the device of an earlier sign-in, but a key beside it wants a proof of its own."""
    world = World(make_pool, services, DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    key, phone = world.passkey(), Phone(world.app)
    phone.remembered()
    before = phone.prove(phone.challenge()["Session"])
    assert told({"AuthenticationResult": before}) == (TWO, ["pwd", "swk", "mfa"])
    asked = world.begin(PASSKEY, ACCESS_TOKEN=before["AccessToken"], DEVICE_KEY=phone.key)
    asked = world.answer(asked, CREDENTIAL=key.prove(requested(asked)))
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert phone.prove(asked["Session"])["AccessToken"]


def test_a_level_out_of_reach_is_refused_when_the_password_is_proven(world: World) -> None:
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        world.begin(PASSKEY, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="Wrong-horse-8")
    with pytest.raises(NotAuthorizedException, match=OUT_OF_REACH):
        world.by_password(PASSKEY)
    with pytest.raises(NotAuthorizedException, match=OUT_OF_REACH):
        world.by_password(TWO)  # whoever has the password must not get a factor with it


def test_a_token_alone_is_not_worth_a_sign_in(world: World) -> None:
    """What leaves nothing to ask counts for nothing."""
    token = world.app.tokens("ann")["AccessToken"]
    assert world.begin(ONE, ACCESS_TOKEN=token)["ChallengeName"] == "SELECT_CHALLENGE"


def test_credit_grows_old(world: World, advance: Callable[[float], None]) -> None:
    world.enrol()
    token = world.app.tokens("ann")["AccessToken"]
    assert world.begin(TWO, ACCESS_TOKEN=token, MAX_AGE="0")["ChallengeName"] == "SELECT_CHALLENGE"
    advance(100)
    assert world.begin(TWO, ACCESS_TOKEN=token, MAX_AGE="100")["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert world.begin(TWO, ACCESS_TOKEN=token, MAX_AGE="99")["ChallengeName"] == "SELECT_CHALLENGE"
    assert world.pool.get_user(token)["Username"] == "ann"
    for wrong in ("soon", "-1", "1.5", "9" * 11, ""):
        with pytest.raises(InvalidParameterException, match="MAX_AGE"):
            world.begin(TWO, ACCESS_TOKEN=token, MAX_AGE=wrong)


def test_only_the_users_own_live_token_of_this_client_gives_credit(world: World) -> None:
    world.enrol()
    world.pool.user("bob")
    tokens = world.app.tokens("ann")
    with pytest.raises(NotAuthorizedException, match="does not belong to the user"):
        world.begin(TWO, ACCESS_TOKEN=world.app.tokens("bob")["AccessToken"])
    with pytest.raises(NotAuthorizedException, match="Invalid Access Token"):
        world.begin(TWO, ACCESS_TOKEN=tokens["IdToken"])
    with pytest.raises(NotAuthorizedException):
        world.begin(TWO, ACCESS_TOKEN=tokens["AccessToken"][:-6] + "AAAAAA")
    others: App = world.pool.app()
    elsewhere = others.tokens("ann")["AccessToken"]
    assert world.begin(TWO, ACCESS_TOKEN=elsewhere)["ChallengeName"] == "SELECT_CHALLENGE"
    world.app.revoke(tokens["RefreshToken"])
    with pytest.raises(NotAuthorizedException, match="has been revoked"):
        world.begin(TWO, ACCESS_TOKEN=tokens["AccessToken"])


def test_a_password_that_must_be_replaced_gives_no_credit(world: World) -> None:
    """PWD-09: whoever holds an older token must know the temporary password to choose the next one."""
    world.enrol()
    token = world.app.tokens("ann")["AccessToken"]
    world.pool.set_password("ann", "Temporary-horse-9", permanent=False)
    asked = world.begin(TWO, ACCESS_TOKEN=token)
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    with pytest.raises(NotAuthorizedException, match="Incorrect username or password"):
        world.answer(asked, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    asked = world.answer(asked, ANSWER="PASSWORD", PASSWORD="Temporary-horse-9")
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_who_has_no_password_is_told_that_two_factors_are_out_of_reach(
    world: World, sent: Callable[[], list[Message]]
) -> None:
    world.pool.anybody("SignUp", ClientId=world.app.id, Username="cat", UserAttributes=CAT)
    world.pool.call("AdminConfirmSignUp", Username="cat")
    begun = world.app.initiate("USER_AUTH", USERNAME="cat", TARGET_ACR_VALUES=TWO)
    assert begun["ChallengeName"] == "EMAIL_OTP"
    code = {"USERNAME": "cat", "EMAIL_OTP_CODE": sent()[-1].code}
    with pytest.raises(NotAuthorizedException, match=OUT_OF_REACH):
        world.app.respond("EMAIL_OTP", begun["Session"], **code)


def test_a_token_needs_a_level_and_a_level_must_be_known(world: World) -> None:
    token = world.app.tokens("ann")["AccessToken"]
    with pytest.raises(InvalidParameterException, match="ACCESS_TOKEN requires TARGET_ACR_VALUES"):
        world.begin(ACCESS_TOKEN=token)
    with pytest.raises(InvalidParameterException, match="TARGET_ACR_VALUES must contain an ACR value"):
        world.begin("urn:elsewhere", "loa:3")


def test_a_stranger_is_asked_like_a_user_who_has_everything(world: World) -> None:
    """ENU-01, WAN-09."""
    world.enrol()
    key = world.passkey()
    assert key.id
    for names in ([TWO], [PASSKEY], [PASSKEY, TWO], [ONE]):
        targets = " ".join(names)
        known, unknown = (
            world.app.initiate("USER_AUTH", USERNAME=name, TARGET_ACR_VALUES=targets) for name in ("ann", "nobody")
        )
        assert unknown["ChallengeName"] == known["ChallengeName"]
        assert unknown["AvailableChallenges"] == known["AvailableChallenges"]


def test_an_administrator_steps_up_too(world: World) -> None:
    world.enrol()
    token = world.app.tokens("ann")["AccessToken"]
    asked = world.app.admin_initiate("USER_AUTH", USERNAME="ann", TARGET_ACR_VALUES=TWO, ACCESS_TOKEN=token)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
