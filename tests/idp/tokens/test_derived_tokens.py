"""GetDerivedToken (behaviour/additions.md 5; RFC 8693)."""

import time
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    ResourceNotFoundException,
    UserNotFoundException,
)
from tests.fixtures.context import ACCOUNT
from tests.fixtures.oidc_provider import OidcProvider
from tests.idp.tokens.conftest import Desk, claims

DELEGATION, IMPERSONATION = "ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"


def actor(token: str, kind: str = "ACCESS_TOKEN") -> dict[str, Any]:
    return {"ActorToken": token, "ActorTokenType": kind}


def test_impersonation_looks_as_if_the_user_had_come(desk: Desk) -> None:
    token = desk.token()
    desk.services.clock.advance(60)
    answer = desk.exchange(token, Scopes=["files/read"], Audiences=["https://files.example.com"])
    found, before, now = claims(answer["IssuedToken"]), claims(token), desk.services.clock.now_seconds()
    assert found.pop("jti") != before["jti"]
    assert found == {
        "sub": desk.sub,
        "iss": before["iss"],
        "version": 2,
        "client_id": desk.service.id,
        "origin_jti": before["origin_jti"],
        "event_id": before["event_id"],
        "token_use": "access",
        "scope": "files/read",
        "auth_time": before["auth_time"],
        "username": "ann",
        "aud": "https://files.example.com",
        "iat": now,
        "exp": before["exp"],
    }
    assert {name: answer[name] for name in ("IssuedTokenType", "TokenType", "ExpiresIn", "Scopes")} == {
        "IssuedTokenType": "ACCESS_TOKEN",
        "TokenType": "Bearer",
        "ExpiresIn": 3540,
        "Scopes": ["files/read"],
    }


def test_delegation_names_who_acts(desk: Desk) -> None:
    agent = desk.own_token()
    answer = desk.exchange(desk.token(), **actor(agent), Resources=["files"])
    found = claims(answer["IssuedToken"])
    assert found["act"] == {"sub": claims(agent)["sub"]}
    assert (found["sub"], found["aud"]) == (desk.sub, "files")
    again = desk.exchange(answer["IssuedToken"], **actor(desk.own_token()))
    assert claims(again["IssuedToken"])["act"]["act"] == found["act"]
    # Whoever goes on without an actor does not wipe out who acted before.
    assert claims(desk.exchange(answer["IssuedToken"])["IssuedToken"])["act"] == found["act"]


def test_a_chain_of_actors_is_told_whole_and_has_an_end(desk: Desk) -> None:
    token, agent = desk.token(), desk.own_token()
    for _ in range(10):
        token = desk.exchange(token, **actor(agent))["IssuedToken"]
    depth, act = 0, claims(token).get("act")
    while act:
        depth, act = depth + 1, act.get("act")
    assert depth == 10
    with pytest.raises(InvalidParameterException, match="No more than 10"):
        desk.exchange(token, **actor(agent))


def test_an_actor_may_be_a_person_with_either_token(desk: Desk) -> None:
    sub = desk.pool.user("bob")
    tokens = desk.tokens(name="bob")
    for kind, member in (("ACCESS_TOKEN", "AccessToken"), ("ID_TOKEN", "IdToken")):
        answer = desk.exchange(desk.token(), **actor(tokens[member], kind))
        assert claims(answer["IssuedToken"])["act"] == {"sub": sub}
    desk.pool.call("AdminDisableUser", Username="bob")
    with pytest.raises(NotAuthorizedException, match="User is disabled"):
        desk.exchange(desk.token(), **actor(tokens["AccessToken"]))
    desk.pool.call("AdminDeleteUser", Username="bob")
    with pytest.raises(UserNotFoundException):
        desk.exchange(desk.token(), **actor(tokens["AccessToken"]))


def test_an_id_token_can_be_derived_from_either_token(desk: Desk) -> None:
    tokens = desk.tokens()
    for kind, member in (("ACCESS_TOKEN", "AccessToken"), ("ID_TOKEN", "IdToken")):
        answer = desk.exchange(tokens[member], kind, RequestedTokenType="ID_TOKEN", **actor(desk.own_token()))
        found = claims(answer["IssuedToken"])
        assert (answer["IssuedTokenType"], answer["TokenType"], answer["Scopes"]) == ("ID_TOKEN", "N_A", [])
        assert (found["aud"], found["token_use"], found["cognito:username"]) == (desk.service.id, "id", "ann")
        assert found["email"] == "ann@example.com"
        assert found["act"]["sub"]
    with pytest.raises(InvalidParameterException):
        desk.exchange(tokens["IdToken"], "ID_TOKEN", RequestedTokenType="ID_TOKEN", Audiences=["another-client"])


