"""S3's operations: by method and sub-resource the IAM action, and the query parameters that belong to it.

Source: the S3 API reference's requests, and the service authorization reference's table of actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_LISTING = ("prefix", "delimiter", "max-keys", "encoding-type")
_RESPONSE = tuple(
    f"response-{header}"
    for header in (
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
    )
)


@dataclass(frozen=True, slots=True)
class SubResource:
    """What can be done with a bucket or an object as such (no sub-resource) or with one facet of it."""

    actions: Mapping[str, str]
    """Method to IAM action, without the service."""
    parameters: frozenset[str] = frozenset()
    """The other query parameters that mean something here."""


def _of(*parameters: str, **actions: str) -> SubResource:
    return SubResource(MappingProxyType(actions), frozenset(parameters))


def _setting(read: str, write: str, *parameters: str, delete: str = "") -> SubResource:
    """A setting of a bucket; unless it says otherwise, deleting it needs what writing it needs."""
    return _of(*parameters, GET=read, PUT=write, DELETE=delete or write)


SERVICE = _of("max-buckets", "continuation-token", "prefix", "bucket-region", GET="ListAllMyBuckets")

BUCKET = {
    "": _of(
        *_LISTING,
        "marker",
        "list-type",
        "continuation-token",
        "start-after",
        "fetch-owner",
        GET="ListBucket",
        HEAD="ListBucket",
        PUT="CreateBucket",
        DELETE="DeleteBucket",
    ),
    "accelerate": _of(GET="GetAccelerateConfiguration", PUT="PutAccelerateConfiguration"),
    "acl": _of(GET="GetBucketAcl", PUT="PutBucketAcl"),
    "analytics": _setting("GetAnalyticsConfiguration", "PutAnalyticsConfiguration", "id", "continuation-token"),
    "cors": _setting("GetBucketCORS", "PutBucketCORS"),
    "delete": _of(POST="DeleteObject"),
    "encryption": _setting("GetEncryptionConfiguration", "PutEncryptionConfiguration"),
    "intelligent-tiering": _setting(
        "GetIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", "id", "continuation-token"
    ),
    "inventory": _setting("GetInventoryConfiguration", "PutInventoryConfiguration", "id", "continuation-token"),
    "lifecycle": _setting("GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": _of(GET="GetBucketLocation"),
    "logging": _of(GET="GetBucketLogging", PUT="PutBucketLogging"),
    "metrics": _setting("GetMetricsConfiguration", "PutMetricsConfiguration", "id", "continuation-token"),
    "notification": _of(GET="GetBucketNotification", PUT="PutBucketNotification"),
    "object-lock": _of(GET="GetBucketObjectLockConfiguration", PUT="PutBucketObjectLockConfiguration"),
    "ownershipControls": _setting("GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    "policy": _setting("GetBucketPolicy", "PutBucketPolicy", delete="DeleteBucketPolicy"),
    "policyStatus": _of(GET="GetBucketPolicyStatus"),
    "publicAccessBlock": _setting("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": _setting("GetReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": _of(GET="GetBucketRequestPayment", PUT="PutBucketRequestPayment"),
    "tagging": _setting("GetBucketTagging", "PutBucketTagging"),
    "uploads": _of(
        "prefix",
        "delimiter",
        "encoding-type",
        "max-uploads",
        "key-marker",
        "upload-id-marker",
        GET="ListBucketMultipartUploads",
    ),
    "versioning": _of(GET="GetBucketVersioning", PUT="PutBucketVersioning"),
    "versions": _of(*_LISTING, "key-marker", "version-id-marker", GET="ListBucketVersions"),
    "website": _setting("GetBucketWebsite", "PutBucketWebsite", delete="DeleteBucketWebsite"),
}

OBJECT = {
    "": _of(
        "versionId",
        "partNumber",
        *_RESPONSE,
        GET="GetObject",
        HEAD="GetObject",
        PUT="PutObject",
        DELETE="DeleteObject",
    ),
    "acl": _of("versionId", GET="GetObjectAcl", PUT="PutObjectAcl"),
    "attributes": _of("versionId", GET="GetObjectAttributes"),
    "legal-hold": _of("versionId", GET="GetObjectLegalHold", PUT="PutObjectLegalHold"),
    "restore": _of("versionId", POST="RestoreObject"),
    "retention": _of("versionId", GET="GetObjectRetention", PUT="PutObjectRetention"),
    "select": _of("select-type", POST="GetObject"),
    "tagging": _of("versionId", GET="GetObjectTagging", PUT="PutObjectTagging", DELETE="DeleteObjectTagging"),
    "torrent": _of(GET="GetObjectTorrent"),
    "uploadId": _of(
        "partNumber",
        "max-parts",
        "part-number-marker",
        GET="ListMultipartUploadParts",
        PUT="PutObject",
        POST="PutObject",
        DELETE="AbortMultipartUpload",
    ),
    "uploads": _of(POST="PutObject"),
}

ALWAYS = frozenset({"", "delete", "location", "policy", "uploadId", "uploads", "versioning", "versions"})
"""The sub-resources that every S3 server knows, or that the gateway answers itself."""

VERSIONED = frozenset(
    {
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectTagging",
        "GetObjectTorrent",
        "DeleteObject",
        "DeleteObjectTagging",
        "PutObjectAcl",
        "PutObjectTagging",
    }
)
"""Actions that are another one, `…Version…`, when a version is named."""

FACETS = (BUCKET.keys() | OBJECT.keys()) - {""} | {
    "abac",
    "annotation",
    "metadataAnnotationTable",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "renameObject",
    "session",
    "torrent",
}
"""Every sub-resource, those included that are known only to be refused."""


def features_of(setting: str) -> frozenset[str]:
    """Return the sub-resources that the server behind knows, by the setting `s3_upstream_features`."""
    named = {name.strip() for name in setting.split(",")}
    return ALWAYS | FACETS if "all" in named else ALWAYS | named


def versioned(action: str) -> str:
    """Return the action on a named version: `GetObjectVersionAcl` of `GetObjectAcl`."""
    return action.replace("Object", "ObjectVersion", 1)
