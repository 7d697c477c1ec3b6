"""SAML metadata of identity providers: who they are and which keys sign (SAML Metadata 2.4.3, FED-09)."""

import contextlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import Certificate, load_der_x509_certificate

from ostiary.crypto import rsa_keys
from ostiary.federation.documents import LATE_SECONDS, documents
from ostiary.federation.saml_xml import METADATA, SIGNATURE, Element, XmlError, instant, only, parse
from ostiary.runtime.execution import compute
from ostiary.runtime.http_client import HttpClient

KEPT_SECONDS = 6 * 3600
"""How long metadata is used before its address is asked again (behaviour/hosted.md 8.6)."""
_MOST_CERTIFICATES = 10
_LEAST_CURVE_BITS = 256
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_ACCEPT = "application/samlmetadata+xml, application/xml, text/xml"


@dataclass(frozen=True, slots=True)
class Metadata:
    """An identity provider. The addresses are those of the redirect binding, empty where it has none."""

    entity_id: str
    certificates: tuple[Certificate, ...]
    sign_in_url: str
    sign_out_url: str
    valid_until: float | None
    """Epoch seconds; None is for ever."""

    def is_valid(self, now: float) -> bool:
        """Whether it may be used at this time."""
        return self.valid_until is None or now < self.valid_until


def metadata_of(http: HttpClient, details: Mapping[str, str], *, fresh_within: float) -> Metadata:
    """Return what ProviderDetails tell of a provider, themselves or at an address that is asked seldom.

    Raises InvalidTokenError when the address does not answer, and XmlError for a file that is none.
    """
    if details.get("MetadataFile"):
        return compute(_of_file, details["MetadataFile"])
    url = details["MetadataURL"]
    late = LATE_SECONDS if fresh_within == KEPT_SECONDS else 0.0
    found: Metadata = documents(http).get(
        http, url, read_metadata, fresh_within=fresh_within, late=late, accept=_ACCEPT
    )
    return found


@lru_cache(maxsize=128)
def _of_file(content: str) -> Metadata:
    # Half of a surrogate pair, which JSON can hold, is refused with the rest of what is not UTF-8.
    return read_metadata(content.encode("utf-8", "surrogatepass"))


def read_metadata(document: bytes) -> Metadata:
    """Read an EntityDescriptor with one IDPSSODescriptor; raises XmlError.

    Keys that cannot verify signatures safely are passed over, as in a JWK set.
    """
    root = parse(document)
    if root.tag != f"{METADATA}EntityDescriptor" or not root.get("entityID"):
        raise XmlError("The document is no metadata of one entity.")
    descriptor = only(root, f"{METADATA}IDPSSODescriptor")
    ends = [at for at in (instant(root, "validUntil"), instant(descriptor, "validUntil")) if at is not None]
    return Metadata(
        entity_id=root.get("entityID"),
        certificates=tuple(_certificates(descriptor)),
        sign_in_url=_redirect(descriptor, "SingleSignOnService"),
        sign_out_url=_redirect(descriptor, "SingleLogoutService"),
        valid_until=min(ends, default=None),
    )


def _redirect(descriptor: Element, service: str) -> str:
    found = (each for each in descriptor.findall(f"{METADATA}{service}") if each.get("Binding") == _REDIRECT)
    return next((str(each.get("Location", "")) for each in found), "")


def _certificates(descriptor: Element) -> list[Certificate]:
    found: list[Certificate] = []
    for key in descriptor.findall(f"{METADATA}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        for each in key.iterfind(f"{SIGNATURE}KeyInfo/{SIGNATURE}X509Data/{SIGNATURE}X509Certificate"):
            with contextlib.suppress(ValueError, UnsupportedAlgorithm):
                certificate = load_der_x509_certificate(b64decode(each.text or ""))
                if _is_strong(certificate):
                    found.append(certificate)
    return found[:_MOST_CERTIFICATES]


def _is_strong(certificate: Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return rsa_keys.is_strong(key.public_numbers().n)
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _LEAST_CURVE_BITS
