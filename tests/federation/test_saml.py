"""Which SAML documents are read at all: what is signed, by whom, and what XML it is (FED-01 … FED-04)."""

import copy
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import XMLVerifier

from ostiary.federation.saml import verify_saml
from ostiary.federation.web_identity import InvalidTokenError
from tests.federation.saml_attacks import FORGED, WRAPPED, Attack, in_another_namespace
from tests.federation.saml_verifying import CTX, IDP, WANTED, refusal, verify
from tests.fixtures.saml_provider import PLACE, pair, signed, token

RECORDED = Path(__file__).with_name("saml_documents")
RECORDED_AT = datetime(2026, 11, 23, 12, 17, 50, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", ["saml", "xml_crypto"])
def test_what_other_implementations_signed_is_read(name: str) -> None:
    """The npm packages saml 4.0 and xml-crypto 6.3, the latter with prefixes that are declared further out."""
    ctx: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: RECORDED_AT), http_of=lambda _: None)
    metadata = {"MetadataFile": (RECORDED / "metadata.xml").read_text()}
    document = (RECORDED / f"{name}.xml").read_text()
    assert verify_saml(ctx, token(document), metadata, WANTED, "").subject == "foo@example.com"
    with pytest.raises(InvalidTokenError, match="signature"):
        verify_saml(ctx, token(document.replace("foo@example.com", "bar@example.com")), metadata, WANTED, "")


# -- what is signed ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("attack", FORGED, ids=lambda attack: attack.__name__)
def test_what_the_signature_does_not_cover_is_never_read(attack: Attack) -> None:
    """FED-01."""
    assert refusal(attack(IDP)) in {"malformed", "signature"}


@pytest.mark.parametrize("attack", WRAPPED, ids=lambda attack: attack.__name__)
def test_the_wrapped_signatures_are_good_ones(attack: Attack) -> None:
    """FED-01: what is refused above is refused for where things stand, not because the test's forger made mistakes."""
    document = attack(IDP).encode()
    certificate = IDP.pair.certificate
    assert XMLVerifier().verify(document, x509_cert=certificate, id_attribute="ID", validate_schema=False)


def test_an_assertion_of_no_namespace_is_none() -> None:
    """FED-01."""
    assert verify(in_another_namespace(IDP)).subject == "somebody"


def test_comments_and_character_data_do_not_cut_a_name() -> None:
    """FED-02."""
    for name in ("ad<!-- -->min@example.com", "<![CDATA[ad]]>min@example.com"):
        assert verify(IDP.signed(name)).subject == "admin@example.com"
    whole = IDP.signed("admin@example.com")
    for cut in (
        "admin<!-- -->@example.com",
        "<!--x-->admin@example.com",
        "ad<?x?>min@example.com",
        "<![CDATA[admin@]]>example.com",
    ):
        assert verify(whole.replace("admin@example.com", cut)).subject == "admin@example.com"
    assert refusal(IDP.signed("admin<b>@</b>example.com")) == "malformed"


def test_a_comment_in_a_digest_hides_nothing() -> None:
    """FED-02: the attack on xml-crypto of 2025."""
    other = IDP.signed("admin")
    digest = re.search("<ds:DigestValue>(.*)</ds:DigestValue>", other)
    assert digest is not None
    forged = (
        IDP.signed().replace("somebody", "admin").replace("<ds:DigestValue>", f"<ds:DigestValue><!--{digest[1]}-->")
    )
    assert refusal(forged) == "signature"


SHA1 = {"signature_algorithm": SignatureMethod.RSA_SHA1, "digest_algorithm": DigestAlgorithm.SHA1}
INCLUSIVE = CanonicalizationMethod.CANONICAL_XML_1_0
COMMENTS = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS


class Sha1Signer(XMLSigner):
    """Signs with what is refused."""

    def check_deprecated_methods(self) -> None:
        pass


def sha1(digest: DigestAlgorithm, method: SignatureMethod) -> str:
    signer = Sha1Signer(signature_algorithm=method, digest_algorithm=digest)
    root = etree.fromstring(IDP.assertion().encode())
    made = signer.sign(root, key=IDP.pair.key, cert=[IDP.pair.certificate], reference_uri=f"#{root.get('ID')}")
    return str(etree.tostring(made, encoding="unicode"))


def hmac() -> str:
    """Sign with the public key as if it were a secret."""
    public = IDP.pair.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    root = etree.fromstring(IDP.assertion("admin").encode())
    made = XMLSigner(signature_algorithm=SignatureMethod.HMAC_SHA256).sign(
        root, key=public, reference_uri=f"#{root.get('ID')}"
    )
    return str(etree.tostring(made, encoding="unicode"))


