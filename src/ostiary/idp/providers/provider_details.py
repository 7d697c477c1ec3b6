"""What an identity provider's ProviderDetails must hold, and what the service adds (behaviour/hosted.md 8.1)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.federation.saml_metadata import Metadata, metadata_of
from ostiary.federation.saml_xml import XmlError
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.addresses import Reach

SOCIAL = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
SECRET = ("client_secret", "private_key")
"""Details that are sealed at rest."""
NEVER_SHOWN = frozenset({"private_key"})
ELSEWHERE = frozenset({"ActiveEncryptionCertificate"})
"""Details that are another deployment's: it has the key to this certificate, and nobody else."""
_REQUIRED = {
    "Google": ("client_id", "client_secret", "authorize_scopes"),
    "Facebook": ("client_id", "client_secret", "authorize_scopes"),
    "LoginWithAmazon": ("client_id", "client_secret", "authorize_scopes"),
    "SignInWithApple": ("client_id", "team_id", "key_id", "private_key", "authorize_scopes"),
    "OIDC": ("client_id", "attributes_request_method", "authorize_scopes"),
    "SAML": (),
}
_OIDC_ADDRESSES = ("authorize_url", "token_url", "attributes_url", "jwks_uri")
_ADDED = {
    "Google": {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com",
        "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    },
    "LoginWithAmazon": {
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    "SignInWithApple": {
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
    "OIDC": {"attributes_url_add_attributes": "false"},
}
_FACEBOOK_VERSION = "v17.0"
_USERNAME_CLAIM = {
    "Facebook": "id",
    "LoginWithAmazon": "user_id",
    "Google": "sub",
    "SignInWithApple": "sub",
    "OIDC": "sub",
}
_FLAGS = ("IDPSignout", "IDPInit", "EncryptedResponses")


def completed(ctx: Context, provider_type: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the details with what the service adds; raises InvalidParameterException for what cannot work.

    The metadata of a SAML provider may have to be fetched.
    """
    for name in _REQUIRED[provider_type]:
        if not given.get(name):
            raise InvalidParameterException(f"ProviderDetails: {name} is required")
    if provider_type == "OIDC":
        _check_oidc(given)
    if provider_type == "SAML":
        return _saml(ctx, given)
    return {**_added(provider_type, given), **given}


def username_mapping(provider_type: str, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return an AttributeMapping with the claim that is the user's id at the provider, which Describe always shows."""
    claim = _USERNAME_CLAIM.get(provider_type)
    return dict(mapping) if claim is None else {"username": claim, **mapping}


def _added(provider_type: str, given: Mapping[str, str]) -> dict[str, str]:
    if provider_type != "Facebook":
        return _ADDED[provider_type]
    version = given.get("api_version", _FACEBOOK_VERSION)
    return {
        "attributes_url": f"https://graph.facebook.com/{version}/me?fields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": f"https://www.facebook.com/{version}/dialog/oauth",
        "token_request_method": "GET",
        "token_url": f"https://graph.facebook.com/{version}/oauth/access_token",
    }


def _check_oidc(given: Mapping[str, str]) -> None:
    if given["attributes_request_method"] not in {"GET", "POST"}:
        raise InvalidParameterException("ProviderDetails: attributes_request_method must be GET or POST")
    if "openid" not in given["authorize_scopes"].split():
        raise InvalidParameterException("ProviderDetails: authorize_scopes must contain openid")
    addresses = [name for name in _OIDC_ADDRESSES if given.get(name)]
    if not given.get("oidc_issuer") and len(addresses) < len(_OIDC_ADDRESSES):
        raise InvalidParameterException("ProviderDetails: oidc_issuer is required")
    for name in ("oidc_issuer", *addresses):
        if given.get(name):
            _check_url(name, given[name])


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidParameterException(f"ProviderDetails: {name} is not a valid URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.fragment:
        raise InvalidParameterException(f"ProviderDetails: {name} is not a valid URL")


def _saml(ctx: Context, given: Mapping[str, str]) -> dict[str, str]:
    if bool(given.get("MetadataURL")) == bool(given.get("MetadataFile")):
        raise InvalidParameterException("ProviderDetails: exactly one of MetadataURL and MetadataFile is required")
    for name in _FLAGS:
        if given.get(name, "true").lower() not in {"true", "false"}:
            raise InvalidParameterException(f"ProviderDetails: {name} must be true or false")
    if given.get("RequestSigningAlgorithm", "rsa-sha256") != "rsa-sha256":
        raise InvalidParameterException("ProviderDetails: RequestSigningAlgorithm must be rsa-sha256")
    metadata = _metadata(ctx, given)
    if not metadata.is_valid(ctx.clock.now()):
        raise InvalidParameterException("The metadata is not valid any more.")
    if not metadata.sign_in_url:
        raise InvalidParameterException("Metadata has no SingleSignOnService with the HTTP-Redirect binding.")
    sign_out = {"SLORedirectBindingURI": metadata.sign_out_url} if metadata.sign_out_url else {}
    return {"SSORedirectBindingURI": metadata.sign_in_url, **sign_out, **given}


def _metadata(ctx: Context, given: Mapping[str, str]) -> Metadata:
    url = given.get("MetadataURL", "")
    if url:
        _check_url("MetadataURL", url)
        if not url.lower().startswith("https://") and not Reach.of_tenants(ctx.settings).private:
            raise InvalidParameterException("ProviderDetails: MetadataURL must begin with https://")
    try:
        return metadata_of(ctx.http_of(ctx.account), given, fresh_within=0)
    except InvalidTokenError:
        raise InvalidParameterException(f"Error retrieving metadata from {url}") from None
    except XmlError:
        raise InvalidParameterException("Error parsing metadata file.") from None
