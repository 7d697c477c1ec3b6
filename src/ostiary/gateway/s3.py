"""An S3 request as IAM sees it: which actions on which resources, under which conditions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from ostiary.aws.wire import Headers
from ostiary.gateway.errors import S3Error, invalid_uri

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY_SAFE = "-_.~/!*'()"
_LONGEST_KEY = 1024
_SIGNING = re.compile(r"X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)")
_ORDINARY = {
    "x-id",
    "prefix",
    "delimiter",
    "max-keys",
    "marker",
    "list-type",
    "continuation-token",
    "start-after",
    "fetch-owner",
    "encoding-type",
    "partNumber",
    "uploadId",
    "max-parts",
    "part-number-marker",
    "max-uploads",
    "key-marker",
    "upload-id-marker",
    "version-id-marker",
    "versionId",
    "location",
    "response-content-type",
    "response-content-language",
    "response-expires",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "x-amz-checksum-mode",
}
"""Query parameters that choose among what an action returns, or that are told apart below."""
_BUCKET_SUBRESOURCES = {
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration"),
    "acl": ("GetBucketAcl", "PutBucketAcl"),
    "cors": ("GetBucketCORS", "PutBucketCORS"),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": ("GetBucketLocation", ""),
    "logging": ("GetBucketLogging", "PutBucketLogging"),
    "notification": ("GetBucketNotification", "PutBucketNotification"),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    "ownershipControls": ("GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    "policy": ("GetBucketPolicy", "PutBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", ""),
    "publicAccessBlock": ("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment"),
    "tagging": ("GetBucketTagging", "PutBucketTagging"),
    "uploads": ("ListBucketMultipartUploads", ""),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning"),
    "versions": ("ListBucketVersions", ""),
    "website": ("GetBucketWebsite", "PutBucketWebsite"),
}
_OBJECT_SUBRESOURCES = {
    "acl": ("GetObjectAcl", "PutObjectAcl"),
    "attributes": ("GetObjectAttributes", ""),
    "legal-hold": ("GetObjectLegalHold", "PutObjectLegalHold"),
    "retention": ("GetObjectRetention", "PutObjectRetention"),
    "tagging": ("GetObjectTagging", "PutObjectTagging"),
    "torrent": ("GetObjectTorrent", ""),
}
_CONDITION_HEADERS = (
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-content-sha256",
)


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
    """One thing IAM must allow; conditions are keys beside the global ones."""

    action: str
    bucket: str
    key: str = ""
    conditions: dict[str, Sequence[str] | str] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        """The ARN."""
        if not self.bucket:
            return "*"
        return f"arn:aws:s3:::{self.bucket}/{self.key}" if self.key else f"arn:aws:s3:::{self.bucket}"


def target_of(host: str, raw_path: str, s3_domain: str) -> Target:
    """Return bucket and key of a request, from host or path; raises S3Error.

    A key with empty or dot segments is refused: a server that keeps objects in folders would fold it into another key
    than the one that was decided on.
    """
    path = _decoded(raw_path.removeprefix("/"))
    name = host.partition(":")[0].lower()
    if name.endswith(f".{s3_domain}"):
        bucket, key = name.removesuffix(f".{s3_domain}"), path
    else:
        bucket, _, key = path.partition("/")
    if bucket and not _BUCKET.fullmatch(bucket):
        raise S3Error("InvalidBucketName", 400, "The specified bucket is not valid.", BucketName=bucket)
    return Target(bucket, checked_key(key))


def checked_key(key: str) -> str:
    """Return a key that means the same everywhere; raises S3Error."""
    segments = key.removesuffix("/").split("/") if key else []
    if any(segment in {"", ".", ".."} for segment in segments) or any(ord(c) < 0x20 for c in key):  # noqa: PLR2004
        raise invalid_uri()
    if len(key.encode()) > _LONGEST_KEY:
        raise S3Error("KeyTooLongError", 400, "Your key is too long")
    return key


def parameters_of(query_string: str) -> dict[str, str]:
    """Return the query without the parameters of a presigned request."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    return {name: value for name, value in pairs if not _SIGNING.fullmatch(name)}