def changed(old: str, new: str, document: str | None = None) -> str:
    """Return a signed assertion with something else in its signature."""
    good = document or IDP.signed()
    assert old in good
    return good.replace(old, new)


TRANSFORM = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
ODD = {
    "sha1": sha1(DigestAlgorithm.SHA1, SignatureMethod.RSA_SHA1),
    "sha1 digest": sha1(DigestAlgorithm.SHA1, SignatureMethod.RSA_SHA256),
    "sha1 signature": sha1(DigestAlgorithm.SHA256, SignatureMethod.RSA_SHA1),
    "hmac": hmac(),
    "inclusive": signed(IDP.assertion(), IDP.pair, c14n_algorithm=INCLUSIVE),
    "with comments": signed(IDP.assertion(), IDP.pair, c14n_algorithm=COMMENTS),
    "sha224": signed(IDP.assertion(), IDP.pair, digest_algorithm=DigestAlgorithm.SHA224),
    "no reference": re.sub("<ds:Reference.*</ds:Reference>", "", IDP.signed()),
    "two references": re.sub("(<ds:Reference.*</ds:Reference>)", r"\1\1", IDP.signed()),
    "whole document": re.sub('URI="#[^"]*"', 'URI=""', IDP.signed()),
    "no address": re.sub(' URI="#[^"]*"', "", IDP.signed()),
    "somewhere else": re.sub('URI="#[^"]*"', 'URI="http://127.0.0.1:1/"', IDP.signed()),
    "pointer": re.sub('URI="#([^"]*)"', r'URI="#xpointer(id(\'\1\'))"', IDP.signed()),
    "xslt": changed(TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
    "xpath": changed(TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>' + TRANSFORM),
    "base64": changed(TRANSFORM, '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>'),
    "no transforms": re.sub("<ds:Transforms>.*</ds:Transforms>", "", IDP.signed()),
    "object": changed("</ds:Signature>", "<ds:Object/></ds:Signature>"),
    "two signatures": re.sub("(?s)(<ds:Signature .*</ds:Signature>)", r"\1\1", IDP.signed()),
    "no value": re.sub("<ds:SignatureValue>.*?</ds:SignatureValue>", "<ds:SignatureValue/>", IDP.signed()),
    "bad value": re.sub("<ds:SignatureValue>.*?<", "<ds:SignatureValue>%%%<", IDP.signed()),
    "unknown method": changed("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha999"),
    "another kind of key": changed("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256"),
    "unsigned": IDP.assertion().replace(PLACE, ""),
    "placeholder": IDP.assertion(),
}


@pytest.mark.parametrize("document", ODD.values(), ids=ODD.keys())
def test_a_signature_that_is_not_one_of_samls_is_refused(document: str) -> None:
    """FED-04."""
    assert refusal(document) in {"malformed", "signature"}


def test_keys_come_from_the_metadata_alone() -> None:
    """FED-04: the key that a document brings along proves nothing, whether it fits or not."""
    stranger = pair("stranger")
    assert refusal(IDP.signed("admin", by=stranger)) == "signature"
    swapped = IDP.signed().replace(IDP.pair.text[:40], stranger.text[:40])
    assert verify(re.sub("(?s)<ds:KeyInfo>.*</ds:KeyInfo>", "", IDP.signed())).subject == "somebody"
    for garbage in (swapped, changed("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>")):
        assert verify(re.sub("X509Certificate>[^<]*<", "X509Certificate><", garbage)).subject == "somebody"


def test_of_several_certificates_any_verifies_while_it_is_valid() -> None:
    """FED-04."""
    old, new = pair("old"), pair("new", "ec")
    metadata = IDP.metadata(old, new)
    assert verify(IDP.signed(by=old), metadata).subject == "somebody"
    assert verify(IDP.signed(by=new), metadata).subject == "somebody"
    assert refusal(IDP.signed(), metadata) == "signature"
    for bad in (pair("over", days=0), pair("weak", "short"), pair("broken", "roca")):
        assert refusal(IDP.signed(by=bad), IDP.metadata(bad)) == "signature"


def test_metadata_that_has_expired_verifies_nothing() -> None:
    """FED-09."""
    assert verify(IDP.signed(), IDP.metadata(valid_until=IDP.at(60))).subject == "somebody"
    assert refusal(IDP.signed(), IDP.metadata(valid_until=IDP.at(-1))) == "signature"


SIGNED = IDP.signed()
RESPONSE = IDP.signed_response()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.sampled_from('aZ0_ <>/&"=#\u00e9'))
def test_any_change_to_what_is_signed_is_refused_or_changes_nothing(position: int, character: str) -> None:
    """FED-01."""
    mutated = SIGNED[:position] + character + SIGNED[position + 1 :]
    try:
        found = verify(mutated)
    except InvalidTokenError as error:
        assert error.reason in {"malformed", "signature"}  # noqa: PT017 - there may be no error
    else:
        assert found == verify(SIGNED)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([text for text in re.findall('>([^<>]+)<|"([^"]+)"', SIGNED) for text in text if text]), st.data()
)
def test_no_value_of_a_signed_assertion_can_be_another(value: str, data: st.DataObject) -> None:
    """FED-01: each value whose change is told is refused; the certificate and the signature's id are not read."""
    another = data.draw(st.text("abcXYZ019:/._-", min_size=1).filter(lambda text: text != value))
    test = SIGNED.replace(value, another)
    try:
        found = verify(test)
    except InvalidTokenError as error:
        assert error.reason in {"malformed", "signature"}  # noqa: PT017
    else:
        assert found == verify(SIGNED)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["assertion", "response"]),
    st.lists(st.tuples(st.sampled_from("cmdw"), st.integers(0, 60), st.integers(0, 60)), max_size=6),
)
def test_no_surgery_makes_a_forged_assertion_count(kind: str, steps: list[tuple[str, int, int]]) -> None:
    """FED-01: parts of a real and of a forged document, copied, moved, dropped and wrapped in one another."""
    root = etree.fromstring((RESPONSE if kind == "response" else IDP.response(SIGNED)).encode())
    root.append(etree.fromstring(IDP.assertion("admin").replace(PLACE, "").encode()))
    for step, first, second in steps:
        operate(root, step, first, second)
    try:
        assert verify(etree.tostring(root)).subject == "somebody"
    except InvalidTokenError as error:
        assert error.reason in {"malformed", "signature"}  # noqa: PT017


