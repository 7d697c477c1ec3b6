"""What every way out is."""

from typing import Protocol

from ostiary.context import Context
from ostiary.sns.deliveries import Parcel


class CarrierError(Exception):
    """A parcel was not taken. `permanent` means that trying again cannot help; `code` is the status that says so."""

    def __init__(self, reason: str, *, permanent: bool = False, code: int = 500) -> None:
        super().__init__(reason)
        self.permanent, self.code = permanent, code


class Carrier(Protocol):
    """Hands parcels over. Safe to use from many threads."""

    way: str

    def carry(self, ctx: Context, parcel: Parcel) -> None:
        """Hand a parcel over; raises CarrierError. The same parcel may come again after a crash."""
