"""How parcels leave: one file per way, and the hand-written list of them."""

from ostiary.sns.carriers.carrier import Carrier, CarrierError
from ostiary.sns.carriers.functions import Functions
from ostiary.sns.carriers.http import Http
from ostiary.sns.carriers.sqs import Sqs

__all__ = ["CARRIERS", "Carrier", "CarrierError"]
CARRIERS: dict[str, Carrier] = {carrier.way: carrier for carrier in (Functions(), Http(), Sqs())}
