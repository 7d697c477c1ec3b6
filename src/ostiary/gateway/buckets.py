"""What the gateway itself knows of buckets: whose they are, their policies, what a request may do to them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.protocols import xml_parse
from ostiary.aws.protocols.xml_values import DECLARATION, escaped
from ostiary.context import Context
from ostiary.gateway.errors import S3Error, access_denied
from ostiary.gateway.s3 import Wanted
from ostiary.iam import grammar
from ostiary.iam.authorize import authorize
from ostiary.store import buckets
from ostiary.store.buckets import Bucket

MOST_POLICY_BYTES = 20_480
MOST_LISTED = 10_000
_POLICY_ACTIONS = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})
_OF_NO_BUCKET = frozenset({"CreateBucket", "ListAllMyBuckets"})


def bucket_of(ctx: Context, name: str) -> Bucket:
    """Return a bucket; one that was never made through the gateway is the first account's."""
    return buckets.cached(ctx.store, name, ctx.settings.root_account)


def decide(ctx: Context, wanted: Sequence[Wanted]) -> None:
    """Refuse a request unless all it needs is allowed; raises AccessDeniedError."""
    for item in wanted:
        action = f"s3:{item.action}"
        if item.action in _OF_NO_BUCKET:
            authorize(ctx, action, item.resources[0], item.conditions)
            continue
        bucket = bucket_of(ctx, item.bucket)
        conditions = {**item.conditions, **_of_resource(bucket)}
        # A policy that shuts its owner out would be there for ever: S3 lets the owner's root mend it (S3 user guide).
        mends = item.action in _POLICY_ACTIONS and ctx.principal.is_root and ctx.account == bucket.account_id
        policy = None if mends else bucket.policy or None
        account = bucket.account_id
        for resource in item.resources:
            authorize(ctx, action, resource, conditions, resource_policy=policy, resource_account=account)


def is_allowed(ctx: Context, wanted: Wanted) -> bool:
    """Whether one thing is allowed."""
    try:
        decide(ctx, [wanted])
    except AccessDeniedError:
        return False
    return True


def check_owner(ctx: Context, name: str, expected: str) -> None:
    """Refuse a request that expects a bucket to be another account's; raises S3Error."""
    if expected and bucket_of(ctx, name).account_id != expected:
        raise access_denied()


def check_may_hold_policy(ctx: Context, name: str) -> None:
    """Refuse principals of other accounts, whom S3 lets near no bucket policy; raises S3Error."""
    if bucket_of(ctx, name).account_id != ctx.account:
        raise S3Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")


def claim(ctx: Context, name: str) -> bool:
    """Make a new bucket the caller's account's; return whether it was nobody's. Raises S3Error when it is another's."""
    with ctx.store.write() as tx:
        if buckets.claim(tx, Bucket(name, ctx.account, "", ctx.clock.now_seconds())):
            return True
        owner = buckets.find(tx, name)
    if owner is None or owner.account_id != ctx.account:
        raise taken(name)
    return False


def owner_of(ctx: Context, name: str) -> str:
    """Return the account that made a bucket, or an empty text; past the cache."""
    with ctx.store.read() as tx:
        found = buckets.find(tx, name)
    return found.account_id if found else ""


def release(ctx: Context, name: str) -> None:
    """Forget a bucket that is gone, or was never made."""
    with ctx.store.write() as tx:
        buckets.release(tx, name)


def taken(name: str) -> S3Error:
    """Return what S3 says of a bucket name that is another account's."""
    text = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )
    return S3Error("BucketAlreadyExists", 409, text, BucketName=name)


def already_yours(name: str) -> S3Error:
    """Return what S3 says, outside us-east-1, when a bucket is made a second time."""
    text = "Your previous request to create the named bucket succeeded and you already own it."
    return S3Error("BucketAlreadyOwnedByYou", 409, text, BucketName=name)


def policy_of(ctx: Context, name: str) -> str:
    """Return a bucket's policy; raises S3Error when it has none."""
    policy = bucket_of(ctx, name).policy
    if not policy:
        raise S3Error("NoSuchBucketPolicy", 404, "The bucket policy does not exist", BucketName=name)
    return policy


def set_policy(ctx: Context, name: str, text: str) -> None:
    """Set a bucket's policy, or remove it with an empty text.

    Raises MalformedPolicyDocumentException, and S3Error for a policy about other resources than the bucket's.
    """
    if len(text.encode()) > MOST_POLICY_BYTES:
        raise S3Error("PolicyTooLarge", 400, f"Policies must be at most {MOST_POLICY_BYTES} bytes.")
    if text:
        grammar.check(text, "resource")
        _check_resources(text, name)
    bucket = bucket_of(ctx, name)
    with ctx.store.write() as tx:
        buckets.set_policy(tx, Bucket(name, bucket.account_id, text, bucket.created_at))


def visible(ctx: Context, listing: bytes, parameters: Mapping[str, str]) -> bytes:
    """Return a ListAllMyBuckets answer with only the caller's account's buckets, by `prefix` and in pages."""
    with ctx.store.read() as tx:
        owners = buckets.owners(tx)
    prefix, after = parameters.get("prefix", ""), parameters.get("continuation-token", "")
    most = _most(parameters.get("max-buckets", ""))
    shown = sorted(
        (name, made)
        for name, made in _listed(listing)
        if owners.get(name, ctx.settings.root_account) == ctx.account and name.startswith(prefix) and name > after
    )
    items = "".join(
        f"<Bucket><Name>{escaped(name)}</Name><CreationDate>{escaped(made)}</CreationDate></Bucket>"
        for name, made in shown[:most]
    )
    more = f"<ContinuationToken>{escaped(shown[most - 1][0])}</ContinuationToken>" if len(shown) > most else ""
    told = f"<Prefix>{escaped(prefix)}</Prefix>" if prefix else ""
    return (
        f'{DECLARATION}<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Owner><ID>{ctx.account}</ID><DisplayName>{ctx.account}</DisplayName></Owner>"
        f"<Buckets>{items}</Buckets>{more}{told}</ListAllMyBucketsResult>"
    ).encode()


def _of_resource(bucket: Bucket) -> dict[str, str]:
    return {"s3:ResourceAccount": bucket.account_id, "aws:ResourceAccount": bucket.account_id}


def _listed(listing: bytes) -> list[tuple[str, str]]:
    found = xml_parse.parse(listing).find("Buckets")
    items = [(item.find("Name"), item.find("CreationDate")) for item in (found.all("Bucket") if found else [])]
    return [(name.text, made.text if made else "") for name, made in items if name]


def _most(text: str) -> int:
    if not text:
        return MOST_LISTED
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_LISTED):
        raise S3Error("InvalidArgument", 400, f"Argument max-buckets must be an integer between 1 and {MOST_LISTED}.")
    return int(text)


def _check_resources(text: str, name: str) -> None:
    """A bucket's policy is about the bucket and what is in it."""
    arn = f"arn:aws:s3:::{name}"
    for statement in _list(json.loads(text)["Statement"]):
        for resource in _list(statement.get("Resource", statement.get("NotResource", []))):
            if resource != arn and not resource.startswith(f"{arn}/"):
                raise S3Error("MalformedPolicy", 400, "Policy has invalid resource", Detail=resource)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
