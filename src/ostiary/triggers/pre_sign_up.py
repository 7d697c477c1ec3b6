"""PreSignUp: refuses a sign-up, confirms it at once, or vouches for its addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, flag, function_of

NAME = "PreSignUp"
Source = Literal["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"]
_DEFAULTS = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the function decided; `verified` are the attributes that it vouches for."""

    confirmed: bool = False
    verified: tuple[str, ...] = ()


def decide(
    ctx: Context, source: Source, occasion: Occasion, validation_data: Mapping[str, str] | None = None
) -> Decision:
    """Return what the pool's function decides on a new user; the flags of an administrator's are ignored."""
    if not function_of(occasion.pool, NAME):
        return Decision()
    given = dict(validation_data) if validation_data else None
    request = {"userAttributes": dict(occasion.attributes), "validationData": given, **occasion.about}
    response = ask(ctx, NAME, source, occasion, request=request, defaults=_DEFAULTS)
    vouched = (("email", flag(response, "autoVerifyEmail")), ("phone_number", flag(response, "autoVerifyPhone")))
    confirmed = flag(response, "autoConfirmUser")
    if source == "PreSignUp_AdminCreateUser":
        return Decision()
    for name, wanted in vouched:
        if wanted and not occasion.attributes.get(name):
            raise InvalidLambdaResponseException(f"{name} cannot be verified, because the user has none.")
    return Decision(confirmed, tuple(name for name, wanted in vouched if wanted))
