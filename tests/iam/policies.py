"""Policies, callers and requests, and what is decided of them."""

import json
from typing import Any

from ostiary.iam.conditions import context_of
from ostiary.iam.evaluate import Decision, Policies, Request, decide
from ostiary.iam.principals import Caller

ACCOUNT = "111111111111"
OTHER = "222222222222"
USER = Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/ada")
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/person"
SESSION = Caller(account=ACCOUNT, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/person/s", role_arn=ROLE_ARN)
ROOT = Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:root", is_root=True)
NOBODY = Caller()


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: Any = "s3:GetObject", resource: Any = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


def deny(action: Any = "*", resource: Any = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **members}


def asked(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::b/k", **context: Any) -> Request:
    return Request(action, resource, context_of({key.replace("__", ":"): value for key, value in context.items()}))


def decided(request: Request, caller: Caller = USER, *, same_account: bool = True, **policies: Any) -> Decision:
    return decide(request, caller, Policies(**policies), same_account=same_account)


def outcome(request: Request, caller: Caller = USER, *, same_account: bool = True, **policies: Any) -> str:
    return decided(request, caller, same_account=same_account, **policies).outcome
