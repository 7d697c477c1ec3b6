"""Where streams go: one file per kind, and the hand-written list of them. The first that is configured takes all."""

from ostiary.context import Context
from ostiary.sync.destinations.destination import Destination
from ostiary.sync.destinations.file import File
from ostiary.sync.destinations.kinesis import Kinesis
from ostiary.sync.destinations.webhook import Webhook

DESTINATIONS = (Webhook, File, Kinesis)


def destination_of(ctx: Context) -> Destination:
    """Return the destination of this deployment's streams."""
    found = (kind.configured(ctx) for kind in DESTINATIONS)
    return next(destination for destination in found if destination is not None)
