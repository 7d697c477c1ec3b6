"""Posts to addresses of subscribers, which the guard of outgoing HTTP keeps out of private networks."""

from ostiary.context import Context
from ostiary.runtime.http_client import HttpError
from ostiary.sns.carriers.carrier import CarrierError
from ostiary.sns.deliveries import Parcel

SECONDS = 15.0
SUBSCRIBERS = "subscribers"
"""Whose the addresses are: not the operator's."""
_SUCCESSES = range(200, 300)
_CLIENTS_FAULT = range(400, 500)
_LATER = {408, 429}


class Http:
    """Posts a parcel's body with its headers; every answer of the kind 2xx is good."""

    way = "http"

    def carry(self, ctx: Context, parcel: Parcel) -> None:
        """Post; raises CarrierError, for good when the subscriber says that the request is wrong."""
        try:
            answer = ctx.http_of(SUBSCRIBERS).post(
                parcel.address, content=parcel.body.encode(), headers=parcel.headers, timeout=SECONDS
            )
        except HttpError as error:
            raise CarrierError(str(error)) from error
        if answer.status not in _SUCCESSES:
            permanent = answer.status in _CLIENTS_FAULT and answer.status not in _LATER
            raise CarrierError(f"the address answered {answer.status}", permanent=permanent, code=answer.status)