@pytest.mark.parametrize(
    ("has", "may", "wanted", "granted"),
    [
        ("files/read openid email", ["files/read", "openid"], None, ["files/read", "openid"]),
        ("openid files/read", ["files/read", "openid"], ["files/read"], ["files/read"]),
        ("openid files/read", ["files/read"], ["openid", "files/read"], ["files/read"]),
        ("files/read", ["openid"], None, []),
        ("openid", ["files/read", "openid"], ["files/read"], None),
        ("aws.cognito.signin.user.admin", [], None, []),
    ],
)
def test_scopes_only_ever_narrow(
    desk: Desk, has: str, may: list[str], wanted: list[str] | None, granted: list[str] | None
) -> None:
    """OAU-13: what the subject has, what the client may have, and of these what was asked for."""
    client = desk.client([IMPERSONATION], may)
    req: dict[str, Any] = {} if wanted is None else {"Scopes": wanted}
    if granted is None:
        with pytest.raises(InvalidParameterException, match="None of the requested scopes"):
            desk.exchange(desk.token(has), by=client, **req)
        return
    answer = desk.exchange(desk.token(has), by=client, **req)
    assert answer["Scopes"] == granted
    assert claims(answer["IssuedToken"]).get("scope", "").split() == granted


def test_an_id_token_has_no_scopes_to_give(desk: Desk) -> None:
    token = desk.tokens()["IdToken"]
    assert "scope" not in claims(desk.exchange(token, "ID_TOKEN")["IssuedToken"])
    with pytest.raises(InvalidParameterException):
        desk.exchange(token, "ID_TOKEN", Scopes=["files/read"])


def test_each_mode_has_its_own_flow(desk: Desk) -> None:
    for flow, more, other in ((DELEGATION, {}, IMPERSONATION), (IMPERSONATION, actor(desk.own_token()), DELEGATION)):
        client = desk.client([flow], ["files/read"])
        with pytest.raises(NotAuthorizedException, match=f"{other} is not enabled for the client."):
            desk.exchange(desk.token(), by=client, **more)


@pytest.mark.parametrize(
    ("req", "text"),
    [
        ({"Audiences": ["a"], "Resources": ["files"]}, "Audiences and Resources"),
        ({"ActorToken": "a.b.c"}, "ActorTokenType is required"),
        ({"ActorTokenType": "ID_TOKEN"}, "require ActorToken"),
        ({"SubjectTokenType": "SAML2"}, "SubjectTokenProviderName is required"),
        ({"SubjectTokenProviderName": "nobody"}, "The provider nobody does not exist"),
    ],
)
def test_what_does_not_go_together_is_refused(desk: Desk, req: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterException, match=text):
        desk.exchange(desk.token(), **req)


def test_an_unknown_resource_server_is_refused(desk: Desk) -> None:
    with pytest.raises(ResourceNotFoundException, match="Resource server nothing does not exist"):
        desk.exchange(desk.token(), Resources=["nothing"])


# -- whose tokens count ------------------------------------------------------------------------------------------------
def test_tokens_that_are_not_good_are_refused_in_both_places(desk: Desk) -> None:
    """TOK-01, TOK-08, TOK-10, TOK-19."""
    good, agent = desk.tokens(), desk.own_token()
    forged = good["AccessToken"][:-6] + "AAAAAA"
    wrong = [
        (forged, "ACCESS_TOKEN"),
        (good["IdToken"], "ACCESS_TOKEN"),
        (good["AccessToken"], "ID_TOKEN"),
        (good["RefreshToken"], "ACCESS_TOKEN"),
        ("", "ACCESS_TOKEN"),
        ("a.b.c", "ID_TOKEN"),
    ]
    for token, kind in wrong:
        with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
            desk.exchange(token, kind)
        with pytest.raises(NotAuthorizedException, match="Invalid Actor Token"):
            desk.exchange(good["AccessToken"], **actor(token, kind))
    desk.services.clock.advance(3600)
    with pytest.raises(NotAuthorizedException, match="Subject Token has expired"):
        desk.exchange(good["AccessToken"])
    with pytest.raises(NotAuthorizedException, match="Actor Token has expired"):
        desk.exchange(desk.token(), **actor(agent))


def test_another_pools_token_is_refused(desk: Desk, make_pool: Any) -> None:
    """TOK-19."""
    other = make_pool()
    other.user("ann")
    with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
        desk.exchange(other.app().tokens("ann")["AccessToken"])


