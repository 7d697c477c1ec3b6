"""What a device proves itself with: the SRP salt and verifier of a secret that only it knows, sealed at rest."""

import base64
import binascii

from ostiary.aws.types.cognito_idp import DeviceSecretVerifierConfigType, InvalidParameterException
from ostiary.context import Context
from ostiary.crypto import srp
from ostiary.store.idp.devices import Device

_PURPOSE = "device-verifier"
_SALT_BYTES = 64


def sealed(ctx: Context, config: DeviceSecretVerifierConfigType) -> bytes:
    """Return the salt and verifier of ConfirmDevice, sealed; raises InvalidParameterException."""
    salt, verifier = _number(config.get("Salt", "")), _number(config.get("PasswordVerifier", ""))
    if not 0 < verifier < srp.N or not 0 < salt < 1 << _SALT_BYTES * 8:
        raise InvalidParameterException("DeviceSecretVerifierConfig is invalid.")
    numbers = salt.to_bytes(_SALT_BYTES, "big") + verifier.to_bytes(srp.NUMBER_BYTES, "big")
    return ctx.keyring.seal(numbers, _PURPOSE)


def opened(ctx: Context, device: Device) -> tuple[int, int]:
    """Return a device's salt and verifier."""
    numbers = ctx.keyring.open(device.sealed, _PURPOSE)
    return int.from_bytes(numbers[:_SALT_BYTES], "big"), int.from_bytes(numbers[_SALT_BYTES:], "big")


def _number(text: str) -> int:
    try:
        return int.from_bytes(base64.b64decode(text, validate=True), "big")
    except (binascii.Error, ValueError):
        return 0
