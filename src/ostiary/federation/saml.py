"""SAML 2.0 assertions of identity providers: which of them count, and what they say (SAML Core 2, RFC 7522 3)."""

import binascii
from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from ostiary.context import Context
from ostiary.federation.claims import SKEW_SECONDS
from ostiary.federation.keys import REFETCH_SECONDS
from ostiary.federation.saml_metadata import KEPT_SECONDS, Metadata, metadata_of
from ostiary.federation.saml_signatures import UnsignedError, check_places, is_signed, signed
from ostiary.federation.saml_xml import ASSERTION, PROTOCOL, Element, XmlError, instant, only, parse, text
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.execution import compute
from ostiary.runtime.http_client import HttpClient

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_UNDERSTOOD = {f"{ASSERTION}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a provider asserts. Times are epoch seconds."""

    assertion_id: str
    issuer: str
    subject: str
    """The NameID, as it was written."""
    expires_at: float
    authenticated_at: float
    is_for_one_use: bool
    """Whether the provider forbids to keep and use it again."""
    attributes: Mapping[str, str]
    """The attributes with one value each, by the names that the provider has for them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """For whom an assertion must be made: an entity id, and the addresses it may be delivered to."""

    audience: str
    recipients: Collection[str]


def verify_saml(ctx: Context, token: str, details: Mapping[str, str], wanted: Expected, owner: str) -> Assertion:
    """Return what an assertion says, or the one in a response; raises InvalidTokenError.

    `token` is base64 of XML, in either alphabet. `details` are the provider's, with its metadata, as the account
    `owner` gave them. Metadata at an address is asked for again when no certificate of it fits: the provider may have a
    new one. It is not asked for at all when the assertion is wrong by itself.
    """
    now = ctx.clock.now()
    failed = InvalidTokenError("signature", "the metadata has expired")
    try:
        document = _decoded(token)
        if not details.get("MetadataFile"):
            compute(_check_unverified, document, wanted, now)
        for metadata in _metadata(ctx.http_of(owner), details):
            if metadata.is_valid(now):
                try:
                    return compute(_verified, document, metadata, wanted, now)
                except UnsignedError as error:
                    failed = InvalidTokenError("signature", str(error))
    except XmlError as error:
        raise InvalidTokenError("malformed", str(error)) from None
    raise failed


def _metadata(http: HttpClient, details: Mapping[str, str]) -> Iterator[Metadata]:
    """Return what is known of a provider, and then what it says now, where that is something else."""
    known = metadata_of(http, details, fresh_within=KEPT_SECONDS)
    yield known
    latest = metadata_of(http, details, fresh_within=REFETCH_SECONDS)
    if latest is not known:
        yield latest


def _decoded(token: str) -> bytes:
    padded = token.rstrip("=").translate(_URL_SAFE)
    try:
        return b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise XmlError("The token is not base64.") from None


def _check_unverified(document: bytes, wanted: Expected, now: float) -> None:
    """Refuse what would be refused if it were signed, whoever wrote it."""
    root = parse(document)
    assertion = _only_assertion(root)
    issuer = text(only(assertion, f"{ASSERTION}Issuer"))
    if assertion is not root:
        _check_response(root, issuer, wanted)
    _read(assertion, issuer, wanted, now)


def _only_assertion(root: Element) -> Element:
    """Return the one assertion of a document, whether it is signed or not."""
    if next(root.iter(f"{ASSERTION}EncryptedAssertion"), None) is not None:
        raise InvalidTokenError("encrypted")
    found = list(root.iter(f"{ASSERTION}Assertion"))
    if len(found) != 1 or found[0] is not (_inside(root) if root.tag == f"{PROTOCOL}Response" else root):
        raise XmlError("There must be one assertion, alone or in a response.")
    check_places(root, {root, found[0]})
    return found[0]


def _verified(document: bytes, metadata: Metadata, wanted: Expected, now: float) -> Assertion:
    return _read(_signed_assertion(document, metadata, wanted, now), metadata.entity_id, wanted, now)


def _signed_assertion(document: bytes, metadata: Metadata, wanted: Expected, now: float) -> Element:
    """Return the one assertion of a document, from the bytes that were signed (FED-01)."""
    root = parse(document)
    is_response = _only_assertion(root) is not root
    covered = is_signed(root)
    if covered:
        root = signed(root, metadata.certificates, now)
    if not is_response:
        assertion = root
    else:
        _check_response(root, metadata.entity_id, wanted)
        assertion = _inside(root)
        if is_signed(assertion):
            assertion = signed(assertion, metadata.certificates, now)
            covered = True
    if not covered:
        raise UnsignedError("Nothing is signed.")
    return assertion


def _inside(response: Element) -> Element:
    return only(response, f"{ASSERTION}Assertion")


def _check_response(response: Element, entity_id: str, wanted: Expected) -> None:
    """Refuse what is around an assertion when it says something else (FED-05)."""
    status = only(only(response, f"{PROTOCOL}Status"), f"{PROTOCOL}StatusCode").get("Value")
    if response.get("Version") != "2.0" or status != _SUCCESS:
        raise XmlError("The response is not one of SAML 2.0 that says success.")
    issuers = response.findall(f"{ASSERTION}Issuer")
    if any(text(issuer) != entity_id for issuer in issuers):
        raise InvalidTokenError("issuer")
    if response.get("Destination", "") not in {"", *wanted.recipients}:
        raise InvalidTokenError("audience", "the response is for another address")


def _read(assertion: Element, entity_id: str, wanted: Expected, now: float) -> Assertion:
    issuer = text(only(assertion, f"{ASSERTION}Issuer"))
    if issuer != entity_id:
        raise InvalidTokenError("issuer")
    issued_at = instant(assertion, "IssueInstant")
    if assertion.get("Version") != "2.0" or not assertion.get("ID") or issued_at is None:
        raise XmlError("The assertion is none of SAML 2.0.")
    conditions = only(assertion, f"{ASSERTION}Conditions")
    _check_audience(conditions, wanted.audience)
    subject = only(assertion, f"{ASSERTION}Subject")
    statements = assertion.findall(f"{ASSERTION}AuthnStatement")
    ends = (
        _end(conditions, now),
        _confirmed_until(subject, wanted, now),
        *(_end(statement, now, "SessionNotOnOrAfter") for statement in statements),
    )
    authenticated = [at for at in (instant(each, "AuthnInstant") for each in statements) if at is not None]
    if min(ends) == inf:
        raise XmlError("The assertion has no end.")
    if max([issued_at, *authenticated]) > now + SKEW_SECONDS:
        raise XmlError("The assertion was not issued yet.")
    return Assertion(
        assertion_id=assertion.get("ID"),
        issuer=issuer,
        subject=text(only(subject, f"{ASSERTION}NameID")),
        expires_at=min(ends),
        authenticated_at=min(authenticated, default=issued_at),
        is_for_one_use=conditions.find(f"{ASSERTION}OneTimeUse") is not None,
        attributes=_attributes(assertion),
    )


def _attributes(assertion: Element) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for attribute in assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        values = [text(value) for value in attribute if len(value) == 0 and value.text]
        found.setdefault(attribute.get("Name", ""), []).extend(values)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _end(element: Element, now: float, name: str = "NotOnOrAfter") -> float:
    """Return when it ends, infinity for never; raises InvalidTokenError outside its time."""
    begins, ends = instant(element, "NotBefore"), instant(element, name)
    if ends is not None and ends <= now:
        raise InvalidTokenError("expired", expires_at=ends, now=now)
    if begins is not None and begins > now + SKEW_SECONDS:
        raise InvalidTokenError("malformed", "not yet good")
    return inf if ends is None else ends


def _check_audience(conditions: Element, wanted: str) -> None:
    """Refuse an assertion for others, and one with a condition that nobody here understands (SAML Core 2.5.1.1)."""
    if any(condition.tag not in _UNDERSTOOD for condition in conditions):
        raise XmlError("The assertion has a condition that is not known.")
    restrictions = conditions.findall(f"{ASSERTION}AudienceRestriction")
    audiences = [{text(each) for each in restriction} for restriction in restrictions]
    if not audiences or any(wanted not in each for each in audiences):
        raise InvalidTokenError("audience")


def _confirmed_until(subject: Element, wanted: Expected, now: float) -> float:
    """Return until when whoever brings the assertion counts as its subject; the best of several confirmations."""
    refusal: Exception = XmlError("No confirmation says that a bearer is the subject.")
    found: list[float] = []
    for confirmation in subject.findall(f"{ASSERTION}SubjectConfirmation"):
        if confirmation.get("Method") == _BEARER:
            try:
                found.append(_confirmation_end(confirmation, wanted, now))
            except InvalidTokenError as error:
                refusal = error
    if not found:
        raise refusal
    return max(found)


def _confirmation_end(confirmation: Element, wanted: Expected, now: float) -> float:
    data = confirmation.findall(f"{ASSERTION}SubjectConfirmationData")
    if any(each.get("Recipient", "") not in {"", *wanted.recipients} for each in data):
        raise InvalidTokenError("audience", "the assertion was sent to another address")
    return min((_end(each, now) for each in data), default=inf)