def test_what_is_derived_ends_with_the_sign_in(desk: Desk) -> None:
    """TOK-11, TOK-12: revoked, signed out, disabled, deleted."""
    tokens = desk.tokens("aws.cognito.signin.user.admin")
    derived = desk.exchange(tokens["AccessToken"])["IssuedToken"]
    assert desk.pool.get_user(derived)["Username"] == "ann"
    desk.people.revoke(tokens["RefreshToken"])
    with pytest.raises(NotAuthorizedException, match="Access Token has been revoked"):
        desk.pool.get_user(derived)
    for token in (tokens["AccessToken"], derived):
        with pytest.raises(NotAuthorizedException, match="Subject Token has been revoked"):
            desk.exchange(token)
    token = desk.token()
    desk.pool.call("AdminDisableUser", Username="ann")
    with pytest.raises(NotAuthorizedException, match="User is disabled"):
        desk.exchange(token)
    desk.pool.call("AdminDeleteUser", Username="ann")
    with pytest.raises(UserNotFoundException, match="User does not exist"):
        desk.exchange(token)


def test_a_derived_token_without_the_scope_does_nothing_at_the_pool(desk: Desk) -> None:
    for has in ("files/read", "email"):
        derived = desk.exchange(desk.token(has))["IssuedToken"]
        with pytest.raises(NotAuthorizedException, match="Access Token does not have required scopes"):
            desk.pool.get_user(derived)


def test_a_clients_own_token_stands_for_no_user(desk: Desk) -> None:
    with pytest.raises(UserNotFoundException):
        desk.exchange(desk.own_token())


# -- who may ask -------------------------------------------------------------------------------------------------------
def test_the_secret_or_the_pools_administrator_opens(desk: Desk) -> None:
    """behaviour/additions.md 2.1: a signature is no choice, for SDKs sign every call."""
    req = {"ClientId": desk.service.id, "SubjectToken": desk.token(), "SubjectTokenType": "ACCESS_TOKEN"}
    for account in ("", ACCOUNT, "222222222222"):
        assert desk.as_principal(account, **req, ClientSecret=desk.service.secret)["IssuedToken"]
        with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash"):
            desk.as_principal(account, **req, ClientSecret="x" * 24)
    assert desk.as_principal(ACCOUNT, **req)["IssuedToken"]
    for account in ("", "222222222222"):
        with pytest.raises(NotAuthorizedException, match="configured for secret but secret was not received"):
            desk.as_principal(account, **req)


def test_a_public_client_needs_its_id_only(desk: Desk) -> None:
    public = desk.pool.app(ExplicitAuthFlows=[IMPERSONATION], AllowedOAuthScopes=["files/read"])
    assert desk.exchange(desk.token(), by=public)["Scopes"] == ["files/read"]


# -- identity providers ------------------------------------------------------------------------------------------------
def known_provider(desk: Desk, provider: OidcProvider, issuer: str = "") -> None:
    details = {
        "client_id": "client",
        "attributes_request_method": "GET",
        "oidc_issuer": issuer or provider.issuer,
        "authorize_scopes": "openid",
    }
    desk.pool.call("CreateIdentityProvider", ProviderName="Corp", ProviderType="OIDC", ProviderDetails=details)


def link(desk: Desk, subject: str, attribute: str = "Cognito_Subject") -> None:
    desk.pool.call(
        "AdminLinkProviderForUser",
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "ann"},
        SourceUser={
            "ProviderName": "Corp",
            "ProviderAttributeName": attribute,
            "ProviderAttributeValue": subject,
        },
    )


def test_a_providers_token_stands_for_the_user_it_signs_in(desk: Desk, provider: OidcProvider) -> None:
    """FED-10, FED-12."""
    known_provider(desk, provider)
    link(desk, "somebody")
    of_corp: dict[str, Any] = {"SubjectTokenProviderName": "Corp"}
    found = claims(desk.exchange(provider.token(), "ID_TOKEN", **of_corp)["IssuedToken"])
    assert (found["sub"], found["username"]) == (desk.sub, "ann")
    assert "origin_jti" not in found
    for wrong in (
        provider.token(aud="another"),
        provider.token(iss="https://elsewhere.example.com"),
        provider.token()[:-6] + "AAAAAA",
        desk.tokens()["IdToken"],
    ):
        with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
            desk.exchange(wrong, "ID_TOKEN", **of_corp)
    with pytest.raises(NotAuthorizedException, match="Subject Token has expired"):
        desk.exchange(provider.token(exp=1), "ID_TOKEN", **of_corp)
    with pytest.raises(UserNotFoundException):
        desk.exchange(provider.token(sub="stranger"), "ID_TOKEN", **of_corp)
    desk.pool.user("Corp_stranger")
    with pytest.raises(UserNotFoundException):
        desk.exchange(provider.token(sub="stranger"), "ID_TOKEN", **of_corp)


