"""Where settings come from: a file, then the environment, then flags."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from ostiary.config import secure_defaults
from ostiary.config.checks import check
from ostiary.config.settings import Settings, SettingsError

PREFIX = "OSTIARY_"
_KUBERNETES = re.compile(r"\w+_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)")
"""What Kubernetes sets for services whose names begin like ours."""


def load_settings(flags: Mapping[str, Any], file: Path | None = None) -> Settings:
    """Return the settings of a TOML file, the environment and `flags`, a later one winning; raises SettingsError."""
    values = _from_file(file or _file_in_environment())
    values |= _from_environment()
    values |= {name: value for name, value in flags.items() if value is not None}
    typed = {name: _typed(name, value) for name, value in values.items()}
    if typed.get("secure_defaults"):
        typed = secure_defaults.defaults() | typed
    settings = Settings(**typed)
    check(settings)
    return settings


def wants_json(file: Path | None = None) -> bool:
    """Whether logs are to be JSON, as far as that can be told of settings that are wrong."""
    try:
        values = _from_file(file or _file_in_environment()) | _from_environment()
    except SettingsError:
        values = {"log_format": os.environ.get(f"{PREFIX}LOG_FORMAT")}
    return values.get("log_format") == "json"


def _file_in_environment() -> Path | None:
    name = os.environ.get(f"{PREFIX}CONFIG")
    return Path(name) if name else None


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: is not TOML: {error}.") from None
    unknown = values.keys() - _names()
    if unknown:
        raise SettingsError(f"{file}: there is no setting '{min(unknown)}'.")
    return values


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _names():
        variable = f"{PREFIX}{name.upper()}"
        if variable in os.environ and f"{variable}_FILE" in os.environ:
            raise SettingsError(f"{variable}, {variable}_FILE: set one of them only.")
        if name == "port" and os.environ.get(variable, "").startswith("tcp://"):
            continue  # Kubernetes sets this one for a service of our name; it is not meant for us
        if variable in os.environ:
            found[name] = os.environ[variable]
        elif f"{variable}_FILE" in os.environ:
            path = Path(os.environ[f"{variable}_FILE"])
            try:
                found[name] = path.read_text().rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "is not text"
                raise SettingsError(f"{variable}_FILE: {path}: {reason}.") from None
    return found


def misspelt_variables() -> list[tuple[str, str]]:
    """Return every variable that looks like a setting and is none, with the one that may be meant, or nothing."""
    known = {f"{PREFIX}{name.upper()}{ending}" for name in (*_names(), "config") for ending in ("", "_FILE")}
    found = [name for name in sorted(os.environ) if name.startswith(PREFIX) and name not in known]
    return [
        (name, next(iter(get_close_matches(name, known, 1)), "")) for name in found if not _KUBERNETES.fullmatch(name)
    ]


def _names() -> set[str]:
    return {item.name for item in fields(Settings)}


def _typed(name: str, value: Any) -> Any:
    wanted = get_type_hints(Settings)[name]
    try:
        if wanted is bool:
            return _boolean(value)
        if wanted is int:
            return _whole(value)
        if wanted is Path:
            return Path(value)
    except (TypeError, ValueError):
        kind = {bool: "true or false", int: "a whole number"}.get(wanted, "a path")
        raise SettingsError(f"{name}: '{value}' is not {kind}.") from None
    if wanted is str and not isinstance(value, str):
        raise SettingsError(f"{name}: must be text.")
    return _pairs(name, value) if wanted == dict[str, str] else value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in {"true", "1", "yes", "on", "false", "0", "no", "off", ""}:
        raise ValueError(text)
    return text in {"true", "1", "yes", "on"}


def _whole(value: Any) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(value)


def _pairs(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {str(key): str(item) for key, item in value.items()}
    pairs = [pair.partition("=") for pair in str(value).split(",") if pair]
    if any(not sign for _, sign, _ in pairs):
        raise SettingsError(f"{name}: write it as key=value,key=value.")
    return {key.strip(): item.strip() for key, _, item in pairs}
