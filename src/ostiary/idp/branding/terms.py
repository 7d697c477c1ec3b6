"""Terms of use and privacy policies that the pages of an app client link to."""

import uuid
from collections.abc import Mapping
from typing import Any, NoReturn

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateTermsRequest,
    CreateTermsResponse,
    DeleteTermsRequest,
    DescribeTermsByClientRequest,
    DescribeTermsByClientResponse,
    DescribeTermsRequest,
    DescribeTermsResponse,
    InvalidParameterException,
    ListTermsRequest,
    ListTermsResponse,
    ResourceNotFoundException,
    TermsExistsException,
    TermsType,
    UpdateTermsRequest,
    UpdateTermsResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_client, own_pool
from ostiary.idp.list_pages import listed
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.idp import pool_parts
from ostiary.store.idp.pool_parts import Part

KIND = "terms"
_SETTINGS = ("TermsName", "TermsSource", "Enforcement", "Links")
_SCHEMES = ("https://", "http://")


def _described(terms: Part) -> TermsType:
    return {
        **terms.configuration,  # type: ignore[typeddict-item]
        "TermsId": terms.key,
        "UserPoolId": terms.pool_id,
        "CreationDate": terms.created_at,
        "LastModifiedDate": terms.modified_at,
    }


def _alias(client_id: str, name: str) -> str:
    return f"{client_id}/{name}"


def _not_found() -> NoReturn:
    raise ResourceNotFoundException("Terms document does not exist.")


def _known(tx: Tx, pool_id: str, terms_id: str) -> Part:
    terms = pool_parts.find(tx, pool_id, KIND, terms_id)
    return _not_found() if terms is None else terms


def _check(configuration: Mapping[str, Any]) -> None:
    links = configuration.get("Links", {})
    if "cognito:default" not in links:
        raise InvalidParameterException("Links must contain cognito:default.")
    for url in links.values():
        if not url.startswith(_SCHEMES):
            raise InvalidParameterException(f"{url} is not a valid URL.")


@operation("cognito-idp", resource=POOL_ARN)
def create_terms(ctx: Context, req: CreateTermsRequest) -> CreateTermsResponse:
    """Add a document; an app client has at most one of each name."""
    configuration: dict[str, Any] = {name: req[name] for name in _SETTINGS if name in req}  # type: ignore[literal-required]
    _check(configuration)
    configuration["ClientId"] = req["ClientId"]
    now = ctx.clock.now_seconds()
    terms_id = str(uuid.UUID(bytes=ctx.random.bytes(16), version=4))
    alias = _alias(req["ClientId"], req["TermsName"])
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        terms = Part(req["UserPoolId"], KIND, terms_id, configuration, now, now, alias=alias)
        try:
            pool_parts.create(tx, terms)
        except AlreadyExists as error:
            raise TermsExistsException("Terms document already exists for this app client.") from error
    return {"Terms": _described(terms)}


@operation("cognito-idp", resource=POOL_ARN)
def describe_terms(ctx: Context, req: DescribeTermsRequest) -> DescribeTermsResponse:
    """Return a document by its id."""
    with ctx.store.read() as tx:
        fresh_pool(ctx, tx, req["UserPoolId"])
        return {"Terms": _described(_known(tx, req["UserPoolId"], req["TermsId"]))}


@operation("cognito-idp", resource=POOL_ARN)
def describe_terms_by_client(ctx: Context, req: DescribeTermsByClientRequest) -> DescribeTermsByClientResponse:
    """Return a document by its app client and its name."""
    with ctx.store.read() as tx:
        own_client(ctx, tx, req["UserPoolId"], req["ClientId"])
        terms = pool_parts.find_by_alias(tx, req["UserPoolId"], KIND, _alias(req["ClientId"], req["TermsName"]))
    return _not_found() if terms is None else {"Terms": _described(terms)}


@operation("cognito-idp", resource=POOL_ARN)
def update_terms(ctx: Context, req: UpdateTermsRequest) -> UpdateTermsResponse:
    """Change a document; what is omitted stays."""
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        before = _known(tx, req["UserPoolId"], req["TermsId"])
        changes = {name: req[name] for name in _SETTINGS if name in req}  # type: ignore[literal-required]
        configuration = {**before.configuration, **changes}
        _check(configuration)
        alias = _alias(configuration["ClientId"], configuration["TermsName"])
        taken = pool_parts.find_by_alias(tx, before.pool_id, KIND, alias)
        if taken is not None and taken.key != before.key:
            raise TermsExistsException("Terms document already exists for this app client.")
        now = ctx.clock.now_seconds()
        terms = Part(before.pool_id, KIND, before.key, configuration, before.created_at, now, alias=alias)
        pool_parts.put(tx, terms)
    return {"Terms": _described(terms)}


@operation("cognito-idp", resource=POOL_ARN)
def delete_terms(ctx: Context, req: DeleteTermsRequest) -> None:
    """Delete a document."""
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, req["UserPoolId"])
        if not pool_parts.delete(tx, req["UserPoolId"], KIND, req["TermsId"]):
            _not_found()


@operation("cognito-idp", resource=POOL_ARN)
def list_terms(ctx: Context, req: ListTermsRequest) -> ListTermsResponse:
    """List a pool's documents by id."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, following = listed(
        ctx,
        req,
        f"ListTerms {pool.pool_id}",
        read=lambda tx, after, limit: pool_parts.page(tx, pool.pool_id, KIND, after, limit),
        key=lambda terms: terms.key,
    )
    return {
        "Terms": [
            {
                "TermsId": terms.key,
                "TermsName": terms.configuration["TermsName"],
                "Enforcement": terms.configuration["Enforcement"],
                "CreationDate": terms.created_at,
                "LastModifiedDate": terms.modified_at,
            }
            for terms in found
        ],
        **following,
    }
