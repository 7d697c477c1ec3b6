"""A user pool that everything can be done in, and who does it."""

import itertools
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ostiary.crypto import totp
from tests.fixtures.authenticator import Authenticator, decoded_base32
from tests.fixtures.functions import FunctionError, FunctionServer, answering, arn_of
from tests.fixtures.server import Mailbox, Server

PASSWORD, OTHER_PASSWORD = "Correct-horse-7", "Battery-staple-8"
FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
TRIGGERS = (
    "PreSignUp",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "CustomMessage",
    "PreTokenGeneration",
)
FACTORS = ["PASSWORD", "WEB_AUTHN", "EMAIL_OTP"]
POOL: dict[str, Any] = {
    "PoolName": "people",
    "AliasAttributes": ["email", "preferred_username"],
    "AutoVerifiedAttributes": ["email"],
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False},
    "MfaConfiguration": "OPTIONAL",
    "Policies": {
        "PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3},
        "SignInPolicy": {"AllowedFirstAuthFactors": FACTORS},
    },
    "Schema": [{"Name": "level", "AttributeDataType": "Number", "Mutable": True}],
    "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"},
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
}
VERIFIER = {"Salt": b64encode(b"salt" * 4).decode(), "PasswordVerifier": b64encode(b"\x07" * 384).decode()}
"""What a device tells of its secret; no test proves that one."""
NOBODY = "nobody"
_numbers = itertools.count(1)


def unique(word: str) -> str:
    """Return a name that nothing else has."""
    return f"{word}{next(_numbers)}"


@dataclass
class Functions:
    """The pool's functions: they let everything pass until `fail` is told how not to."""

    server: FunctionServer
    account: str
    way: str = ""

    def arns(self) -> dict[str, str]:
        """Return a LambdaConfig with a function for each trigger."""
        for trigger in TRIGGERS:
            self.server.on(trigger, self._run)
        return {trigger: arn_of(trigger, self.account) for trigger in TRIGGERS}

    def questions(self) -> dict[str, str]:
        """Return a LambdaConfig with functions that ask a question, whatever was answered."""
        define = {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}
        create = {"publicChallengeParameters": {"sum": "2 3"}, "privateChallengeParameters": {"answer": "5"}}
        answers: dict[str, dict[str, Any]] = {
            "DefineAuthChallenge": define,
            "CreateAuthChallenge": create,
            "VerifyAuthChallengeResponse": {"answerCorrect": False},
        }
        for trigger, response in answers.items():
            self.server.on(trigger, answering(response))
        return {trigger: arn_of(trigger, self.account) for trigger in answers}

    def _run(self, event: dict[str, Any]) -> Any:
        if self.way == "raises":
            raise FunctionError("no")
        return ["nonsense"] if self.way == "babbles" else event

    def fail(self, way: str) -> None:
        """Fail from now on: `raises`, `babbles`, or `is gone`; empty to work again."""
        self.way = way
        self.server.status = 404 if way == "is gone" else 0


