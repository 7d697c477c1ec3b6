"""The style of managed-login pages where a pool sets none, in the structure of a branding's Settings."""

from collections.abc import Mapping
from typing import Any

_COLOURS = {"lightMode": {"backgroundColor": "ffffffff"}, "darkMode": {"backgroundColor": "0f1b2aff"}}
DEFAULTS: dict[str, Any] = {
    "categories": {
        "auth": {
            "authMethodOrder": [
                [{"display": "BUTTON", "type": "FEDERATED"}, {"display": "INPUT", "type": "USERNAME_PASSWORD"}]
            ],
            "federation": {"interfaceStyle": "BUTTON_LIST", "order": []},
        },
        "form": {
            "displayGraphics": True,
            "instructions": {"enabled": False},
            "languageSelector": {"enabled": False},
            "location": {"horizontal": "CENTER", "vertical": "CENTER"},
            "sessionTimerDisplay": "NONE",
        },
        "global": {
            "colorSchemeMode": "LIGHT",
            "pageFooter": {"enabled": False},
            "pageHeader": {"enabled": False},
            "spacingDensity": "REGULAR",
        },
        "signUp": {"acceptanceElements": [{"enforcement": "NONE", "textKey": "en"}]},
    },
    "componentClasses": {
        "buttons": {"borderRadius": 8.0},
        "input": {"borderRadius": 8.0},
        "link": {
            "lightMode": {"defaults": {"textColor": "0972d3ff"}, "hover": {"textColor": "033160ff"}},
            "darkMode": {"defaults": {"textColor": "539fe5ff"}, "hover": {"textColor": "89bdeeff"}},
        },
    },
    "components": {
        "alert": {"borderRadius": 12.0},
        "form": {"backgroundImage": {"enabled": False}, "borderRadius": 8.0, **_COLOURS},
        "pageBackground": {"image": {"enabled": False}},
        "primaryButton": {
            "lightMode": {"defaults": {"backgroundColor": "0972d3ff", "textColor": "ffffffff"}},
            "darkMode": {"defaults": {"backgroundColor": "539fe5ff", "textColor": "000716ff"}},
        },
    },
}


def merged(settings: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the defaults with what `settings` sets, object by object; lists and values are replaced whole."""
    result: dict[str, Any] = dict(DEFAULTS if defaults is None else defaults)
    for name, value in settings.items():
        before = result.get(name)
        result[name] = merged(value, before) if isinstance(value, dict) and isinstance(before, dict) else value
    return result
