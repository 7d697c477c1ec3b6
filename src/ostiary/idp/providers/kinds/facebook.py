"""Facebook: the addresses have the version of its API in them."""

from collections.abc import Mapping

from ostiary.context import Context
from ostiary.idp.providers.kinds.kind import ProviderKind

_VERSION = "v17.0"


def _addresses(_ctx: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    version = given.get("api_version", _VERSION)
    return {
        "attributes_url": f"https://graph.facebook.com/{version}/me?fields=",
        "authorize_url": f"https://www.facebook.com/{version}/dialog/oauth",
        "token_url": f"https://graph.facebook.com/{version}/oauth/access_token",
    }


FACEBOOK = ProviderKind(
    type="Facebook",
    required=("client_id", "client_secret", "authorize_scopes"),
    defaults={"attributes_url_add_attributes": "true", "token_request_method": "GET"},
    derived=_addresses,
    username_claim="id",
    alone=True,
)
