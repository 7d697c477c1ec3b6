"""Who signed an S3 request, if anybody did."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.aws import sigv4
from ostiary.aws.authenticate import S3, signature_of
from ostiary.aws.wire import Peer, Request
from ostiary.context import Client, Context, Services
from ostiary.gateway import chunked, legacy
from ostiary.gateway.errors import S3Error
from ostiary.sts.callers import authenticator, who_signed


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, and what streamed bodies are verified with: without `signed` or `secret` there is nothing to."""

    ctx: Context
    signed: sigv4.Signed | None
    secret: str
    conditions: Mapping[str, str]
    """How it was signed, as policies may ask (`s3:authType` …)."""


def caller_of(services: Services, request: Request, peer: Peer) -> Caller:
    """Return who signed a request; nobody for one without a signature, whom only bucket policies let in.

    Raises S3Error, and the errors of `sigv4` and `who_signed`.
    """
    if legacy.is_presigned(request.query_string):
        return _legacy(services, request, peer)
    signed = signature_of(request)
    if signed is None:
        return Caller(services.anonymous(Client.at(peer)), None, "", {})
    principal, _, secret = authenticator(services).check(request, signed, S3, _declared(request, signed))
    conditions = {
        "s3:authType": "REST-QUERY-STRING" if signed.presigned else "REST-HEADER",
        "s3:signatureversion": sigv4.ALGORITHM,
        "s3:signatureAge": str(max(0, int((services.clock.now() - signed.signed_at) * 1000))),
    }
    return Caller(services.context(principal, Client.at(peer)), signed, secret, conditions)


def declared_hash(request: Request) -> str:
    """Return what a request says about the hash of its body, in its header or, when presigned, in its query."""
    header = request.header("x-amz-content-sha256")
    if header or "x-amz-content-sha256" not in request.query_string.lower():
        return header
    return next((value for name, value in request.query if name.lower() == "x-amz-content-sha256"), "")


def _declared(request: Request, signed: sigv4.Signed) -> str:
    declared = declared_hash(request)
    if declared:
        return declared
    if signed.presigned:
        return sigv4.UNSIGNED_PAYLOAD
    raise S3Error("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256")


def _legacy(services: Services, request: Request, peer: Peer) -> Caller:
    presigned = legacy.parse(request, services.settings.s3_domain)
    if request.header("x-amz-content-sha256") in chunked.KINDS:
        raise S3Error("NotImplemented", 501, "A presigned body of this signature version cannot be in chunks.")
    secret, principal = who_signed(services, presigned.access_key_id, presigned.session_token, request)
    if secret:
        legacy.verify(presigned, secret, services.clock.now())
    conditions = {"s3:authType": "REST-QUERY-STRING", "s3:signatureversion": "AWS"}
    return Caller(services.context(principal, Client.at(peer)), None, "", conditions)
