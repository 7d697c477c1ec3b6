"""Who may have a live stream, when it is asked for and as long as it is open."""

from dataclasses import dataclass, field

from ostiary.aws.authenticate import Proven
from ostiary.aws.types.cognito_sync import NotAuthorizedException
from ostiary.aws.wire import Peer, Request
from ostiary.context import Client, Context, Services
from ostiary.iam.authorize import authorize
from ostiary.sts.callers import authenticator, who_signed
from ostiary.sync.access import check_pool, dataset_arn, seen_identity
from ostiary.sync.live.stream import Place

ACTION = "cognito-sync:ListRecords"
"""Whoever may read all of an identity's datasets may hear that they changed."""
SERVICE = "cognito-sync"


@dataclass(frozen=True, slots=True)
class Door:
    """Lets people in as an operation would."""

    services: Services

    def authenticate(self, request: Request) -> Proven:
        """Return who signed a request; raises the error of the first thing that is wrong with the signature."""
        return authenticator(self.services).authenticate(request, SERVICE)

    def admit(self, proven: Proven, peer: Peer, place: Place) -> "Admission":
        """Let in who signed a request; raises ServiceError."""
        principal, signed, _ = proven
        _check(self.services.context(principal, Client.at(peer)), place)
        until = principal.session.expires_at if principal.session else None
        return Admission(self, place, peer, signed.access_key_id, signed.session_token, until)


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who was let in. `expires_at` is when the session ends, in epoch seconds; None with long-term keys."""

    door: Door
    place: Place
    peer: Peer
    access_key_id: str
    session_token: str | None = field(repr=False)
    expires_at: int | None

    def renew(self) -> None:
        """Return if they would be let in now; raises what is against it: ExpiredTokenError, AccessDeniedError …."""
        services = self.door.services
        _, principal = who_signed(services, self.access_key_id, self.session_token)
        _check(services.context(principal, Client.at(self.peer)), self.place)


def _check(ctx: Context, place: Place) -> None:
    req = {"IdentityPoolId": place.pool_id, "IdentityId": place.identity_id}
    authorize(ctx, ACTION, dataset_arn(ctx, req))
    check_pool(ctx, place.pool_id, NotAuthorizedException)
    with ctx.store.read() as tx:
        seen_identity(tx, req, NotAuthorizedException)
