"""PreAuthentication: may refuse somebody who wants to sign in, before anything is checked."""

from collections.abc import Mapping

from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, function_of

NAME = "PreAuthentication"


def allow(ctx: Context, occasion: Occasion, validation_data: Mapping[str, str] | None = None) -> None:
    """Ask the pool's function; `validation_data` is InitiateAuth's ClientMetadata."""
    if function_of(occasion.pool, NAME):
        given = dict(validation_data) if validation_data else None
        request = {**occasion.about, "validationData": given}
        ask(ctx, NAME, f"{NAME}_Authentication", occasion, request=request, defaults={})
