"""Grants as a token endpoint asks for them, in the words of OAuth: what the API's operations do beside their doors."""

from collections.abc import Callable

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.access import client_of
from ostiary.idp.tokens.grants import GRANTS
from ostiary.tokens.issue import Issued
from tests.idp.signin.conftest import App
from tests.idp.tokens.conftest import Desk, claims

CLIENT, REFRESH = "client_credentials", "refresh_token"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS, ID, SAML = (f"urn:ietf:params:oauth:token-type:{name}" for name in ("access_token", "id_token", "saml2"))
Grant = Callable[..., Issued]


@pytest.fixture
def grant(context: Callable[..., Context]) -> Grant:
    """Ask for a grant as a client that has proven who it is."""

    def asked(name: str, app: App, **parameters: str) -> Issued:
        ctx = context(account="")
        return GRANTS[name](ctx, client_of(ctx, app.id)[1], parameters)

    return asked


def test_a_client_gets_a_token_of_its_own_with_the_scopes_it_names(desk: Desk, grant: Grant) -> None:
    issued = grant(CLIENT, desk.service, scope="files/read")
    assert (issued.scopes, issued.id_token, issued.refresh_token) == (("files/read",), "", "")
    assert claims(issued.access_token)["scope"] == "files/read"
    with pytest.raises(InvalidParameterException, match="Invalid scope requested: files/write"):
        grant(CLIENT, desk.service, scope="files/read files/write")


def test_a_refresh_token_gives_tokens_of_the_same_sign_in(desk: Desk, grant: Grant) -> None:
    first = desk.people.tokens("ann")
    issued = grant(REFRESH, desk.people, refresh_token=first["RefreshToken"])
    assert claims(issued.access_token)["origin_jti"] == claims(first["AccessToken"])["origin_jti"]
    assert (claims(issued.id_token)["sub"], issued.scopes) == (desk.sub, ("aws.cognito.signin.user.admin",))


@pytest.mark.parametrize(("kind", "use"), [(ACCESS, "access"), (ID, "id")])
def test_a_token_is_exchanged_for_one_of_the_kind_that_is_named(desk: Desk, grant: Grant, kind: str, use: str) -> None:
    subject = {"subject_token": desk.token(), "subject_token_type": ACCESS}
    issued = grant(EXCHANGE, desk.service, **subject, requested_token_type=kind)
    token = issued.access_token or issued.id_token
    assert bool(issued.access_token) is (use == "access")
    assert (claims(token)["token_use"], claims(token)["sub"]) == (use, desk.sub)


@pytest.mark.parametrize(
    ("name", "parameters", "refusal"),
    [
        (CLIENT, {"aws_client_metadata": "[]"}, "aws_client_metadata must be a JSON object of texts."),
        (REFRESH, {}, "Missing required parameter refresh_token"),
        (EXCHANGE, {}, "Missing required parameter subject_token"),
        (EXCHANGE, {"subject_token": "x"}, "Missing required parameter subject_token_type"),
        (EXCHANGE, {"subject_token": "x", "subject_token_type": "x"}, "x is no type of tokens that is known here."),
        (EXCHANGE, {"requested_token_type": SAML}, "A pool issues access tokens and ID tokens only."),
    ],
)
def test_what_is_left_out_or_means_nothing_is_named(
    desk: Desk, grant: Grant, name: str, parameters: dict[str, str], refusal: str
) -> None:
    with pytest.raises(InvalidParameterException) as error:
        grant(name, desk.service, **parameters)
    assert error.value.message == refusal
