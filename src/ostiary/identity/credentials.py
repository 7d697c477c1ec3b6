"""From an identity to credentials: the enhanced flow, and OpenID tokens (behaviour/identity-pools.md 5, 6)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ostiary.aws.errors import AccessDeniedError
from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_identity import (
    GetCredentialsForIdentityInput,
    GetCredentialsForIdentityResponse,
    GetOpenIdTokenInput,
    GetOpenIdTokenResponse,
    InvalidIdentityPoolConfigurationException,
    InvalidParameterException,
    NotAuthorizedException,
)
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.identity_pool import ISSUER, NAME
from ostiary.federation.identity_pool import IdentityPool as OwnTokens
from ostiary.federation.web_identity import WebIdentity
from ostiary.identity import logins
from ostiary.identity.identities import MISMATCH, authenticated, pool_of_identity
from ostiary.identity.roles import role_for, tags_for
from ostiary.runtime.execution import compute
from ostiary.store.identity.identity_pools import IdentityPool
from ostiary.sts.roles import Wish, assume_with_web_identity
from ostiary.tokens import keys

SESSION_NAME = "CognitoIdentityCredentials"
OPEN_ID_SECONDS = 600
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_GUEST_ACTIONS = [
    "appsync:*",
    "cloudwatch:*",
    "codewhisperer:*",
    "cognito-identity:*",
    "cognito-idp:*",
    "cognito-sync:*",
    "comprehend:*",
    "dynamodb:*",
    "execute-api:*",
    "firehose:*",
    "gamelift:*",
    "geo:*",
    "iot:*",
    "kinesisanalytics:*",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "lambda:*",
    "lex:*",
    "logs:*",
    "machinelearning:*",
    "mobileanalytics:*",
    "personalize:*",
    "polly:*",
    "rekognition:*",
    "rum:PutRumEvents",
    "s3:*",
    "sagemaker:InvokeEndpoint",
    "sdb:*",
    "ses:*",
    "sns:*",
    "sqs:*",
    "sumerian:View*",
    "textract:AnalyzeDocument",
    "textract:DetectDocumentText",
    "transcribe:*",
    "translate:*",
]
GUEST_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": _GUEST_ACTIONS, "Resource": "*"}]}
)
"""What a guest's role is narrowed to in the enhanced flow (IDP-01)."""


@operation("cognito-identity")
def get_credentials_for_identity(
    ctx: Context, req: GetCredentialsForIdentityInput
) -> GetCredentialsForIdentityResponse:
    """Return temporary credentials of the role that the pool gives this identity."""
    identity_id, given = req["IdentityId"], req.get("Logins", {})
    if NAME in given:
        pool, identity = _by_open_id_token(ctx, identity_id, given)
        presented = [identity]
    else:
        pool, identity_id, presented = authenticated(ctx, identity_id, given)
        identity = _as_identity(ctx, pool, identity_id, presented)
    role_arn = role_for(ctx, pool, presented, req.get("CustomRoleArn"))
    wish = Wish(role_arn, SESSION_NAME, policies=() if presented else (GUEST_POLICY,))
    try:
        credentials = assume_with_web_identity(ctx, wish, identity).credentials
    except AccessDeniedError:
        raise InvalidIdentityPoolConfigurationException(
            "Invalid identity pool configuration. Check assigned IAM roles for this pool."
        ) from None
    return {
        "IdentityId": identity_id,
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expires_at,
        },
    }


@operation("cognito-identity")
def get_open_id_token(ctx: Context, req: GetOpenIdTokenInput) -> GetOpenIdTokenResponse:
    """Return a token that STS exchanges for credentials; only where the pool allows the classic flow (IDP-05)."""
    pool, identity_id, presented = authenticated(ctx, req["IdentityId"], req.get("Logins", {}))
    if not pool.configuration.get("AllowClassicFlow"):
        raise InvalidParameterException("Basic (classic) flow is not enabled, please use enhanced flow.")
    identity = _as_identity(ctx, pool, identity_id, presented)
    key, now = keys.identity_key(ctx.services), ctx.clock.now_seconds()
    claims: dict[str, Any] = {
        "sub": identity_id,
        "aud": pool.pool_id,
        "amr": list(identity.conditions["amr"]),
        "iss": ISSUER,
        "exp": now + OPEN_ID_SECONDS,
        "iat": now,
        **identity.claims,
    }
    return {"IdentityId": identity_id, "Token": compute(jws.sign, {"typ": "JWS", **key.header}, claims, key.key)}


def _by_open_id_token(ctx: Context, identity_id: str, given: Mapping[str, str]) -> tuple[IdentityPool, WebIdentity]:
    """Return who a token of ours says somebody is: the very identity asked for, and no guest (IDP-03)."""
    pool = pool_of_identity(ctx, identity_id)
    identity = logins.accepted(ctx, OwnTokens(), given[NAME], [pool.pool_id])
    if len(given) > 1 or identity.subject != identity_id:
        raise NotAuthorizedException(MISMATCH)
    if "authenticated" not in identity.conditions.get("amr", ()):
        raise NotAuthorizedException(f"Access to Identity '{identity_id}' is forbidden.")
    return pool, identity


def _as_identity(ctx: Context, pool: IdentityPool, identity_id: str, presented: Sequence[WebIdentity]) -> WebIdentity:
    """Return the identity as STS sees it: what the pool's own token would say (IDP-06)."""
    tags = tags_for(ctx, pool, presented)
    claims = {_TAGS_CLAIM: {"principal_tags": {tag: [value] for tag, value in tags.items()}}} if tags else {}
    return WebIdentity(
        provider=NAME,
        federated=NAME,
        issuer=ISSUER,
        subject=identity_id,
        audience=pool.pool_id,
        expires_at=ctx.clock.now() + OPEN_ID_SECONDS,
        claims=claims,
        conditions={"amr": _amr(presented)},
    )


def _amr(presented: Sequence[WebIdentity]) -> tuple[str, ...]:
    if not presented:
        return ("unauthenticated",)
    methods = ["authenticated"]
    for identity in presented:
        name = identity.login
        kind = "CognitoSignIn" if identity.stored_as else "OIDC"
        methods += [name, f"{name}:{kind}:{identity.subject}"]
    return tuple(methods)