def operate(root: Any, step: str, first: int, second: int) -> None:
    """Copy (c), move (m), drop (d) or wrap (w) an element of a tree."""
    elements = list(root.iter())
    one, other = elements[first % len(elements)], elements[second % len(elements)]
    if one is root or one in set(other.iterancestors()) or one is other:
        return
    if step == "d":
        one.getparent().remove(one)
        return
    moved = copy.deepcopy(one) if step == "c" else one
    if step == "w":
        wrapped = etree.Element(other.tag, other.attrib)
        one.getparent().replace(one, wrapped)
        wrapped.append(moved)
    else:
        other.insert(second % (len(other) + 1), moved)


# -- XML ---------------------------------------------------------------------------------------------------------------
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MANY = "".join(f' a{number}="b"' for number in range(9000))
HOSTILE = {
    "laughs": LAUGHS + IDP.signed().replace("somebody", "&b;"),
    "empty type": "<!DOCTYPE a>" + IDP.signed(),
    "file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + IDP.signed("&amp;a;").replace("&amp;a", "&a"),
    "remote": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd">' + IDP.signed(),
    "undefined entity": IDP.signed().replace("somebody", "&nobody;"),
    "utf-16": IDP.signed().encode("utf-16"),
    "utf-16 with a type": (LAUGHS + IDP.signed()).encode("utf-16-le"),
    "utf-7": '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-' + IDP.signed(),
    "latin": IDP.signed("b\u00e9").encode("latin-1"),
    "deep": "<a>" * 10000 + "</a>" * 10000,
    "many": "<a>" + "<b/>" * 20000 + "</a>",
    "many attributes": IDP.signed().replace("<saml:Subject>", f"<saml:Subject{MANY}>"),
    "a large signature": changed(TRANSFORM, f"{TRANSFORM[:-2]}>{'<x/>' * 18000}</ds:Transform>"),
    "a long chain": changed("</ds:X509Data>", "<ds:X509Certificate/>" * 3000 + "</ds:X509Data>"),
    "nothing": "",
    "text": "not xml",
    "half": IDP.signed()[:-20],
    "two": IDP.signed() + IDP.signed(),
    "null": IDP.signed().replace("somebody", "some\0body"),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_are_refused_at_once(document: str | bytes) -> None:
    """FED-03."""
    began = time.thread_time()
    assert refusal(document) == "malformed"
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("presented", ["", "%", "a", "a.b.c", "====", "\u00e9"])
def test_what_is_not_base64_is_refused(presented: str) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        verify_saml(CTX, presented, {"MetadataFile": IDP.metadata()}, WANTED, "")
    assert refused.value.reason == "malformed"


def test_both_alphabets_of_base64_are_read() -> None:
    presented = token(IDP.signed("\u00ff\u00fe>>>???"))
    assert {"+", "/"} & set(presented)
    for form in (presented, presented.translate(str.maketrans("+/", "-_")), presented.rstrip("=")):
        assert verify_saml(CTX, form, {"MetadataFile": IDP.metadata()}, WANTED, "").subject == "\u00ff\u00fe>>>???"
