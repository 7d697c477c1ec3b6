"""What a signature in a SAML document covers (SAML Core 5.4, FED-01, FED-04).

signxml verifies; what it is lenient about is refused before it sees it. Only what it returns, the bytes that were
signed, is read further.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import Certificate
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from ostiary.federation.saml_xml import SIGNATURE, Element, XmlError, parse, parser

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_MOST_ELEMENTS = 100
"""Of one signature: certificates come in chains, but what checks the schema takes the square of the time for more."""
_SHAPE = ["CanonicalizationMethod", "SignatureMethod", "Reference"]
_REFERENCE = ["Transforms", "DigestMethod", "DigestValue"]
# Schema errors, broken base64, unknown algorithms, keys of another kind: signxml lets each library's errors through.
_REFUSALS = (
    SignXMLException,
    UnsupportedAlgorithm,
    etree.LxmlError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


class UnsignedError(Exception):
    """There is no signature that counts."""


def is_signed(element: Element) -> bool:
    """Whether an element has a signature of its own."""
    return element.find(f"{SIGNATURE}Signature") is not None


def check_places(root: Element, signable: Iterable[Element]) -> None:
    """Refuse ids that are not unique and signatures elsewhere than in the signable elements; raises XmlError."""
    ids = [
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if etree.QName(name).localname.lower() == "id"
    ]
    if len(ids) != len(set(ids)):
        raise XmlError("An id stands in the document twice.")
    in_place = sum(len(element.findall(f"{SIGNATURE}Signature")) for element in signable)
    if in_place != sum(1 for _ in root.iter(f"{SIGNATURE}Signature")):
        raise XmlError("There is a signature where none belongs.")


def signed(element: Element, certificates: Iterable[Certificate], now: float) -> Element:
    """Return the element as it was signed by one of the certificates, without its signature.

    It is read anew from the bytes that were signed. Raises UnsignedError, and XmlError for a signature that is not
    what SAML's are. `now` is epoch seconds: a certificate counts while it is valid.
    """
    _check_shape(element)
    document = etree.tostring(element, with_tail=False)
    for certificate in certificates:
        config = SignatureConfiguration(
            location="./",
            signature_methods=_METHODS,
            digest_algorithms=_DIGESTS,
            ignore_ambiguous_key_info=True,
            verification_time=datetime.fromtimestamp(now, UTC),
        )
        try:
            verified = XMLVerifier().verify(
                document, x509_cert=certificate, parser=parser(), id_attribute="ID", expect_config=config
            )
        except _REFUSALS:
            continue
        return _covered(element, verified.signed_data)  # type: ignore[union-attr]
    raise UnsignedError("No certificate of the provider verifies the signature.")


def _covered(element: Element, data: bytes) -> Element:
    found = parse(data)
    if found.tag != element.tag or found.get("ID") != element.get("ID"):
        raise UnsignedError("The signature is of something else.")
    return found


def _check_shape(element: Element) -> None:
    """Refuse a signature with anything but one reference to the element around it; raises XmlError."""
    signature, *more = element.findall(f"{SIGNATURE}Signature")
    parts = _names(signature)
    if more or parts not in (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]):
        raise XmlError("There must be one signature, with nothing in it but itself.")
    if sum(1 for _ in signature.iter()) > _MOST_ELEMENTS:
        raise XmlError("The signature is too large.")
    info = signature[0]
    if _names(info) != _SHAPE or info[0].get("Algorithm") != _EXCLUSIVE:
        raise XmlError("A signature must have one reference and exclusive canonicalization.")
    reference = info[2]
    if not element.get("ID") or reference.get("URI") != f"#{element.get('ID')}" or _names(reference) != _REFERENCE:
        raise XmlError("A signature must be of the element around it.")
    if [transform.get("Algorithm") for transform in reference[0]] != [_ENVELOPED, _EXCLUSIVE]:
        raise XmlError("A signature's transforms must be the enveloped signature and exclusive canonicalization.")


def _names(element: Element) -> list[str]:
    """Return the names of the children, in XML Signature's namespace alone."""
    return [str(child.tag).removeprefix(SIGNATURE) for child in element]
