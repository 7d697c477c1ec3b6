"""USER_PASSWORD_AUTH: the password comes as it is."""

from ostiary.context import Context
from ostiary.idp.access import hides_existence
from ostiary.idp.signin.attempt import Attempt, Parameters, device_given, person_named
from ostiary.idp.signin.challenges import password
from ostiary.idp.signin.flows.flow import Flow
from ostiary.idp.signin.session import Passed, Progress


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, _session: str | None) -> Passed:
    """Compare the password."""
    person = person_named(ctx, attempt, parameters["USERNAME"])
    user = password.proven(ctx, attempt, person, parameters["PASSWORD"], hidden=hides_existence(attempt.client))
    return Passed(user, Progress("USER_PASSWORD_AUTH", (password.NAME,), device_given(attempt, parameters)))


FLOW = Flow(
    names=("USER_PASSWORD_AUTH",),
    begin=begin,
    allowed_by="ALLOW_USER_PASSWORD_AUTH",
    added_by="USER_PASSWORD_AUTH",
    refusal="USER_PASSWORD_AUTH flow not enabled for this client",
    needed=("PASSWORD",),
)
