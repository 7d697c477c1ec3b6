"""The kinds of identity providers that a pool may have: one file for each, and the hand-written list of them."""

from ostiary.idp.providers.kinds.facebook import FACEBOOK
from ostiary.idp.providers.kinds.google import GOOGLE
from ostiary.idp.providers.kinds.kind import ProviderKind
from ostiary.idp.providers.kinds.login_with_amazon import LOGIN_WITH_AMAZON
from ostiary.idp.providers.kinds.oidc import OIDC
from ostiary.idp.providers.kinds.saml import SAML
from ostiary.idp.providers.kinds.sign_in_with_apple import SIGN_IN_WITH_APPLE

__all__ = ["KINDS", "ProviderKind"]
KINDS = {kind.type: kind for kind in (FACEBOOK, GOOGLE, LOGIN_WITH_AMAZON, SIGN_IN_WITH_APPLE, OIDC, SAML)}
