"""Messages of Firebase's HTTP v1 API, made of what SNS takes for GCM: `fcmV1Message`, or the legacy API's keys."""

import json
from typing import Any

from ostiary.delivery.push_services.sender import Push

MOST_TTL_SECONDS = 28 * 24 * 3600
_TRUE = (True, "true", 1)
_ANDROID_NOTIFICATION = {
    "android_channel_id": "channel_id",
    "icon": "icon",
    "sound": "sound",
    "tag": "tag",
    "color": "color",
    "click_action": "click_action",
    "body_loc_key": "body_loc_key",
    "body_loc_args": "body_loc_args",
    "title_loc_key": "title_loc_key",
    "title_loc_args": "title_loc_args",
}
"""Keys of a legacy notification that belong to Android, and what they are called now."""


class PayloadError(ValueError):
    """The payload cannot be made a message."""


def message_of(push: Push) -> dict[str, Any]:
    """Return the body of a `messages:send`; raises PayloadError."""
    payload = _object(push.notification.payload, "the payload")
    if "fcmV1Message" in payload:
        native = payload["fcmV1Message"]
        request = _object(native, "fcmV1Message") if isinstance(native, str) else native
        if not isinstance(request, dict) or not isinstance(request.get("message"), dict):
            raise PayloadError("fcmV1Message holds no message")
        message = {name: value for name, value in request["message"].items() if name not in {"topic", "condition"}}
        others = {name: request[name] for name in ("validate_only",) if name in request}
        return {**others, "message": _completed(message, push)}
    others = {"validate_only": True} if payload.get("dry_run") in _TRUE else {}
    return {**others, "message": _completed(_translated(payload), push)}


def _completed(message: dict[str, Any], push: Push) -> dict[str, Any]:
    """Add the device, and to Android's part what the payload leaves open: a lifetime and what collapses."""
    android = dict(message.get("android") or {})
    if "ttl" not in android or push.attribute("GCM.TTL"):
        android["ttl"] = f"{min(push.lives('GCM'), MOST_TTL_SECONDS)}s"
    if push.notification.collapse_key:
        android.setdefault("collapse_key", push.notification.collapse_key)
    completed = {**message, "token": push.token, "android": android}
    if isinstance(completed.get("data"), dict):
        completed["data"] = _texts(completed["data"])
    return completed


def _translated(legacy: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    android: dict[str, Any] = {}
    if isinstance(legacy.get("data"), dict):
        message["data"] = legacy["data"]
    if isinstance(legacy.get("notification"), dict):
        shown = legacy["notification"]
        message["notification"] = {name: str(shown[name]) for name in ("title", "body", "image") if name in shown}
        own = {new: shown[old] for old, new in _ANDROID_NOTIFICATION.items() if old in shown}
        android |= {"notification": own} if own else {}
    if str(legacy.get("priority", "")).lower() in {"high", "normal"}:
        android["priority"] = str(legacy["priority"]).upper()
    if str(legacy.get("time_to_live", "")).isdecimal():
        android["ttl"] = f"{min(int(legacy['time_to_live']), MOST_TTL_SECONDS)}s"
    for name in ("collapse_key", "restricted_package_name"):
        if isinstance(legacy.get(name), str):
            android[name] = legacy[name]
    aps = {new: 1 for old, new in _APPLE.items() if legacy.get(old) in _TRUE}
    return {**message, "android": android, **({"apns": {"payload": {"aps": aps}}} if aps else {})}


_APPLE = {"content_available": "content-available", "mutable_content": "mutable-content"}


def _texts(data: dict[str, Any]) -> dict[str, str]:
    """Return data as Firebase takes it: texts only."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise PayloadError(f"{what} is not a JSON object")
    return found
