"""An S3 request as IAM sees it: which actions on which resources, under which conditions.

What is decided on is what is sent on: bucket, key and parameters are decoded once, and the address for the server
behind is written from them. What could mean two things is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from unicodedata import normalize
from urllib.parse import quote, unquote_to_bytes

from ostiary.aws.wire import Request, wire
from ostiary.gateway import operations
from ostiary.gateway.errors import S3Error, invalid_uri

Conditions = dict[str, Sequence[str] | str]
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_NOT_IN_HEADERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_KEY_SAFE = "-_.~/"
_SAFE = "-_.~"
_LONGEST_KEY = 1024
_SIGNING = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "AWSAccessKeyId",
        "Signature",
        "Expires",
    }
)
_HOISTED = ("x-amz-", "content-md5", "content-type")
_NEVER_HOISTED = ("x-amz-checksum-crc", "x-amz-checksum-sha", "x-amz-sdk-", "x-amz-user-agent", "x-amz-security-token")
"""Headers that a presigner moves into the query although they tell of a body that it has not seen."""
_CONDITION_HEADERS = re.compile(
    "x-amz-(acl|content-sha256|grant-[a-z-]+|metadata-directive|server-side-encryption"
    "|server-side-encryption-aws-kms-key-id|server-side-encryption-customer-algorithm|storage-class"
    "|object-ownership|website-redirect-location)"
)
_CONDITION_PARAMETERS = ("prefix", "delimiter", "max-keys")
_BESIDE_OBJECT = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
    "x-amz-bypass-governance-retention": "BypassGovernanceRetention",
}
_BESIDE_BUCKET = {
    "x-amz-acl": "PutBucketAcl",
    "x-amz-bucket-object-lock-enabled": "PutBucketObjectLockConfiguration",
    "x-amz-object-ownership": "PutBucketOwnershipControls",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about; both empty for the list of buckets, `key` empty for a bucket."""

    bucket: str
    key: str

    @property
    def path(self) -> str:
        """The address in path style, encoded the one way in which it is signed and sent on."""
        if not self.bucket:
            return "/"
        return f"/{self.bucket}/{quote(self.key, safe=_KEY_SAFE)}" if self.key else f"/{self.bucket}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing IAM must allow; `action` is without the service, conditions are keys beside the global ones."""

    action: str
    bucket: str
    key: str = ""
    conditions: Conditions = field(default_factory=dict)

    @property
    def resources(self) -> list[str]:
        """The ARNs that must be allowed: nearly always one, else one for each key that the key could be taken for."""
        if not self.bucket:
            return ["*"]
        arn = f"arn:aws:s3:::{self.bucket}"
        return [f"{arn}/{key}" for key in readings(self.key)] if self.key else [arn]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read: what it is about, what it says, and everything that it needs to be allowed."""

    method: str
    target: Target
    facet: str
    """The sub-resource, or an empty text."""
    parameters: dict[str, str]
    """The query as it is sent on."""
    headers: dict[str, str]
    """By lower-case name; those that a presigned request has in its query are among them."""
    wanted: tuple[Wanted, ...]

    @property
    def action(self) -> str:
        """The IAM action, without the service."""
        return self.wanted[0].action

    @property
    def address(self) -> str:
        """Path and query for the server behind."""
        query = "&".join(
            f"{quote(name, safe=_SAFE)}={quote(value, safe=_SAFE)}" for name, value in sorted(self.parameters.items())
        )
        return f"{self.target.path}?{query}" if query else self.target.path


def read(request: Request, s3_domain: str, features: frozenset[str]) -> Asked:
    """Return what a request asks for; raises S3Error for what is malformed, ambiguous or not known.

    `features` are the sub-resources that the server behind knows.
    """
    target = target_of(request.header("host"), request.raw_path, s3_domain)
    query, hoisted = _query(request.query_string)
    headers = dict(request.named)
    for name, value in hoisted.items():
        if headers.setdefault(name, value) != value:
            raise S3Error("InvalidArgument", 400, f"{name} is given twice, as a header and in the query.")
    _check_headers({**hoisted, **{name: value for name, value in query.items() if name.startswith("response-")}})
    level = _level(target)
    facet = _facet(query, level)
    kind = level[facet]
    action = kind.actions.get(request.method)
    if action is None:
        raise S3Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
    if facet not in features:
        raise _not_implemented(facet)
    parameters = _known(request.method, query, kind.parameters | ({facet} if facet else set()))
    if parameters.get("versionId") and action in operations.VERSIONED:
        action = operations.versioned(action)
    if "x-amz-copy-source" in headers:
        if request.method != "PUT" or not target.key or facet not in {"", "uploadId"}:
            raise S3Error("InvalidArgument", 400, "x-amz-copy-source is for copying an object.")
        headers["x-amz-copy-source"] = copy_source(headers["x-amz-copy-source"]).header
    conditions = _conditions(parameters, headers)
    wanted = [Wanted(action, target.bucket, target.key, conditions)]
    wanted += _beside(request.method, target, facet, headers, conditions)
    return Asked(request.method, target, facet, parameters, headers, tuple(wanted))


def with_conditions(asked: Asked, more: Mapping[str, str]) -> Asked:
    """Return the request with condition keys that all it needs is decided under."""
    wanted = tuple(replace(item, conditions={**item.conditions, **more}) for item in asked.wanted)
    return replace(asked, wanted=wanted)


def target_of(host: str, raw_path: str, s3_domain: str) -> Target:
    """Return bucket and key of a request, from host or path; raises S3Error."""
    path = _decoded(raw_path.removeprefix("/"))
    virtual = bucket_of_host(host, s3_domain)
    if virtual:
        bucket, key = virtual, path
    else:
        bucket, _, key = path.partition("/")
    if bucket and not is_bucket_name(bucket):
        raise S3Error("InvalidBucketName", 400, "The specified bucket is not valid.", BucketName=bucket)
    return Target(bucket, checked_key(key))


def bucket_of_host(host: str, s3_domain: str) -> str:
    """Return the bucket that a host names (`<bucket>.<domain>`), or an empty text."""
    name = host.partition(":")[0].lower()
    return name.removesuffix(f".{s3_domain}") if name.endswith(f".{s3_domain}") else ""


def is_bucket_name(name: str) -> bool:
    """Whether a text can be the name of a bucket."""
    return _BUCKET.fullmatch(name) is not None and ".." not in name


def checked_key(key: str) -> str:
    """Return a key that means the same everywhere; raises S3Error.

    A key with empty or dot segments is refused: a server that keeps objects in folders folds it into another key than
    the one that was decided on.
    """
    segments = key.removesuffix("/").split("/") if key else []
    if any(segment in {"", ".", ".."} for segment in segments) or _CONTROL.search(key):
        raise invalid_uri()
    if len(key.encode()) > _LONGEST_KEY:
        raise S3Error("KeyTooLongError", 400, "Your key is too long")
    return key


def readings(key: str) -> list[str]:
    """Return the keys that a server behind may take a key for, itself first.

    Servers that keep objects in folders find `secret.txt` also under `secret.txt/`, and some find a name written with
    composed letters also under the same name with decomposed ones.
    """
    found = [key]
    if key.endswith("/"):
        found.append(key[:-1])
    if not key.isascii():
        found += [normalize(form, reading) for reading in list(found) for form in ("NFC", "NFD")]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied."""

    target: Target
    version: str

    @property
    def header(self) -> str:
        """The header for the server behind."""
        return f"{self.target.path}?versionId={quote(self.version, safe=_SAFE)}" if self.version else self.target.path


