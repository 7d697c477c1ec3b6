"""Signature Version 4: reading, verifying and making signatures. Pure functions; the caller brings time and secret.

The rules are AWS's published ones ("Signing AWS API requests") and SIG-01 to SIG-15. Paths, queries and
header values are texts made by `wire.text`, so that bytes outside UTF-8 survive.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import NoReturn
from urllib.parse import urlsplit

from ostiary.aws.canonical import Credential, Signed, epoch, pairs, request_text
from ostiary.aws.errors import IncompleteSignatureError, InvalidSignatureError
from ostiary.aws.wire import wire

__all__ = [
    "ALGORITHM",
    "EMPTY_HASH",
    "UNSIGNED_PAYLOAD",
    "PresignError",
    "PresignExpiredError",
    "ScopeError",
    "Signed",
    "SkewedError",
    "parse_authorization",
    "sign",
    "signature",
    "signing_key",
    "string_to_sign",
    "verify",
]
ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
EMPTY_HASH = sha256(b"").hexdigest()
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
WINDOW = 300
"""Seconds that a signature may be older or younger than the server's time."""
LONGEST_PRESIGN = 604_800
GLOBAL_SERVICES = frozenset({"iam", "sts"})
"""Services with one endpoint for the world: clients sign for us-east-1 whatever their region."""
GLOBAL_REGION = "us-east-1"

_PRESIGN_PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
)
_SIGV2_PARAMETER = "AWSAccessKeyId"
_NEVER_SIGNED = frozenset(
    {"authorization", "connection", "content-length", "expect", "transfer-encoding", "user-agent"}
)
_DATES = {"x-amz-date", "date"}
_AMZ_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_SIGNATURE = re.compile(r"[0-9a-f]{64}")

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


class ScopeError(InvalidSignatureError):
    """The credential scope is not of this day, region or service."""


class SkewedError(InvalidSignatureError):
    """The signature is too old, or from the future."""


class PresignError(IncompleteSignatureError):
    """A query-string signature is incomplete or out of its limits."""


class PresignExpiredError(InvalidSignatureError):
    """A presigned request came after its time."""


def parse_authorization(method: str, raw_path: str, query_string: str, headers: list[tuple[str, str]]) -> Signed | None:
    """Return what a request says about its signature, or None when it carries none.

    `raw_path` and `query_string` are as sent; header names are lower case. Raises IncompleteSignatureError when it
    cannot be read, has both forms, or uses another scheme (SigV2, SigV4A, Bearer, Basic …).
    """
    authorizations = [value for name, value in headers if name == "authorization"]
    query = _presign_query(query_string)
    if len(authorizations) > 1 or (authorizations and query):
        raise IncompleteSignatureError(
            "Only one auth mechanism allowed; use either the Authorization header or the query string."
        )
    if authorizations:
        return _from_header(method, raw_path, query_string, headers, authorizations[0])
    if query:
        return _from_query(method, raw_path, query_string, headers, query)
    return None


def verify(  # noqa: PLR0917 - in the order of the text that is signed
    signed: Signed,
    secret: str,
    payload_hash: str,
    now: float,
    region: str,
    services: Collection[str],
    *,
    s3: bool,
) -> None:
    """Return if `secret` made the signature, for this region and one of `services`, and it is of now.

    Raises InvalidSignatureError otherwise.
    `payload_hash` is the SHA-256 of the body that was received, in hex; for S3 what the client declared
    (`UNSIGNED-PAYLOAD`, `STREAMING-…`), which the gateway holds the body to.
    """
    _check_scope(signed, region, services)
    _check_time(signed, now)
    expected = signature(secret, signed, request_text(signed, payload_hash, s3=s3))
    if not _SIGNATURE.fullmatch(signed.signature) or not hmac.compare_digest(expected, signed.signature):
        raise InvalidSignatureError(MISMATCH)