@pytest.mark.parametrize("given", ["", "/"])
@pytest.mark.parametrize("named", ["", "/"])
def test_an_issuer_may_be_given_without_the_slash_that_it_has(
    desk: Desk, provider: OidcProvider, given: str, named: str
) -> None:
    """Auth0's has one, and AWS's console asks to leave it out."""
    issuer = provider.issuer
    provider.issuer += named
    known_provider(desk, provider, f"{issuer}{given}")
    link(desk, "somebody")
    assert desk.exchange(provider.token(), "ID_TOKEN", SubjectTokenProviderName="Corp")["IssuedToken"]
    with pytest.raises(NotAuthorizedException, match="Invalid Subject Token"):
        desk.exchange(provider.token(iss=f"{issuer}//"), "ID_TOKEN", SubjectTokenProviderName="Corp")


def test_what_is_derived_is_as_sure_as_the_sign_in(desk: Desk, provider: OidcProvider) -> None:
    """behaviour/additions.md 4.6: a provider's word counts as the pool maps it, and else as the lowest level."""
    mine = desk.pool.app(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]).tokens("ann")["AccessToken"]
    found = claims(desk.exchange(mine)["IssuedToken"])
    assert (found["acr"], found["amr"]) == ("urn:cognito:loa:2", ["pwd"])
    known_provider(desk, provider)
    desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", AcrMapping={"Level3": "strong"})
    link(desk, "somebody")
    for acr, level in (("strong", 3), ("weak", 1), (None, 1)):
        answer = desk.exchange(provider.token(acr=acr), "ID_TOKEN", SubjectTokenProviderName="Corp")
        assert claims(answer["IssuedToken"])["acr"] == f"urn:cognito:loa:{level}"


def test_a_link_may_be_of_any_claim(desk: Desk, provider: OidcProvider) -> None:
    """FED-12: whatever else the token says."""
    known_provider(desk, provider)
    link(desk, "0042", "staff")
    odd: dict[str, Any] = {"nul": "\0", "\0": "x", "number": 42, "many": ["0042"], "nothing": ""}
    odd |= {f"claim{number}": "x" for number in range(90)}
    token = provider.token(sub="x", staff="0042", **odd)
    found = claims(desk.exchange(token, "ID_TOKEN", SubjectTokenProviderName="Corp")["IssuedToken"])
    assert found["sub"] == desk.sub
    with pytest.raises(UserNotFoundException):
        desk.exchange(provider.token(sub="x", staff=42), "ID_TOKEN", SubjectTokenProviderName="Corp")


def test_who_has_proven_the_same_address_is_linked_where_the_pool_says_so(desk: Desk, provider: OidcProvider) -> None:
    """FED-12, FED-13: a first exchange links, those after it find the link, and what was there before has ended."""
    known_provider(desk, provider)
    mapping = {"email": "email", "email_verified": "email_verified", "username": "sub"}
    desk.pool.call("UpdateIdentityProvider", ProviderName="Corp", AttributeMapping=mapping)
    proven = [{"Name": "email_verified", "Value": "true"}]
    desk.pool.call("AdminUpdateUserAttributes", Username="ann", UserAttributes=proven)
    before = desk.token()
    asked: dict[str, Any] = {
        "token": provider.token(sub="new", email="Ann@example.com", email_verified=True),
        "kind": "ID_TOKEN",
    }
    with pytest.raises(UserNotFoundException):
        desk.exchange(**asked, SubjectTokenProviderName="Corp")
    desk.pool.call("UpdateUserPool", UserPoolTags={"ostiary:link-by-email": "Corp"})
    unproven = provider.token(sub="new", email="ann@example.com", email_verified=False)
    with pytest.raises(UserNotFoundException):
        desk.exchange(unproven, "ID_TOKEN", SubjectTokenProviderName="Corp")
    found = claims(desk.exchange(**asked, SubjectTokenProviderName="Corp")["IssuedToken"])
    assert found["sub"] == desk.sub
    with pytest.raises(NotAuthorizedException):
        desk.exchange(before)
    later = provider.token(sub="new", email="other@example.com", iat=time.time() + 5)
    assert claims(desk.exchange(later, "ID_TOKEN", SubjectTokenProviderName="Corp")["IssuedToken"])["sub"] == desk.sub


def test_a_providers_token_may_name_the_actor(desk: Desk, provider: OidcProvider) -> None:
    known_provider(desk, provider)
    answer = desk.exchange(
        desk.token(), **actor(provider.token(sub="agent", act={"sub": "x"}), "ID_TOKEN"), ActorTokenProviderName="Corp"
    )
    assert claims(answer["IssuedToken"])["act"] == {"sub": "agent", "iss": provider.issuer}


def test_a_provider_that_does_not_answer_is_told_apart(desk: Desk, provider: OidcProvider) -> None:
    known_provider(desk, provider)
    token = provider.token()
    provider.server.answer = lambda _path, _query: (500, {})
    with pytest.raises(NotAuthorizedException, match="does not answer"):
        desk.exchange(token, "ID_TOKEN", SubjectTokenProviderName="Corp")
