"""Passwords that another system knows: checked there at the first sign-in, and known here from then on."""

import re
from base64 import b64decode, b64encode
from hashlib import pbkdf2_hmac, scrypt
from hmac import compare_digest, digest

import bcrypt
import msgspec
import structlog
from cryptography.exceptions import InvalidKey, UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.directory.stranger_ids import STRANGER
from ostiary.idp.factors import passwords
from ostiary.runtime.execution import Places, compute
from ostiary.runtime.http_client import HttpError
from ostiary.runtime.outsiders import Wait
from ostiary.store.db import Tx
from ostiary.store.idp import foreign_passwords, users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

log = structlog.get_logger()
_PURPOSE = "foreign-password"
_BCRYPT = re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}")
_SCRYPT = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{16,})")
_PBKDF2 = re.compile(r"\$pbkdf2-sha256\$(?:i=)?(\d{1,7})\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]{16,})")
_SHAPES = {"BCRYPT": _BCRYPT, "ARGON2ID": _ARGON2, "SCRYPT": _SCRYPT, "PBKDF2_SHA256": _PBKDF2}
_MEMORY = 64 * 1024 * 1024
_MOST_MEMORY_KIB = 256 * 1024
_MOST_BCRYPT_COST = 15
MOST_WAITING = 32
"""How many sign-ins of a process wait for hashes of other systems, half of them at most of one pool or client."""
_HASHER = Places(1)
"""One hash is made at a time: what else must be computed goes on beside it."""
_SUCCESS, _FAILING = 200, 500
_BUSY = b"TooManyRequestsException"


class SilentPoolError(Exception):
    """The user pool where a user comes from did not say whether the password is right."""