def forwarded_query(query_string: str) -> str:
    """Return the query as it is sent on: what the client sent, without its signature, encoded anew."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _SIGNING.fullmatch(name)]
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(kept))


def wanted_by(method: str, target: Target, query: dict[str, str], headers: Headers) -> list[Wanted]:
    """Return everything a request needs to be allowed; what is not known needs an action nobody is granted by name."""
    named = dict(headers)
    conditions = _conditions(query, named)
    if not target.bucket:
        return [Wanted("s3:ListAllMyBuckets", "", conditions=conditions)]
    action = _object_action(method, query) if target.key else _bucket_action(method, query)
    wanted = [Wanted(f"s3:{action}", target.bucket, target.key, conditions)]
    if target.key and method == "PUT":
        wanted += _beside_put(target, query, named, conditions)
    if target.key and query.get("versionId") and action in {"GetObject", "DeleteObject"}:
        return [Wanted(f"s3:{action}Version", target.bucket, target.key, conditions)]
    return wanted


def _beside_put(
    target: Target, query: dict[str, str], named: dict[str, str], conditions: dict[str, Sequence[str] | str]
) -> list[Wanted]:
    """A copy reads its source; headers may set an ACL, tags or a lock along with the object."""
    wanted: list[Wanted] = []
    source = named.get("x-amz-copy-source")
    if source is not None:
        bucket, key = copy_source(source)
        wanted.append(Wanted("s3:GetObject", bucket, key, conditions))
    extra = {
        "x-amz-acl": "PutObjectAcl",
        "x-amz-tagging": "PutObjectTagging",
        "x-amz-object-lock-mode": "PutObjectRetention",
        "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
    }
    if query.keys() & _OBJECT_SUBRESOURCES.keys():
        return wanted
    present = [action for header, action in extra.items() if header in named]
    present += ["PutObjectAcl"] if any(name.startswith("x-amz-grant-") for name in named) else []
    return wanted + [Wanted(f"s3:{action}", target.bucket, target.key, conditions) for action in present]


def copy_source(header: str) -> tuple[str, str]:
    """Return bucket and key of `x-amz-copy-source`; raises S3Error."""
    path = _decoded(header.partition("?")[0].removeprefix("/"))
    bucket, _, key = path.partition("/")
    if not _BUCKET.fullmatch(bucket) or not key:
        raise S3Error("InvalidArgument", 400, "Invalid copy source object key")
    return bucket, checked_key(key)


def _object_action(method: str, query: dict[str, str]) -> str:
    for name, (read, write) in _OBJECT_SUBRESOURCES.items():
        if name in query:
            return _of_subresource(method, name, read, write)
    if not query.keys() <= _ORDINARY | {"uploads"}:
        return f"Unknown{method.title()}"
    if "uploadId" in query:
        actions = {"GET": "ListMultipartUploadParts", "PUT": "PutObject", "POST": "PutObject"}
        actions["DELETE"] = "AbortMultipartUpload"
    else:
        actions = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
        actions |= {"POST": "PutObject"} if "uploads" in query else {}
    return actions.get(method, f"Unknown{method.title()}")


def _bucket_action(method: str, query: dict[str, str]) -> str:
    for name, (read, write) in _BUCKET_SUBRESOURCES.items():
        if name in query:
            return (
                "DeleteBucketPolicy"
                if (name, method) == ("policy", "DELETE")
                else _of_subresource(method, name, read, write)
            )
    if not query.keys() <= _ORDINARY:
        return f"Unknown{method.title()}"
    actions = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
    return actions.get(method, f"Unknown{method.title()}")


def _of_subresource(method: str, name: str, read: str, write: str) -> str:
    if method in {"GET", "HEAD"}:
        return read
    if method == "DELETE" and name == "tagging":
        return write.replace("Put", "Delete") if "Object" in write else write
    return write or f"Unknown{method.title()}"


def _conditions(query: dict[str, str], named: dict[str, str]) -> dict[str, Sequence[str] | str]:
    keys: dict[str, Sequence[str] | str] = {
        f"s3:{name}": query[name] for name in ("prefix", "delimiter", "max-keys") if name in query
    }
    keys |= {f"s3:{name}": named[name] for name in _CONDITION_HEADERS if name in named}
    if query.get("versionId"):
        keys["s3:VersionId"] = query["versionId"]
    return keys


def _decoded(path: str) -> str:
    try:
        return unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise invalid_uri() from None
