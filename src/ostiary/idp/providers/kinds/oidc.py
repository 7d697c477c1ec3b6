"""Any provider of OpenID Connect: at its issuer, or at addresses that are all given."""

from collections.abc import Mapping

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.providers.kinds.kind import ProviderKind, check_url

_ADDRESSES = ("authorize_url", "token_url", "attributes_url", "jwks_uri")


def _checked(_ctx: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    """Refuse details that cannot work; nothing follows from them."""
    if given["attributes_request_method"] not in {"GET", "POST"}:
        raise InvalidParameterException("ProviderDetails: attributes_request_method must be GET or POST")
    if "openid" not in given["authorize_scopes"].split():
        raise InvalidParameterException("ProviderDetails: authorize_scopes must contain openid")
    addresses = [name for name in _ADDRESSES if given.get(name)]
    if not given.get("oidc_issuer") and len(addresses) < len(_ADDRESSES):
        raise InvalidParameterException("ProviderDetails: oidc_issuer is required")
    for name in ("oidc_issuer", *addresses):
        if given.get(name):
            check_url(name, given[name])
    return {}


OIDC = ProviderKind(
    type="OIDC",
    required=("client_id", "attributes_request_method", "authorize_scopes"),
    defaults={"attributes_url_add_attributes": "false"},
    derived=_checked,
    username_claim="sub",
    maps_levels=True,
)
