"""USER_SRP_AUTH: the user proves the password by SRP; it never leaves their device."""

from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, person_named
from ostiary.idp.signin.challenges import password_verifier
from ostiary.idp.signin.flows.flow import Flow
from ostiary.idp.signin.session import Progress


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, _session: str | None) -> Answer:
    """Ask for a proof of the password."""
    name = parameters["USERNAME"]
    person, progress = person_named(ctx, attempt, name), Progress("USER_SRP_AUTH")
    return password_verifier.ask(ctx, attempt, name, person, parameters["SRP_A"], progress=progress)


FLOW = Flow(
    names=("USER_SRP_AUTH",),
    begin=begin,
    allowed_by="ALLOW_USER_SRP_AUTH",
    by_default=True,
    removed_by="CUSTOM_AUTH_FLOW_ONLY",
    needed=("SRP_A",),
)
