"""Where a request comes from, as the application or the network tells."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec

from ostiary.context import Context
from ostiary.idp.threats.risk import Visit
from ostiary.store.idp.clients import AppClient

_DEVICE_MEMBERS = ("DeviceId", "DeviceFingerprint", "DeviceName")


def visit_of(ctx: Context, client: AppClient, req: Mapping[str, Any]) -> Visit:
    """Return where a request comes from: what the application says of the user's device where it may, or the sender."""
    given = req.get("ContextData") or req.get("UserContextData") or {}
    trusted = "ContextData" in req or client.configuration.get("EnablePropagateAdditionalUserContextData")
    headers = {
        str(header.get("headerName", "")).lower(): str(header.get("headerValue", ""))
        for header in given.get("HttpHeaders", [])
    }
    encoded = _decoded(given.get("EncodedData", ""))
    device = next((str(encoded[name]) for name in _DEVICE_MEMBERS if encoded.get(name)), "")
    return Visit(
        at=ctx.clock.now(),
        ip=(given.get("IpAddress") if trusted else "") or ctx.client.ip,
        device=(device or headers.get("user-agent") or ("" if "ContextData" in req else ctx.client.user_agent))[:256],
        city=headers.get("cloudfront-viewer-city", ""),
        country=headers.get("cloudfront-viewer-country", ""),
        timezone=headers.get("cloudfront-viewer-time-zone", "") or str(encoded.get("ClientTimezone", ""))[:64],
        latitude=_degrees(headers.get("cloudfront-viewer-latitude", "")),
        longitude=_degrees(headers.get("cloudfront-viewer-longitude", "")),
    )


def _decoded(text: str) -> dict[str, Any]:
    """Return what an app's device library tells; nothing when it cannot be read."""
    try:
        outer = msgspec.json.decode(b64decode(text, validate=True), type=dict[str, Any])
        inner = msgspec.json.decode(outer["payload"], type=dict[str, Any])
    except (ValueError, KeyError, TypeError):
        return {}
    found = inner.get("contextData", {})
    return found if isinstance(found, dict) else {}


def _degrees(text: str) -> float | None:
    try:
        degrees = float(text)
    except ValueError:
        return None
    return degrees if -180 <= degrees <= 180 else None  # noqa: PLR2004 - the circle