class Foreign(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a password is checked against: a hash, or a user pool elsewhere."""

    algorithm: str = ""
    hash: str = ""
    endpoint: str = ""
    client_id: str = ""
    client_secret: str = ""
    username: str = ""


def of_hash(algorithm: str, text: str) -> Foreign:
    """Return the check against a hash; raises InvalidParameterException for what is none, or too costly to try."""
    if not _SHAPES[algorithm].fullmatch(text) or not _is_affordable(algorithm, text):
        raise InvalidParameterException("The password hash is not valid.")
    return Foreign(algorithm=algorithm, hash=text)


def _is_affordable(algorithm: str, text: str) -> bool:
    if algorithm == "BCRYPT":
        return int(text.split("$")[2]) <= _MOST_BCRYPT_COST
    numbers = [int(number) for number in _SHAPES[algorithm].fullmatch(text).groups()[:3] if number.isdigit()]  # type: ignore[union-attr]
    if algorithm == "ARGON2ID":
        return 8 * numbers[2] <= numbers[0] <= _MOST_MEMORY_KIB and numbers[1] >= 1
    if algorithm == "SCRYPT":
        return numbers[0] >= 1 and 128 * numbers[1] * 2 ** numbers[0] * numbers[2] <= _MEMORY
    return 1 <= numbers[0] <= 2_000_000  # noqa: PLR2004 - iterations


def keep(tx: Tx, ctx: Context, user: User, foreign: Foreign) -> None:
    """Have the user's first password sign-in checked against this."""
    foreign_passwords.put(tx, user.pool_id, user.sub, ctx.keyring.seal(msgspec.json.encode(foreign), _PURPOSE))


def capture(
    ctx: Context, pool: UserPool, user: User | None, subject: str, password: str, *, hidden: bool
) -> User | None:
    """Return the user with the password set, if another system knows it as theirs; None when not.

    `subject` is the user's sub or a stranger's id. Where a client must not learn who exists (`hidden`), the password of
    anybody is compared with somebody's hash as long as the pool has any, and what comes of that forgotten (ENU-04).
    Raises SilentPoolError, and CrowdedError where too many hashes are being made.
    """
    waits = user is not None and user.sealed_verifier is None
    if not waits and not hidden:
        return None
    with ctx.store.read() as tx:
        nearest = foreign_passwords.nearest(tx, pool.pool_id, subject.removeprefix(STRANGER))
    if nearest is None:
        return None
    is_own = waits and nearest[0] == subject
    if not is_own and not hidden:
        return None
    foreign = msgspec.json.decode(ctx.keyring.open(nearest[1], _PURPOSE), type=Foreign)
    agrees = _agrees(ctx, pool, foreign, password, is_own=is_own)
    return _known_from_now(ctx, pool, user, password) if agrees and is_own and user is not None else None


def _known_from_now(ctx: Context, pool: UserPool, user: User, password: str) -> User | None:
    """Return the user with the password set, once; the hash or the other service is forgotten."""
    verifier = passwords.new_verifier(ctx, pool, user.username, password)
    with ctx.store.write() as tx:
        current = users.lock(tx, user)
        if current is None or current.sealed_verifier is not None:
            return None
        foreign_passwords.forget(tx, pool.pool_id, user.sub)
        changes = {"sealed_verifier": verifier, "modified_at": ctx.clock.now_seconds()}
        if current.status == "RESET_REQUIRED":
            changes["status"] = "CONFIRMED"
        return users.update(tx, current, **changes)


def is_kept(ctx: Context, pool: UserPool, subject: str) -> bool:
    """Whether another system knows the password of this user."""
    with ctx.store.read() as tx:
        return foreign_passwords.is_kept(tx, pool.pool_id, subject)


def _agrees(ctx: Context, pool: UserPool, foreign: Foreign, password: str, *, is_own: bool) -> bool:
    """Whether the other system knows the password; a service is asked for its own users only.

    Hashes are made one after the other, beside everything else, and so many and no more wait for that (PWD-05).
    """
    if not foreign.hash:
        return is_own and _signs_in(ctx, pool, foreign, password)
    wait = Wait("hashes of passwords", callers=(*ctx.callers, pool.pool_id), most=MOST_WAITING)
    with ctx.http.outsiders.waiting(wait):
        _HASHER.take(_HASHER.give)
        try:
            return compute(_matches_hash, foreign, password)
        finally:
            _HASHER.give()


def _matches_hash(foreign: Foreign, password: str) -> bool:
    secret = password.encode()
    if foreign.algorithm == "BCRYPT":
        return bcrypt.checkpw(secret[:72], foreign.hash.replace("$2y$", "$2b$").encode())
    if foreign.algorithm == "ARGON2ID":
        try:
            Argon2id.verify_phc_encoded(secret, foreign.hash)
        except (InvalidKey, ValueError, UnsupportedAlgorithm):
            return False
        return True
    found = _SHAPES[foreign.algorithm].fullmatch(foreign.hash)
    if found is None:
        return False
    *numbers, salt, hashed = found.groups()
    wanted = _decoded(hashed)
    if foreign.algorithm == "SCRYPT":
        cost, block, lanes = map(int, numbers)
        made = scrypt(secret, salt=_decoded(salt), n=2**cost, r=block, p=lanes, dklen=len(wanted), maxmem=2 * _MEMORY)
    else:
        made = pbkdf2_hmac("sha256", secret, _decoded(salt), int(numbers[0]), len(wanted))
    return compare_digest(made, wanted)


def _decoded(text: str) -> bytes:
    """Return what base64 without padding says; `.` stands for `+`, as passlib writes it."""
    return b64decode(text.replace(".", "+") + "=" * (-len(text) % 4))


def _signs_in(ctx: Context, pool: UserPool, foreign: Foreign, password: str) -> bool:
    """Whether the password signs in at the user pool where the user comes from; raises SilentPoolError."""
    parameters = {"USERNAME": foreign.username, "PASSWORD": password}
    if foreign.client_secret:
        proof = digest(foreign.client_secret.encode(), f"{foreign.username}{foreign.client_id}".encode(), "sha256")
        parameters["SECRET_HASH"] = b64encode(proof).decode()
    body = {"ClientId": foreign.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    }
    try:
        http = ctx.http.on_behalf_of(pool.pool_id)
        answer = http.post(foreign.endpoint, content=msgspec.json.encode(body), headers=headers)
    except HttpError as error:
        log.warning("foreign_sign_in_failed", reason=str(error))
        raise SilentPoolError from None
    if answer.status >= _FAILING or _BUSY in answer.body:
        log.warning("foreign_sign_in_failed", status=answer.status)
        raise SilentPoolError
    # A challenge is asked of who knows the password: the second factor is asked for here, by this pool's settings.
    return answer.status == _SUCCESS
