"""How a sign-in begins: one file for each way, and the hand-written list of them."""

from ostiary.idp.signin.flows import (
    admin_user_password_auth,
    custom_auth,
    refresh_token_auth,
    user_auth,
    user_password_auth,
    user_srp_auth,
)
from ostiary.idp.signin.flows.flow import Flow

__all__ = ["FLOWS", "Flow"]
FLOWS: dict[str, Flow] = {
    name: module.FLOW
    for module in (
        admin_user_password_auth,
        custom_auth,
        refresh_token_auth,
        user_auth,
        user_password_auth,
        user_srp_auth,
    )
    for name in module.FLOW.names
}
"""By AuthFlow."""