def sign(  # noqa: PLR0917 - in the order of the text that is signed
    method: str,
    url: str,
    headers: Mapping[str, str],
    payload_hash: str,
    access_key_id: str,
    secret: str,
    session_token: str | None,
    region: str,
    service: str,
    now: float,
) -> dict[str, str]:
    """Return `headers` and what signs them: host, date, content hash, session token, authorization; lower-case names.

    `url` is the address as it will be sent (path and query percent-encoded).
    """
    parts = urlsplit(url)
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": parts.netloc, "x-amz-date": _amz(now), "x-amz-content-sha256": payload_hash}
    if session_token:
        sent["x-amz-security-token"] = session_token
    names = tuple(sorted(sent.keys() - _NEVER_SIGNED))
    signed = Signed(
        method=method,
        raw_path=parts.path or "/",
        query_string=parts.query,
        headers=list(sent.items()),
        credential=Credential(access_key_id, _amz(now)[:8], region, service, TERMINATOR),
        amz_date=_amz(now),
        signed_headers=names,
        signature="",
        session_token=session_token,
        expires=None,
    )
    made = signature(secret, signed, request_text(signed, payload_hash, s3=service == "s3"))
    credential = f"{access_key_id}/{signed.scope}"
    sent["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={';'.join(names)}, Signature={made}"
    return sent


def string_to_sign(signed: Signed, canonical: str) -> str:
    """Return the text that the signing key signs."""
    return f"{ALGORITHM}\n{signed.amz_date}\n{signed.scope}\n{sha256(wire(canonical)).hexdigest()}"


def signature(secret: str, signed: Signed, canonical: str) -> str:
    """Return the signature of a canonical request, in hex."""
    key = signing_key(secret, *signed.credential[1:4])
    return hmac.new(key, wire(string_to_sign(signed, canonical)), sha256).hexdigest()


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Return the key of a day (`20150830`), region and service."""
    key = wire("AWS4" + secret)
    for part in (date, region, service, TERMINATOR):
        key = hmac.new(key, wire(part), sha256).digest()
    return key


def _presign_query(query_string: str) -> dict[str, str]:
    if "X-Amz-" not in query_string and _SIGV2_PARAMETER not in query_string and "%" not in query_string:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs(query_string):
        if name not in _PRESIGN_PARAMETERS and name != _SIGV2_PARAMETER:
            continue
        if name in found:
            raise PresignError(f"The query parameter {name} must be given once.")
        found[name] = value
    if _SIGV2_PARAMETER in found:
        raise IncompleteSignatureError(
            f"The authorization mechanism you have provided is not supported. Please use {ALGORITHM}."
        )
    return found if found.keys() - {"X-Amz-Security-Token", "X-Amz-Date"} else {}


def _from_header(
    method: str, raw_path: str, query_string: str, headers: list[tuple[str, str]], authorization: str
) -> Signed:
    algorithm, _, rest = authorization.strip().partition(" ")
    parts = dict(_authorization_parts(rest, authorization))
    missing = [f"'{name}' parameter" for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]
    if not any(name in _DATES for name, _ in headers):
        missing.append("existence of either a 'X-Amz-Date' or a 'Date' header")
    if missing:
        told = " ".join(f"Authorization header requires {what}." for what in missing)
        which = f"Authorization={_hashed(authorization)}"
        raise IncompleteSignatureError(f"{told} (Hashed with SHA-256 and encoded with Base64) {which}")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureError(f"Authorization header requires the algorithm {ALGORITHM}.")
    tokens = [value for name, value in headers if name == "x-amz-security-token"]
    if len(tokens) > 1:
        raise IncompleteSignatureError("The header X-Amz-Security-Token must be given once.")
    return Signed(
        method=method,
        raw_path=raw_path,
        query_string=query_string,
        headers=headers,
        credential=_credential(parts["Credential"]),
        amz_date=_header_date(headers),
        signed_headers=_signed_headers(parts["SignedHeaders"], headers),
        signature=parts["Signature"],
        session_token=tokens[0] if tokens else None,
        expires=None,
    )


def _from_query(
    method: str, raw_path: str, query_string: str, headers: list[tuple[str, str]], query: dict[str, str]
) -> Signed:
    missing = [f"AWS query-string parameters must include '{p}'." for p in _PRESIGN_PARAMETERS[:6] if not query.get(p)]
    if missing:
        raise PresignError(" ".join([*missing, "Re-examine the query-string parameters."]))
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise PresignError(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    return Signed(
        method=method,
        raw_path=raw_path,
        query_string=query_string,
        headers=headers,
        credential=_credential(query["X-Amz-Credential"]),
        amz_date=_checked_date(query["X-Amz-Date"]),
        signed_headers=_signed_headers(query["X-Amz-SignedHeaders"], headers),
        signature=query["X-Amz-Signature"],
        session_token=query.get("X-Amz-Security-Token") or None,
        expires=_expires(query["X-Amz-Expires"]),
    )


def _hashed(authorization: str) -> str:
    """Return what tells which header it was without telling it."""
    return b64encode(sha256(wire(authorization)).digest()).decode()


def _authorization_parts(rest: str, authorization: str) -> Iterable[tuple[str, str]]:
    seen = set[str]()
    for part in rest.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise IncompleteSignatureError(
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_hashed(authorization)}'."
            )
        if name in seen:
            raise IncompleteSignatureError(f"Authorization header has '{name}' more than once.")
        seen.add(name)
        yield name, value


def _credential(value: str) -> Credential:
    parts = value.split("/")
    if len(parts) != 5 or not all(parts):  # noqa: PLR2004 - the five parts the text names
        raise IncompleteSignatureError(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{value}'"
        )
    return Credential(*parts)


def _signed_headers(value: str, headers: list[tuple[str, str]]) -> tuple[str, ...]:
    names = value.split(";")
    if names != sorted(set(names)) or value != value.lower():
        raise IncompleteSignatureError("SignedHeaders must be lower case, sorted and without repetition.")
    sent = {name for name, _ in headers}
    needed = {"host"} | {name for name in sent if name.startswith("x-amz-")} - {"x-amz-security-token"}
    for name in sorted(needed.difference(names)):
        raise InvalidSignatureError(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in sorted(set(names) - sent):
        raise InvalidSignatureError(f"The signed header '{name}' is not in the request.")
    return tuple(names)


def _header_date(headers: list[tuple[str, str]]) -> str:
    """Return the date of a request that has one."""
    dates = [value for name, value in headers if name == "x-amz-date"]
    if len(dates) > 1:
        raise IncompleteSignatureError("The header X-Amz-Date must be given once.")
    if dates:
        return _checked_date(dates[0].strip())
    value = next(value for name, value in headers if name == "date")
    try:
        return parsedate_to_datetime(value).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    except (ValueError, OverflowError):
        _bad_date(value)


def _checked_date(value: str) -> str:
    if not _AMZ_DATE.fullmatch(value):
        _bad_date(value)
    try:
        epoch(value)
    except ValueError:
        _bad_date(value)
    return value


def _bad_date(value: str) -> NoReturn:
    raise IncompleteSignatureError(
        f"Date must be in ISO-8601 'basic format'. Got '{value}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _expires(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > 9:  # noqa: PLR2004 - longer is past the limit anyway
        raise PresignError("X-Amz-Expires should be a number")
    if not 1 <= int(value) <= LONGEST_PRESIGN:
        raise PresignError(f"X-Amz-Expires must be between 1 and {LONGEST_PRESIGN} seconds")
    return int(value)


def _check_scope(signed: Signed, region: str, services: Collection[str]) -> None:
    scope = signed.credential
    if scope.terminator != TERMINATOR:
        raise ScopeError(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{scope.terminator}'."
        )
    if scope.date != signed.amz_date[:8]:
        raise ScopeError(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{scope.date}' != '{signed.amz_date[:8]}', from '{signed.amz_date}'."
        )
    if scope.service not in services:
        raise ScopeError(f"Credential should be scoped to correct service: '{', '.join(sorted(services))}'.")
    everywhere = scope.service in GLOBAL_SERVICES and scope.region == GLOBAL_REGION
    if scope.region != region and not everywhere:
        raise ScopeError(f"Credential should be scoped to a valid region, not '{scope.region}'.")


def _check_time(signed: Signed, now: float) -> None:
    at = signed.signed_at
    if at > now + WINDOW:
        raise SkewedError(
            f"Signature not yet current: {signed.amz_date} is still later than {_amz(now + WINDOW)} "
            f"({_amz(now)} + 5 min.)"
        )
    if signed.expires is not None:
        if now > at + signed.expires:
            raise PresignExpiredError(
                f"Signature expired: {_amz(at + signed.expires)} is now earlier than {_amz(now)}."
            )
    elif at < now - WINDOW:
        raise SkewedError(
            f"Signature expired: {signed.amz_date} is now earlier than {_amz(now - WINDOW)} ({_amz(now)} - 5 min.)"
        )


def _amz(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%dT%H%M%SZ")
