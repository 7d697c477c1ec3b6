"""PostAuthentication: is told that somebody signed in; an error keeps the tokens back."""

from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, function_of

NAME = "PostAuthentication"


def tell(ctx: Context, occasion: Occasion, *, new_device: bool = False) -> None:
    """Tell the pool's function, before tokens are issued."""
    if function_of(occasion.pool, NAME):
        request = {**occasion.about, "newDeviceUsed": new_device}
        ask(ctx, NAME, f"{NAME}_Authentication", occasion, request=request, defaults={})
