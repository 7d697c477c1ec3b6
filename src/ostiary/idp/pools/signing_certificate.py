"""The certificate that signs a pool's SAML requests: made when it is first asked for, renewed every year."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import GetSigningCertificateRequest, GetSigningCertificateResponse
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, locked_pool, own_pool
from ostiary.runtime.execution import compute
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part

KIND = "signing_certificate"
CURRENT = "current"
_PURPOSE = "saml-signing-key"
_KEY_BITS = 2048
_RENEWED_AFTER = 365 * 86400
_YEARS_VALID = 10


def current_certificate(ctx: Context, pool_id: str) -> Part:
    """Return the pool's certificate; its private key is sealed with it. A new one is made where none is young enough.

    The one before stays, keyed by the time it was made, because providers may know it still.
    """
    now = ctx.clock.now_seconds()
    found = pool_parts.cached(ctx.store, pool_id, KIND, CURRENT)
    if found is not None and now - found.created_at < _RENEWED_AFTER:
        return found
    made = compute(_made, ctx, pool_id, now)
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, pool_id)
        before = pool_parts.find(tx, pool_id, KIND, CURRENT)
        if before is not None and now - before.created_at < _RENEWED_AFTER:
            return before
        if before is not None:
            key = str(before.created_at)
            at = (before.created_at, now)
            pool_parts.put(tx, Part(pool_id, KIND, key, before.configuration, *at, sealed=before.sealed))
        pool_parts.put(tx, made)
    return made


def _made(ctx: Context, pool_id: str, now: int) -> Part:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, pool_id)])
    begins = datetime.fromtimestamp(now, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(ctx.random.bytes(16), "big") >> 1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365 * _YEARS_VALID))
        .sign(key, SHA256())
    )
    text = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = ctx.keyring.seal(secret, _PURPOSE)
    return Part(pool_id, KIND, CURRENT, {"Certificate": text}, now, now, sealed=sealed)


@operation("cognito-idp", resource=POOL_ARN)
def get_signing_certificate(ctx: Context, req: GetSigningCertificateRequest) -> GetSigningCertificateResponse:
    """Return the certificate that signs the pool's SAML requests: DER in base64, without PEM's lines."""
    pool = own_pool(ctx, req["UserPoolId"])
    return {"Certificate": current_certificate(ctx, pool.pool_id).configuration["Certificate"]}
