"""Settings of 2026: level names, issuer, keys at rest, client registration (behaviour/additions.md 4, 7, 8, 9)."""

from collections.abc import Mapping
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.idp.factors.assurance import LEVELS


def settings_of(req: Mapping[str, Any]) -> Any:
    """Return these settings as a pool keeps them; raises InvalidParameterException."""
    return {
        "AcrConfiguration": _level_names(req.get("AcrConfiguration", {})),
        **_keys(req),
        **_registration(req),
    }


def _level_names(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {**LEVELS, **given}
    if len({level["AcrValue"] for level in names.values()}) < len(names):
        raise InvalidParameterException("AcrValue must be unique across all levels.")
    return names


def _keys(req: Mapping[str, Any]) -> dict[str, Any]:
    keys = req.get("KeyConfiguration")
    if keys is None:
        return {}
    managed = keys.get("KeyType") == "CUSTOMER_MANAGED_KEY"
    if managed != bool(keys.get("KmsKeyArn")):
        raise InvalidParameterException(
            "KmsKeyArn must be given with the key type CUSTOMER_MANAGED_KEY, and only then."
        )
    if managed and keys["KmsKeyArn"].split(":")[2] != "kms":
        raise InvalidParameterException("KmsKeyArn must be the ARN of a KMS key.")
    return {"KeyConfiguration": keys}


def _registration(req: Mapping[str, Any]) -> dict[str, Any]:
    given = req.get("DcrConfiguration")
    if given is None:
        return {}
    return {"DcrConfiguration": {"EnableStatus": "Enabled", "OpenDcrEnabled": False, **given}}
