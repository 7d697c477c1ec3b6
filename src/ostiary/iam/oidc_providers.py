"""OpenID Connect providers that an account trusts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    AddClientIDToOpenIDConnectProviderRequest,
    CreateOpenIDConnectProviderRequest,
    CreateOpenIDConnectProviderResponse,
    DeleteOpenIDConnectProviderRequest,
    EntityAlreadyExistsException,
    GetOpenIDConnectProviderRequest,
    GetOpenIDConnectProviderResponse,
    InvalidInputException,
    LimitExceededException,
    ListOpenIDConnectProvidersRequest,
    ListOpenIDConnectProvidersResponse,
    ListOpenIDConnectProviderTagsRequest,
    ListOpenIDConnectProviderTagsResponse,
    NoSuchEntityException,
    RemoveClientIDFromOpenIDConnectProviderRequest,
    TagOpenIDConnectProviderRequest,
    UntagOpenIDConnectProviderRequest,
    UpdateOpenIDConnectProviderThumbprintRequest,
)
from ostiary.config import LOOPBACK
from ostiary.context import Context
from ostiary.iam.entities import check_arn, listed_tags, tagged, untagged
from ostiary.runtime.addresses import Reach
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam import oidc_providers
from ostiary.store.iam.oidc_providers import OidcProvider
from ostiary.tokens.issuer import pool_of_provider

PROVIDER_ARN = "{OpenIDConnectProviderArn}"
MOST_CLIENT_IDS = 100
_URL = re.compile(r"https?://[!-~]+")
_THUMBPRINT = re.compile(r"[0-9a-fA-F]{40}")


@operation("iam", resource="arn:aws:iam::{account}:oidc-provider/*")
def create_open_id_connect_provider(
    ctx: Context, req: CreateOpenIDConnectProviderRequest
) -> CreateOpenIDConnectProviderResponse:
    """Register a provider, by the very issuer that its tokens name. Plain http is for user pools of ours, and here."""
    _check_propagation(req)
    issuer = req["Url"]
    url = _checked_url(ctx, issuer)
    _check_lists(req.get("ClientIDList", []), req.get("ThumbprintList", []))
    tags = tagged([], req.get("Tags", []))
    provider = OidcProvider(
        ctx.account,
        url,
        issuer,
        tuple(req.get("ClientIDList", [])),
        tuple(req.get("ThumbprintList", [])),
        tuple(tags),
        ctx.clock.now_seconds(),
    )
    with ctx.store.write() as tx:
        try:
            oidc_providers.create(tx, provider)
        except AlreadyExists:
            raise EntityAlreadyExistsException(f"Provider with url {issuer} already exists.") from None
    answer: CreateOpenIDConnectProviderResponse = {"OpenIDConnectProviderArn": provider.arn}
    if tags:
        answer["Tags"] = tags
    return answer


@operation("iam", resource=PROVIDER_ARN)
def get_open_id_connect_provider(
    ctx: Context, req: GetOpenIDConnectProviderRequest
) -> GetOpenIDConnectProviderResponse:
    """Return a provider; its address without scheme."""
    with ctx.store.read() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
    answer: GetOpenIDConnectProviderResponse = {
        "Url": provider.url,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": provider.created_at,
    }
    if provider.tags:
        answer["Tags"] = list(provider.tags)
    return answer


@operation("iam")
def list_open_id_connect_providers(
    ctx: Context,
    req: ListOpenIDConnectProvidersRequest,  # noqa: ARG001
) -> ListOpenIDConnectProvidersResponse:
    """Return the ARNs of the account's providers."""
    with ctx.store.read() as tx:
        found = oidc_providers.of_account(tx, ctx.account)
    return {
        "OpenIDConnectProviderList": [
            {"Arn": provider.arn, "IsTrustedIdentityPropagationEnabled": False} for provider in found
        ]
    }


@operation("iam", resource=PROVIDER_ARN)
def delete_open_id_connect_provider(ctx: Context, req: DeleteOpenIDConnectProviderRequest) -> None:
    """Trust a provider no longer; deleting one that is not there succeeds, as with AWS."""
    with ctx.store.write() as tx:
        oidc_providers.delete(tx, ctx.account, _url_of(ctx, req["OpenIDConnectProviderArn"]))


