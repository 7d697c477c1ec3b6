"""DeleteObjects: one request, many keys, each decided by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from ostiary.aws.errors import SerializationError
from ostiary.aws.protocols import xml_parse
from ostiary.aws.protocols.xml_parse import Element
from ostiary.aws.protocols.xml_values import DECLARATION, escaped
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Conditions, Wanted, checked_key

MOST_KEYS = 1000
_MEMBERS = frozenset({"Key", "VersionId", "ETag", "LastModifiedTime", "Size"})
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True, slots=True)
class Item:
    """An object to delete: its key, a version or an empty text, and all its members as they go on."""

    key: str
    version: str
    members: tuple[tuple[str, str], ...]

    def wanted(self, bucket: str, conditions: Conditions) -> Wanted:
        """Return what IAM must allow; raises S3Error for a key that could mean another."""
        action = "DeleteObjectVersion" if self.version else "DeleteObject"
        about = {**conditions, "s3:VersionId": self.version} if self.version else conditions
        return Wanted(action, bucket, checked_key(self.key), about)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an object was not deleted."""

    item: Item
    code: str
    message: str


def read(body: bytes) -> tuple[list[Item], bool]:
    """Return what is to be deleted, and whether only failures are to be told; raises S3Error."""
    try:
        root = xml_parse.parse(body)
    except SerializationError:
        raise _malformed() from None
    items = [_item(element) for element in root.all("Object")]
    if root.name != "Delete" or not 1 <= len(items) <= MOST_KEYS:
        raise _malformed()
    quiet = root.find("Quiet")
    return items, quiet is not None and quiet.text.strip() == "true"


def write(items: Sequence[Item], *, quiet: bool) -> bytes:
    """Return the body that asks for these objects' deletion."""
    objects = "".join(
        "<Object>" + "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in item.members) + "</Object>"
        for item in items
    )
    return f'{DECLARATION}<Delete xmlns="{_NAMESPACE}"><Quiet>{str(quiet).lower()}</Quiet>{objects}</Delete>'.encode()


def result(answer: bytes, failures: Sequence[Failure]) -> bytes:
    """Return the answer of the server behind with what was not even asked of it."""
    told = "".join(map(_written, xml_parse.parse(answer).children)) if answer else ""
    refused = "".join(
        f"<Error><Key>{escaped(failure.item.key)}</Key>"
        + (f"<VersionId>{escaped(failure.item.version)}</VersionId>" if failure.item.version else "")
        + f"<Code>{failure.code}</Code><Message>{escaped(failure.message)}</Message></Error>"
        for failure in failures
    )
    return f'{DECLARATION}<DeleteResult xmlns="{_NAMESPACE}">{told}{refused}</DeleteResult>'.encode()


def _item(element: Element) -> Item:
    members = tuple((child.name, child.text) for child in element.children)
    named = dict(members)
    if len(named) != len(members) or not named.get("Key") or named.keys() - _MEMBERS:
        raise _malformed()
    return Item(named["Key"], named.get("VersionId", ""), tuple((name, value) for name, value in members if value))


def _written(element: Element) -> str:
    inner = "".join(map(_written, element.children)) if element.children else escaped(element.text)
    return f"<{element.name}>{inner}</{element.name}>"


def _malformed() -> S3Error:
    text = "The XML you provided was not well-formed or did not validate against our published schema"
    return S3Error("MalformedXML", 400, text)
