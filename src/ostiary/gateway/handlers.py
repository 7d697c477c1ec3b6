"""What is done with a request that is allowed: nearly always it is sent on; what is ours to know is answered here."""

from collections.abc import Awaitable, Callable

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.protocols.xml_values import DECLARATION
from ostiary.aws.wire import Response
from ostiary.gateway import body as bodies
from ostiary.gateway import buckets, deletion
from ostiary.gateway.body import Body
from ostiary.gateway.callers import Caller
from ostiary.gateway.errors import S3Error, access_denied
from ostiary.gateway.exchange import MOST_READ_BYTES, Exchange
from ostiary.gateway.s3 import Asked, Target, Wanted
from ostiary.gateway.upstream import sent_on, whole

Handler = Callable[[Exchange, Caller, Asked], Awaitable[None]]
_READING = frozenset({"GetObject", "GetObjectVersion"})
_XML = ("content-type", "application/xml")
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def handler_of(asked: Asked) -> Handler:
    """Return what answers a request."""
    return delete_objects if asked.facet == "delete" else _HANDLERS.get(asked.action, forward)


async def forward(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Send a request on, and its answer back."""
    answer = await exchange.forwarded(caller, asked)
    if answer.status == 404 and asked.action in _READING and not asked.facet:  # noqa: PLR2004
        # Whoever may not list a bucket is not told what is not in it (S3 API reference, GetObject).
        listing = Wanted("ListBucket", asked.target.bucket, conditions=dict(caller.conditions))
        if not await exchange.services.tasks.go_on(buckets.is_allowed, caller.ctx, listing):
            answer.close()
            raise access_denied()
    completes = (asked.method, asked.facet) == ("POST", "uploadId")
    await exchange.stream_back(answer, tells_address=completes)


async def create_bucket(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Make a bucket, which is the caller's account's from then on; one that was there before is the first account's."""
    name = asked.target.bucket
    owner = await exchange.services.tasks.go_on(buckets.owner_of, caller.ctx, name)
    if not owner and await _exists(exchange, name):
        owner = exchange.services.settings.root_account
    if owner and owner != caller.ctx.account:
        raise buckets.taken(name)
    made = not owner and await exchange.services.tasks.go_on(buckets.claim, caller.ctx, name)
    answer = await exchange.forwarded(caller, asked)
    if made and 400 <= answer.status < 500:  # noqa: PLR2004 - after a 5xx the bucket may be there
        await exchange.services.tasks.go_on(buckets.release, caller.ctx, name)
    if not made and answer.status == 409:  # noqa: PLR2004
        answer.close()
        if exchange.services.settings.region != "us-east-1":
            raise buckets.already_yours(name)
        await exchange.answer(Response(200, [("location", f"/{name}")]))
        return
    await exchange.stream_back(answer)


async def delete_bucket(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Delete a bucket, and forget whose it was."""
    answer = await exchange.forwarded(caller, asked)
    if answer.ok or answer.status == 404:  # noqa: PLR2004
        await exchange.services.tasks.go_on(buckets.release, caller.ctx, asked.target.bucket)
    await exchange.stream_back(answer)


async def _exists(exchange: Exchange, bucket: str) -> bool:
    answer = await exchange.upstream.send("HEAD", Target(bucket, "").path, {}, Body())
    answer.release()
    if answer.status >= 500:  # noqa: PLR2004
        raise S3Error("ServiceUnavailable", 503, "The S3 server behind this gateway failed.")
    return answer.status != 404  # noqa: PLR2004


async def list_buckets(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """List the buckets of the caller's account."""
    answer = await exchange.upstream.send("GET", "/", {}, Body())
    if not answer.ok:
        await exchange.stream_back(answer)
        return
    listing = await whole(answer, MOST_READ_BYTES)
    body = await exchange.services.tasks.go_on(buckets.visible, caller.ctx, listing, asked.parameters)
    await exchange.answer(Response(200, [_XML], body))


async def locate(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Tell the region that requests must be signed for, which is ours and not the one of the server behind."""
    answer = await exchange.forwarded(caller, asked)
    if not answer.ok:
        await exchange.stream_back(answer)
        return
    answer.close()
    region = exchange.services.settings.region
    inner = "" if region == "us-east-1" else region
    body = f'{DECLARATION}<LocationConstraint xmlns="{_NAMESPACE}">{inner}</LocationConstraint>'
    await exchange.answer(Response(200, [_XML], body.encode()))


async def policy(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Read, write or remove a bucket's policy, which the gateway keeps."""
    name = asked.target.bucket
    await exchange.services.tasks.go_on(buckets.check_may_hold_policy, caller.ctx, name)
    if not await _exists(exchange, name):
        raise S3Error("NoSuchBucket", 404, "The specified bucket does not exist", BucketName=name)
    if asked.action == "GetBucketPolicy":
        text = await exchange.services.tasks.go_on(buckets.policy_of, caller.ctx, name)
        await exchange.answer(Response(200, [("content-type", "application/json")], text.encode()))
        return
    body = await exchange.read(caller, asked) if asked.action == "PutBucketPolicy" else b""
    if asked.action == "PutBucketPolicy" and not body:
        raise S3Error("MissingRequestBodyError", 400, "Request Body is empty")
    await exchange.services.tasks.go_on(buckets.set_policy, caller.ctx, name, body.decode("utf-8", "replace"))
    await exchange.answer(Response(204))


async def delete_objects(exchange: Exchange, caller: Caller, asked: Asked) -> None:
    """Decide each key, send on those that are allowed, and report the others as S3 does."""
    items, quiet = deletion.read(await exchange.read(caller, asked))
    allowed, failures = await exchange.services.tasks.go_on(_decide_items, caller, asked, items)
    answered = b""
    if allowed:
        content = deletion.write(allowed, quiet=quiet)
        headers = {name: value for name, value in sent_on(asked.headers).items() if name not in bodies.CHECKSUMS}
        headers |= {"content-type": "application/xml", "content-md5": bodies.md5_of(content)}
        answer = await exchange.upstream.send("POST", asked.address, headers, Body(len(content), content))
        if not answer.ok:
            await exchange.stream_back(answer)
            return
        answered = await whole(answer, MOST_READ_BYTES)
    await exchange.answer(Response(200, [_XML], deletion.result(answered, failures)))


def _decide_items(
    caller: Caller, asked: Asked, items: list[deletion.Item]
) -> tuple[list[deletion.Item], list[deletion.Failure]]:
    target = asked.target
    buckets.check_owner(caller.ctx, target.bucket, asked.headers.get("x-amz-expected-bucket-owner", ""))
    allowed, failures = list[deletion.Item](), list[deletion.Failure]()
    conditions = asked.wanted[0].conditions
    beside = asked.wanted[1:]
    for item in items:
        try:
            more = [Wanted(other.action, target.bucket, item.key, other.conditions) for other in beside]
            buckets.decide(caller.ctx, [item.wanted(target.bucket, conditions), *more])
        except AccessDeniedError:
            failures.append(deletion.Failure(item, "AccessDenied", "Access Denied"))
        except S3Error as error:
            failures.append(deletion.Failure(item, error.query_code, error.message))
        else:
            allowed.append(item)
    return allowed, failures


_HANDLERS: dict[str, Handler] = {
    "CreateBucket": create_bucket,
    "DeleteBucket": delete_bucket,
    "ListAllMyBuckets": list_buckets,
    "GetBucketLocation": locate,
    "GetBucketPolicy": policy,
    "PutBucketPolicy": policy,
    "DeleteBucketPolicy": policy,
}
