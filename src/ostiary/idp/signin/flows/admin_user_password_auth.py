"""ADMIN_USER_PASSWORD_AUTH: an application's server has the user's password."""

from ostiary.idp.signin.flows import user_password_auth
from ostiary.idp.signin.flows.flow import Flow

FLOW = Flow(
    names=("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
    begin=user_password_auth.begin,
    allowed_by="ALLOW_ADMIN_USER_PASSWORD_AUTH",
    added_by="ADMIN_NO_SRP_AUTH",
    refusal="Auth flow not enabled for this client",
    needed=("PASSWORD",),
    for_administrators=True,
)
