"""XML of SAML: one parser, no document types or entities, nothing from outside, no comments (FED-02, FED-03)."""

import re
from datetime import UTC, datetime
from typing import Any

from lxml import etree

ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_MOST_BYTES = 1024 * 1024
_MOST_ATTRIBUTES = 50
"""Of one element: to put them in canonical order takes time that grows with the square of their number."""
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")

Element = Any
"""An element of lxml, which brings no types."""


class XmlError(ValueError):
    """The document is not the XML that it should be."""


def parser() -> Any:
    """Return a parser for what anybody may send. It goes at most 256 levels deep."""
    return etree.XMLParser(
        encoding="utf-8",
        attribute_defaults=False,
        collect_ids=False,
        dtd_validation=False,
        huge_tree=False,
        load_dtd=False,
        no_network=True,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
    )


def parse(document: bytes) -> Element:
    """Return the root element; raises XmlError."""
    if len(document) > _MOST_BYTES or b"\0" in document or b"<!DOCTYPE" in document:
        raise XmlError("The document is too large, not UTF-8, or has a document type.")
    try:
        document.decode()
        root = etree.fromstring(document, parser())
    except (etree.LxmlError, ValueError) as error:
        raise XmlError(f"The document cannot be parsed: {error}") from error
    if any(len(element.attrib) > _MOST_ATTRIBUTES for element in root.iter()):
        raise XmlError("An element has too many attributes.")
    return root


def only(parent: Element, name: str) -> Element:
    """Return the child of this name; raises XmlError when there is none or more than one."""
    found = parent.findall(name)
    if len(found) != 1:
        raise XmlError(f"There must be one {name} in {parent.tag}.")
    return found[0]


def text(element: Element) -> str:
    """Return an element's text, whole; raises XmlError where it is empty or has elements inside."""
    if len(element) or not element.text:
        raise XmlError(f"{element.tag} must have text and nothing else.")
    return str(element.text)


def instant(element: Element, name: str) -> float | None:
    """Return an attribute's xs:dateTime as epoch seconds, UTC where it says nothing else; raises XmlError."""
    value = element.get(name)
    if value is None:
        return None
    if _INSTANT.fullmatch(value) is None:
        raise XmlError(f"{name} is not a time.")
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise XmlError(f"{name} is not a time.") from error
