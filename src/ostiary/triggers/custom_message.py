"""CustomMessage: writes the texts of a message; the code is put in afterwards and never shown to the function."""

import re
from dataclasses import dataclass
from typing import Literal

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, function_of, text

NAME = "CustomMessage"
CODE = "{####}"
USERNAME = "{username}"
LINK = "{##Click Here##}"
_LINK = re.compile(r"\{##.+?##\}", re.DOTALL)
MOST_EMAIL = 20_000
MOST_SUBJECT = 140
MOST_SMS = 140
Source = Literal[
    "SignUp",
    "AdminCreateUser",
    "ResendCode",
    "ForgotPassword",
    "UpdateUserAttribute",
    "VerifyUserAttribute",
    "Authentication",
]
"""What is behind `CustomMessage_`, and behind the custom senders' names."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What the function wrote; None where the pool's template stands."""

    sms: str | None = None
    email: str | None = None
    subject: str | None = None


def texts(ctx: Context, source: Source, occasion: Occasion, *, by_link: bool = False) -> Texts:
    """Return the pool's function's texts for a message, before the transaction that sends it.

    `by_link` is whether its mail carries a link; a function may then write the code into a link of its own.
    """
    if not function_of(occasion.pool, NAME):
        return Texts()
    invited = source == "AdminCreateUser"
    response = ask(
        ctx,
        NAME,
        f"{NAME}_{source}",
        occasion,
        request={
            **occasion.about,
            "codeParameter": CODE,
            "linkParameter": LINK,
            "usernameParameter": USERNAME if invited else None,
        },
        defaults={"smsMessage": None, "emailMessage": None, "emailSubject": None},
    )
    needed = (CODE, USERNAME) if invited else (CODE,)
    return Texts(
        sms=_written(text(response, "smsMessage"), needed, MOST_SMS),
        email=_written(text(response, "emailMessage"), needed, MOST_EMAIL, by_link=by_link),
        subject=_bounded(text(response, "emailSubject"), MOST_SUBJECT),
    )


def _written(written: str | None, needed: tuple[str, ...], most: int, *, by_link: bool = False) -> str | None:
    """Return a text that has its placeholders; one without them would tell nobody anything, so the template stands."""
    linked = by_link and _LINK.search(written or "")
    if not written or not (linked or all(part in written for part in needed)):
        return None
    return _bounded(written, most)


def _bounded(written: str | None, most: int) -> str | None:
    if written is not None and len(written) > most:
        raise InvalidLambdaResponseException("Message is too long")
    return written or None
