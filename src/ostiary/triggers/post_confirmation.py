"""PostConfirmation: is told that a user was confirmed. An error is reported; the confirmation stands."""

from typing import Literal

from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, function_of

NAME = "PostConfirmation"
Source = Literal["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"]


def tell(ctx: Context, source: Source, occasion: Occasion) -> None:
    """Tell the pool's function, after the transaction."""
    if function_of(occasion.pool, NAME):
        ask(ctx, NAME, source, occasion, request=occasion.about, defaults={})