def copy_source(header: str) -> Source:
    """Return what `x-amz-copy-source` names; raises S3Error."""
    address, _, query = header.partition("?")
    name, _, version = query.partition("=")
    bucket, _, key = _decoded(address.removeprefix("/")).partition("/")
    if not is_bucket_name(bucket) or not key or (query and (name != "versionId" or "&" in version)):
        raise S3Error("InvalidArgument", 400, "Invalid copy source object key")
    return Source(Target(bucket, checked_key(key)), _decoded(version))


def _level(target: Target) -> Mapping[str, operations.SubResource]:
    if target.key:
        return operations.OBJECT
    return operations.BUCKET if target.bucket else {"": operations.SERVICE}


def _query(query_string: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the parameters, and those of them that are headers in the query; raises S3Error for one given twice."""
    query: dict[str, str] = {}
    hoisted: dict[str, str] = {}
    for given, value in _pairs(query_string):
        if given in _SIGNING:
            continue
        is_header = given.lower().startswith(_HOISTED)
        name, found = (given.lower(), hoisted) if is_header else (given, query)
        if name in found:
            raise S3Error("InvalidArgument", 400, f"The query parameter {name} must be given once.")
        if not name.startswith(_NEVER_HOISTED):
            found[name] = value
    return query, hoisted


def _check_headers(headers: Mapping[str, str]) -> None:
    """Refuse parameters that cannot become headers: of the request that is sent on, or of its answer (`response-…`)."""
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None or _NOT_IN_HEADERS.search(value):
            text = "A parameter that stands for a header must not hold control characters."
            raise S3Error("InvalidArgument", 400, text)


def _tags(text: str) -> dict[str, str]:
    """Return the tags of `x-amz-tagging`, whatever they are called; raises S3Error for one given twice."""
    tags: dict[str, str] = {}
    for name, value in _pairs(text):
        if name in tags:
            raise S3Error("InvalidTag", 400, "Cannot provide multiple Tags with the same key")
        tags[name] = value
    return tags


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("&"):
        name, _, value = (_decoded(side.replace("+", " ")) for side in part.partition("="))
        if name:
            yield name, value


def _facet(query: Mapping[str, str], level: Mapping[str, operations.SubResource]) -> str:
    facets = sorted(operations.FACETS & query.keys())
    if len(facets) > 1:
        raise S3Error("InvalidArgument", 400, f"Conflicting query string parameters: {', '.join(facets)}")
    facet = facets[0] if facets else ""
    if facet not in level:
        raise _not_implemented(facet)
    if facet == "uploadId" and not query[facet]:
        raise S3Error("NoSuchUpload", 404, "The specified multipart upload does not exist.")
    return facet


def _known(method: str, query: Mapping[str, str], known: frozenset[str] | set[str]) -> dict[str, str]:
    """Return the parameters that mean something here. Those that do not are dropped where S3 only reads, as it does."""
    unknown = sorted(name for name in query if name not in known and not name.startswith("x-"))
    if unknown and method not in {"GET", "HEAD"}:
        raise _not_implemented(unknown[0])
    kept = {name: value for name, value in query.items() if name in known}
    if not kept.get("versionId"):
        kept.pop("versionId", None)
    return kept


def _not_implemented(parameter: str) -> S3Error:
    text = "A header or query you provided requested a function that is not implemented."
    return S3Error("NotImplemented", 501, text, Header=parameter)


def _beside(
    method: str, target: Target, facet: str, headers: Mapping[str, str], conditions: Conditions
) -> list[Wanted]:
    """A copy reads its source; headers may set an ACL, tags or a lock along with an object or a bucket."""
    wanted: list[Wanted] = []
    if "x-amz-copy-source" in headers:
        source = copy_source(headers["x-amz-copy-source"])
        action = "GetObjectVersion" if source.version else "GetObject"
        about_source = {"s3:VersionId": source.version} if source.version else {}
        wanted.append(Wanted(action, source.target.bucket, source.target.key, dict(about_source)))
    if method not in {"PUT", "POST", "DELETE"} or facet not in {"", "uploads", "retention", "delete"}:
        return wanted
    extra = _BESIDE_OBJECT if target.key or facet == "delete" else _BESIDE_BUCKET
    actions = {action for header, action in extra.items() if header in headers}
    if any(name.startswith("x-amz-grant-") for name in headers):
        actions.add(extra["x-amz-acl"])
    return wanted + [Wanted(action, target.bucket, target.key, conditions) for action in sorted(actions)]


def _conditions(parameters: Mapping[str, str], headers: Mapping[str, str]) -> Conditions:
    keys: Conditions = {f"s3:{name}": parameters[name] for name in _CONDITION_PARAMETERS if name in parameters}
    keys |= {f"s3:{name}": value for name, value in headers.items() if _CONDITION_HEADERS.fullmatch(name)}
    if "x-amz-copy-source" in headers:
        source = copy_source(headers["x-amz-copy-source"]).target
        keys["s3:x-amz-copy-source"] = f"{source.bucket}/{source.key}"
    if parameters.get("versionId"):
        keys["s3:VersionId"] = parameters["versionId"]
    if headers.get("x-amz-tagging"):
        tags = _tags(headers["x-amz-tagging"])
        keys |= {f"s3:RequestObjectTag/{name}": value for name, value in tags.items()}
        keys["s3:RequestObjectTagKeys"] = list(tags)
    return keys


def _decoded(text: str) -> str:
    """Return percent-encoded text decoded; raises S3Error for what is not UTF-8."""
    if "%" not in text and text.isascii():
        return text
    try:
        return unquote_to_bytes(wire(text)).decode()
    except UnicodeDecodeError:
        raise invalid_uri() from None
