"""Login with Amazon."""

from ostiary.idp.providers.kinds.kind import ProviderKind

LOGIN_WITH_AMAZON = ProviderKind(
    type="LoginWithAmazon",
    required=("client_id", "client_secret", "authorize_scopes"),
    defaults={
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    username_claim="user_id",
    alone=True,
)
