"""Calls Lambda functions, wherever the settings have them run."""

from ostiary.context import Context
from ostiary.functions.runner import Invocation, TriggerError
from ostiary.sns.carriers.carrier import CarrierError
from ostiary.sns.deliveries import Parcel

SECONDS = 30.0
_FOR_GOOD = {"access_denied", "not_found", "unhandled", "bad_output"}


class Functions:
    """Runs the function; what it answers is of no interest."""

    way = "lambda"

    def carry(self, ctx: Context, parcel: Parcel) -> None:
        """Call; raises CarrierError, for good when the function itself fails."""
        invocation = Invocation(parcel.address, parcel.body.encode(), SECONDS, ctx.random.uuid())
        try:
            ctx.services.functions.run(invocation)
        except TriggerError as error:
            raise CarrierError(f"the function failed: {error.kind}", permanent=error.kind in _FOR_GOOD) from error