@operation("iam", resource=PROVIDER_ARN)
def add_client_id_to_open_id_connect_provider(ctx: Context, req: AddClientIDToOpenIDConnectProviderRequest) -> None:
    """Accept tokens made for one more client."""
    with ctx.store.write() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
        client_ids = tuple(dict.fromkeys((*provider.client_ids, req["ClientID"])))
        _check_lists(client_ids, ())
        oidc_providers.replace(tx, replace(provider, client_ids=client_ids))


@operation("iam", resource=PROVIDER_ARN)
def remove_client_id_from_open_id_connect_provider(
    ctx: Context, req: RemoveClientIDFromOpenIDConnectProviderRequest
) -> None:
    """Accept tokens made for a client no longer."""
    with ctx.store.write() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
        client_ids = tuple(known for known in provider.client_ids if known != req["ClientID"])
        oidc_providers.replace(tx, replace(provider, client_ids=client_ids))


@operation("iam", resource=PROVIDER_ARN)
def update_open_id_connect_provider_thumbprint(ctx: Context, req: UpdateOpenIDConnectProviderThumbprintRequest) -> None:
    """Replace a provider's thumbprints. They are kept for clients' sake: TLS is verified by certificate authorities."""
    _check_lists((), req["ThumbprintList"])
    with ctx.store.write() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
        oidc_providers.replace(tx, replace(provider, thumbprints=tuple(req["ThumbprintList"])))


@operation("iam", resource=PROVIDER_ARN)
def tag_open_id_connect_provider(ctx: Context, req: TagOpenIDConnectProviderRequest) -> None:
    """Set tags of a provider."""
    with ctx.store.write() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
        oidc_providers.replace(tx, replace(provider, tags=tuple(tagged(provider.tags, req["Tags"]))))


@operation("iam", resource=PROVIDER_ARN)
def untag_open_id_connect_provider(ctx: Context, req: UntagOpenIDConnectProviderRequest) -> None:
    """Remove tags of a provider."""
    with ctx.store.write() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
        oidc_providers.replace(tx, replace(provider, tags=tuple(untagged(provider.tags, req["TagKeys"]))))


@operation("iam", resource=PROVIDER_ARN)
def list_open_id_connect_provider_tags(
    ctx: Context, req: ListOpenIDConnectProviderTagsRequest
) -> ListOpenIDConnectProviderTagsResponse:
    """Return a provider's tags."""
    with ctx.store.read() as tx:
        provider = _known(tx, ctx, req["OpenIDConnectProviderArn"])
    return listed_tags(ctx, req, provider.arn, provider.tags)  # type: ignore[return-value]


def _check_propagation(req: CreateOpenIDConnectProviderRequest) -> None:
    if "IdentityCenterInstanceArn" in req:
        raise InvalidInputException("There is no IAM Identity Center here: IdentityCenterInstanceArn is not supported.")
    if "ContextProvider" in req:
        raise InvalidInputException("Trusted identity propagation is not supported: leave ContextProvider out.")


def _checked_url(ctx: Context, issuer: str) -> str:
    try:
        parts = urlsplit(issuer if _URL.fullmatch(issuer) else "")
    except ValueError:
        parts = urlsplit("")
    url = issuer.partition("://")[2]
    plain = parts.scheme == "http" and (
        pool_of_provider(ctx.settings, url) is not None
        or (parts.hostname in LOOPBACK and Reach.of_tenants(ctx.settings).private)
    )
    if (parts.scheme != "https" and not plain) or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise InvalidInputException("Invalid Open ID Connect Provider URL")
    return url


def _check_lists(ids: Sequence[str], prints: Sequence[str]) -> None:
    if len(ids) > MOST_CLIENT_IDS:
        raise LimitExceededException(f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENT_IDS}")
    if len(prints) > 5 or not all(_THUMBPRINT.fullmatch(item) for item in prints):  # noqa: PLR2004 - AWS's limit
        raise InvalidInputException("Thumbprint list must contain fewer than 5 entries of 40 hexadecimal digits.")


def _url_of(ctx: Context, arn: str) -> str:
    prefix = f"arn:aws:iam::{ctx.account}:oidc-provider/"
    check_arn(arn)
    if not arn.startswith(prefix):
        raise InvalidInputException(f"ARN {arn} is not valid.")
    return arn.removeprefix(prefix)


def _known(tx: Tx, ctx: Context, arn: str) -> OidcProvider:
    provider = oidc_providers.find(tx, ctx.account, _url_of(ctx, arn))
    if provider is None:
        raise NoSuchEntityException(f"OpenIDConnect Provider not found for arn {arn}")
    return provider