@dataclass
class Home:
    """A pool with a client. `admin` signs as the root of its account, `app` not at all."""

    server: Server
    admin: Any
    app: Any
    account: str
    functions: Functions
    triggered: bool = False
    """Whether the pool asks functions."""
    settings: dict[str, Any] = field(default_factory=dict)
    plain: bool = False
    """Whether the pool has its settings only, instead of everything."""
    others: dict[str, "Home"] = field(default_factory=dict)

    @cached_property
    def pool(self) -> str:
        """The pool's id."""
        if self.plain:
            return self.new_pool(**self.settings)
        triggers = {"LambdaConfig": self.functions.arns()} if self.triggered else {}
        pool_id = self.new_pool(**{**POOL, **triggers})
        self.admin.set_user_pool_mfa_config(
            UserPoolId=pool_id,
            MfaConfiguration="OPTIONAL",
            SoftwareTokenMfaConfiguration={"Enabled": True},
            WebAuthnConfiguration={"RelyingPartyId": "example.com"},
        )
        return pool_id

    @cached_property
    def asking(self) -> "Home":
        """A home whose pool's functions ask for the sum of two and three."""
        return self.other(LambdaConfig=self.functions.questions())

    def new_pool(self, **settings: Any) -> str:
        """Make another pool and return its id."""
        return str(self.admin.create_user_pool(**{"PoolName": "other", **settings})["UserPool"]["Id"])

    def other(self, **settings: Any) -> "Home":
        """Return another home, whose pool has these settings and no more; made once."""
        key = repr(settings)
        if key not in self.others:
            made = Home(self.server, self.admin, self.app, self.account, self.functions, plain=True, settings=settings)
            self.others[key] = made
        return self.others[key]

    @property
    def in_pool(self) -> dict[str, str]:
        """The member that names the pool."""
        return {"UserPoolId": self.pool}

    @cached_property
    def client(self) -> str:
        """The id of a client for every flow, without a secret."""
        return str(self.new_client()["ClientId"])

    @property
    def scratch(self) -> dict[str, str]:
        """The member that names a pool which anybody may change."""
        return self.other(UserPoolTags={"for": "changes"}).in_pool

    def pool_of(self, client_id: str) -> str:
        """Return the pool of a client of this home, or of one of the others."""
        others = (home for home in self.others.values() if home.__dict__.get("client") == client_id)
        return next(others, self).pool

    @cached_property
    def secret_client(self) -> dict[str, Any]:
        """A client with a secret."""
        return self.new_client(GenerateSecret=True)

    def new_client(self, **settings: Any) -> dict[str, Any]:
        """Make a client."""
        wanted = {"ClientName": "app", "ExplicitAuthFlows": FLOWS, **settings}
        return dict(self.admin.create_user_pool_client(**self.in_pool, **wanted)["UserPoolClient"])

    @property
    def in_client(self) -> dict[str, str]:
        """The members that name the pool and the client."""
        return {"UserPoolId": self.pool, "ClientId": self.client}

    # -- people ------------------------------------------------------------------------------------------------------
    def person(self, name: str = "", **attributes: str) -> str:
        """Make a confirmed user with a verified e-mail address and return the name."""
        name = name or unique("person")
        attributes = {"email": f"{name}@{self.client}.example", "email_verified": "true", **attributes}
        named = {"UserPoolId": self.pool, "Username": name}
        self.admin.admin_create_user(**named, UserAttributes=pairs(**attributes), MessageAction="SUPPRESS")
        self.admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        return name

    @cached_property
    def ann(self) -> str:
        """A user who is only looked at."""
        return self.person()

    def named(self, name: str = "") -> dict[str, str]:
        """Return the members that name a user of the pool, ann by default."""
        return {"UserPoolId": self.pool, "Username": name or self.ann}

    def somebody(self) -> dict[str, str]:
        """Return the members that name a user who is there for this call alone."""
        return self.named(self.person())

    def email(self, name: str) -> str:
        """Return a user's address."""
        return f"{name}@{self.client}.example"

    def mailed(self, name: str) -> str:
        """Return the last code that was mailed to a user."""
        return Mailbox(self.server.services).code(self.email(name))

    def signed_up(self) -> str:
        """Sign somebody up, who is not confirmed yet, and return the name."""
        name = unique("person")
        self.app.sign_up(**self.sign_up(name))
        return name

    def sign_up(self, name: str = "") -> dict[str, Any]:
        """Return the request that signs somebody up."""
        name = name or unique("person")
        attributes = pairs(email=self.email(name))
        return {"ClientId": self.client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes}

    # -- signed in ---------------------------------------------------------------------------------------------------
    def initiate(self, name: str, password: str = PASSWORD, **more: str) -> dict[str, Any]:
        """Return the request that signs in by password."""
        parameters = {"USERNAME": name, "PASSWORD": password, **more}
        return {"ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}

    def tokens(self, name: str = "") -> dict[str, Any]:
        """Sign in and return the AuthenticationResult; somebody new by default."""
        return dict(self.app.initiate_auth(**self.initiate(name or self.person()))["AuthenticationResult"])

    @cached_property
    def anns_token(self) -> str:
        """The access token of ann."""
        return str(self.tokens(self.ann)["AccessToken"])

    @property
    def as_ann(self) -> dict[str, str]:
        """The member that says who is signed in."""
        return {"AccessToken": self.anns_token}

    def signed_in(self, name: str = "") -> dict[str, str]:
        """Return the member that says who is signed in: somebody who is there for this call alone."""
        return {"AccessToken": self.tokens(name)["AccessToken"]}

    @cached_property
    def must_reset(self) -> str:
        """The access token of somebody whose password was reset afterwards."""
        name = self.person()
        token = self.tokens(name)["AccessToken"]
        self.admin.admin_reset_user_password(**self.named(name))
        return str(token)

    @cached_property
    def was_deleted(self) -> str:
        """The access token of somebody who was deleted afterwards."""
        name = self.person()
        token = self.tokens(name)["AccessToken"]
        self.admin.admin_delete_user(**self.named(name))
        return str(token)

    # -- what people have --------------------------------------------------------------------------------------------
    def device(self, *, confirmed: bool = True) -> dict[str, str]:
        """Give somebody a device; `Username`, `AccessToken`, `DeviceKey`."""
        name = self.person()
        tokens = self.tokens(name)
        named = tokens["NewDeviceMetadata"]
        found = {"Username": name, "AccessToken": tokens["AccessToken"], "DeviceKey": named["DeviceKey"]}
        if confirmed:
            self.app.confirm_device(
                AccessToken=found["AccessToken"], DeviceKey=found["DeviceKey"], DeviceSecretVerifierConfig=VERIFIER
            )
        return found

    def digits(self, token: dict[str, str]) -> str:
        """Let somebody associate an authenticator app, and return what it shows."""
        return self.shown(self.app.associate_software_token(**token)["SecretCode"])

    def shown(self, secret: str) -> str:
        """Return what an authenticator app shows now."""
        return totp.code(decoded_base32(secret), totp.step_at(self.server.services.clock.now()))

    def passkey(self, token: dict[str, str]) -> Authenticator:
        """Let somebody register a passkey."""
        made = Authenticator()
        self.app.complete_web_authn_registration(**token, Credential=made.register(self.options(token)))
        return made

    def options(self, token: dict[str, str]) -> dict[str, Any]:
        """Return what a passkey is made by."""
        return dict(self.app.start_web_authn_registration(**token)["CredentialCreationOptions"])


def pairs(**attributes: str) -> list[dict[str, str]]:
    """Return attributes as requests have them."""
    return [{"Name": name.replace("custom_", "custom:"), "Value": value} for name, value in attributes.items()]
