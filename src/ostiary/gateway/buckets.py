"""What the gateway itself knows of buckets: whose they are, their policies, what a request may do to them."""

from collections.abc import Sequence

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.protocols import xml_parse
from ostiary.aws.protocols.xml_values import escaped
from ostiary.context import Context
from ostiary.gateway.errors import S3Error
from ostiary.gateway.s3 import Wanted
from ostiary.iam import documents
from ostiary.iam.authorize import authorize
from ostiary.store import buckets
from ostiary.store.buckets import Bucket

MOST_POLICY_BYTES = 20_480


def bucket_of(ctx: Context, name: str) -> Bucket:
    """Return a bucket; one that was never made through the gateway is the first account's."""
    found = buckets.cached(ctx.store, name)
    return found or Bucket(name, ctx.settings.root_account, "", 0)


def decide(ctx: Context, wanted: Sequence[Wanted]) -> None:
    """Refuse a request unless all it needs is allowed; raises AccessDeniedError."""
    for item in wanted:
        if not item.bucket or item.action == "s3:CreateBucket":
            authorize(ctx, item.action, item.resource, item.conditions)
            continue
        bucket = bucket_of(ctx, item.bucket)
        authorize(
            ctx,
            item.action,
            item.resource,
            item.conditions,
            resource_policy=bucket.policy or None,
            resource_account=bucket.account_id,
        )


def is_allowed(ctx: Context, wanted: Wanted) -> bool:
    """Whether one thing is allowed."""
    try:
        decide(ctx, [wanted])
    except AccessDeniedError:
        return False
    return True


def claim(ctx: Context, name: str) -> bool:
    """Make a new bucket the caller's account's; return whether it was not yet. Raises S3Error when it is another's."""
    with ctx.store.write() as tx:
        if buckets.claim(tx, Bucket(name, ctx.account, "", ctx.clock.now_seconds())):
            return True
        owner = buckets.find(tx, name)
    if owner is None or owner.account_id != ctx.account:
        text = "The requested bucket name is not available. The bucket namespace is shared by all users of the system."
        raise S3Error("BucketAlreadyExists", 409, text, BucketName=name)
    return False


def release(ctx: Context, name: str) -> None:
    """Forget a bucket that is gone, or was never made."""
    with ctx.store.write() as tx:
        buckets.release(tx, name)


def policy_of(ctx: Context, name: str) -> str:
    """Return a bucket's policy; raises S3Error when it has none."""
    policy = bucket_of(ctx, name).policy
    if not policy:
        raise S3Error("NoSuchBucketPolicy", 404, "The bucket policy does not exist", BucketName=name)
    return policy


def set_policy(ctx: Context, name: str, text: str) -> None:
    """Set a bucket's policy, or remove it with an empty text; raises MalformedPolicyDocumentException."""
    if text:
        documents.check(text, "resource")
    bucket = bucket_of(ctx, name)
    with ctx.store.write() as tx:
        buckets.set_policy(tx, Bucket(name, bucket.account_id, text, bucket.created_at))


def visible(ctx: Context, listing: bytes) -> bytes:
    """Return a ListAllMyBuckets answer with only the buckets of the caller's account."""
    with ctx.store.read() as tx:
        owners = buckets.owners(tx)
    root = xml_parse.parse(listing)
    found = root.find("Buckets")
    shown = [
        (item.find("Name"), item.find("CreationDate")) for item in (found.all("Bucket") if found is not None else [])
    ]
    items = "".join(
        f"<Bucket><Name>{escaped(name.text)}</Name><CreationDate>{escaped(made.text)}</CreationDate></Bucket>"
        for name, made in shown
        if name is not None and made is not None and owners.get(name.text, ctx.settings.root_account) == ctx.account
    )
    owner = f"<Owner><ID>{ctx.account}</ID><DisplayName>{ctx.account}</DisplayName></Owner>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"{owner}<Buckets>{items}</Buckets></ListAllMyBucketsResult>"
    ).encode()
