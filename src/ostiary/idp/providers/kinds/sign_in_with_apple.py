"""Sign in with Apple: a private key signs what other providers take a secret for."""

from ostiary.idp.providers.kinds.kind import ProviderKind

SIGN_IN_WITH_APPLE = ProviderKind(
    type="SignInWithApple",
    required=("client_id", "team_id", "key_id", "private_key", "authorize_scopes"),
    defaults={
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
    username_claim="sub",
    alone=True,
)
