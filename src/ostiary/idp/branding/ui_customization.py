"""The classic hosted pages' look: a style sheet of known classes and a logo, for all app clients or for one."""

import re
from base64 import b64decode, b64encode
from hashlib import sha256

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    GetUICustomizationRequest,
    GetUICustomizationResponse,
    InvalidParameterException,
    SetUICustomizationRequest,
    SetUICustomizationResponse,
    UICustomizationType,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, fresh_pool, locked_pool, own_client
from ostiary.store.db import Tx
from ostiary.store.idp import domains, pool_parts
from ostiary.store.idp.pool_parts import Part

KIND = "ui_customization"
ALL = "ALL"
CLASSES = frozenset(
    {
        "logo-customizable",
        "banner-customizable",
        "submitButton-customizable",
        "submitButton-customizable:hover",
        "errorMessage-customizable",
        "inputField-customizable",
        "inputField-customizable:focus",
        "idpButton-customizable",
        "idpButton-customizable:hover",
        "socialButton-customizable",
        "legalText-customizable",
        "textDescription-customizable",
        "label-customizable",
        "inputLabel-customizable",
        "idpDescription-customizable",
        "passwordCheck-valid-customizable",
        "passwordCheck-notValid-customizable",
        "redirect-customizable",
        "background-customizable",
    }
)
"""The only selectors that a style sheet may have."""
_VERSION_DIGITS = 14
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"\s*\.(?P<selector>[\w:-]+)\s*\{(?P<body>[^{}<]*)\}\s*")
_FORBIDDEN = re.compile(r"url\s*\(|expression\s*\(|@import|javascript:|\\", re.IGNORECASE)
_IMAGES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


def image_type(image: bytes) -> str | None:
    """Return `png` or `jpg`, whichever the bytes begin like, or None."""
    return next((kind for head, kind in _IMAGES.items() if image.startswith(head)), None)


def check_css(css: str) -> None:
    """Refuse a style sheet with other selectors than the known classes, or that reaches outside (BRW)."""
    rest = _COMMENT.sub(" ", css).strip()
    while rest:
        rule = _RULE.match(rest)
        if rule is None or _FORBIDDEN.search(rule["body"]):
            raise InvalidParameterException("CSS is not valid.")
        if rule["selector"] not in CLASSES:
            raise InvalidParameterException(f"CSS class .{rule['selector']} cannot be customized.")
        rest = rest[rule.end() :]


def _described(ctx: Context, pool_id: str, found: Part) -> UICustomizationType:
    described: UICustomizationType = {
        "UserPoolId": pool_id,
        "ClientId": found.key,
        "CSS": found.configuration["CSS"],
        "CSSVersion": found.configuration["CSSVersion"],
        "CreationDate": found.created_at,
        "LastModifiedDate": found.modified_at,
    }
    if "Image" in found.configuration:
        name = sha256(b64decode(found.configuration["Image"])).hexdigest()[:16]
        described["ImageUrl"] = (
            f"{ctx.settings.base_url}/{pool_id}/{found.key}/logo-{name}.{found.configuration['ImageType']}"
        )
    return described


def _check_scope(ctx: Context, tx: Tx, pool_id: str, client_id: str) -> None:
    fresh_pool(ctx, tx, pool_id)
    if client_id != ALL:
        own_client(ctx, tx, pool_id, client_id)


@operation("cognito-idp", resource=POOL_ARN)
def get_ui_customization(ctx: Context, req: GetUICustomizationRequest) -> GetUICustomizationResponse:
    """Return what applies to an app client: its own look, or else the look of all clients."""
    pool_id, client_id = req["UserPoolId"], req.get("ClientId", ALL)
    with ctx.store.read() as tx:
        _check_scope(ctx, tx, pool_id, client_id)
        found = pool_parts.find(tx, pool_id, KIND, client_id) or pool_parts.find(tx, pool_id, KIND, ALL)
    return {"UICustomization": {} if found is None else _described(ctx, pool_id, found)}


@operation("cognito-idp", resource=POOL_ARN)
def set_ui_customization(ctx: Context, req: SetUICustomizationRequest) -> SetUICustomizationResponse:
    """Set the look of all app clients or of one; a member that is omitted stays as it was."""
    pool_id, client_id = req["UserPoolId"], req.get("ClientId", ALL)
    css, image = req.get("CSS"), req.get("ImageFile")
    check_css(css or "")
    if image is not None and image_type(image) is None:
        raise InvalidParameterException("Image must be a PNG or a JPG file.")
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, pool_id)
        _check_scope(ctx, tx, pool_id, client_id)
        if not domains.of_pool(tx, pool_id):
            raise InvalidParameterException("There has to be an existing domain associated with this user pool")
        before = pool_parts.find(tx, pool_id, KIND, client_id)
        configuration = {"CSS": "", "CSSVersion": "", **({} if before is None else before.configuration)}
        if css is not None:
            configuration |= {"CSS": css, "CSSVersion": f"{now:0{_VERSION_DIGITS}d}"}
        if image is not None:
            configuration |= {"Image": b64encode(image).decode(), "ImageType": image_type(image) or ""}
        created_at = now if before is None else before.created_at
        part = Part(pool_id, KIND, client_id, configuration, created_at, now)
        pool_parts.put(tx, part)
    return {"UICustomization": _described(ctx, pool_id, part)}
