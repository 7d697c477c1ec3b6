"""Identity providers that STS and identity pools take: one file for each, and the hand-written lists of them."""

from ostiary.federation.amazon import Amazon
from ostiary.federation.apple import Apple
from ostiary.federation.facebook import Facebook
from ostiary.federation.google import Google
from ostiary.federation.identity_pool import IdentityPool
from ostiary.federation.provider import Provider

SOCIAL: tuple[Provider, ...] = (Google(), Facebook(), Amazon(), Apple())
"""What identity pools name in SupportedLoginProviders."""
BUILT_IN: tuple[Provider, ...] = (*SOCIAL, IdentityPool())
"""What STS knows without being told."""
