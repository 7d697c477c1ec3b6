"""The master key: from the settings, or from a file that the first start makes."""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ostiary.config import Settings, SettingsError
from ostiary.crypto.seal import MASTER_KEY_BYTES, Keyring

FILE_NAME = "master.key"


def key_file(settings: Settings) -> Path:
    """Return where the master key is kept when the settings do not hold it."""
    return settings.data_dir / FILE_NAME


def load_keyring(settings: Settings, retained: Callable[[], Mapping[str, bytes]] = dict) -> Keyring:
    """Return the keyring; raises SettingsError when there is no key or it is not one.

    Several keys may be given, separated by commas or lines: the first seals, all of them open. `retained` is Keyring's.
    """
    text = settings.master_key
    source = "master_key"
    if not text:
        source = str(key_file(settings))
        try:
            text = key_file(settings).read_text()
        except FileNotFoundError:
            hint = "Name the data directory of a server that was started, or set master_key."
            raise SettingsError(f"{source}: there is no master key. {hint}") from None
        except OSError as error:
            raise SettingsError(f"{source}: {error.strerror or error}.") from None
    try:
        keys = [base64.b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
        return Keyring(keys, retained)
    except (ValueError, binascii.Error):
        raise SettingsError(f"{source}: must be {MASTER_KEY_BYTES} bytes in base64.") from None


def make_key_file(settings: Settings) -> bool:
    """Make the key file unless it is there or the settings hold the key; return whether it was made."""
    path = key_file(settings)
    if settings.master_key or path.exists():
        return False
    write_secret(path, base64.b64encode(os.urandom(MASTER_KEY_BYTES)).decode() + "\n")
    return True


def write_secret(path: Path, text: str) -> None:
    """Write a new file that only its owner may read, and have it on disk before returning."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
