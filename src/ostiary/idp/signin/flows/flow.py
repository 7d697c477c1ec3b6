"""What every flow says of itself: what it is called, who may begin with it, and how it begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.clients.client_settings import LEGACY_FLOWS
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters
from ostiary.idp.signin.session import Passed

Begin = Callable[[Context, Attempt, Parameters, str | None], Passed | Answer]
"""How a sign-in begins, with AuthParameters and `Session`: what was passed by that, or the first challenge."""


def _nothing(_attempt: Attempt) -> None:
    """Refuse nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A way to begin a sign-in. `names` are those of AuthFlow, today's first.

    A client may use it whose ExplicitAuthFlows have `allowed_by`, or none and it is allowed `by_default`; the old
    values that clients had before mean that too, but `added_by` adds it and `removed_by` takes it away. Who may not
    hears the `refusal`; `check` refuses for other reasons. AuthParameters must have what is `needed`, and USERNAME
    unless it `names_nobody`. `by_functions` where the pool's functions decide what is asked.
    """

    names: tuple[str, ...]
    begin: Begin
    allowed_by: str
    by_default: bool = False
    added_by: str = ""
    removed_by: str = ""
    refusal: str = ""
    check: Callable[[Attempt], None] = _nothing
    needed: tuple[str, ...] = ()
    names_nobody: bool = False
    for_administrators: bool = False
    by_functions: bool = False

    def check_allowed(self, attempt: Attempt) -> None:
        """Refuse clients that may not begin so; raises InvalidParameterException and others."""
        if not self._is_allowed(attempt.client.configuration):
            raise InvalidParameterException(self.refusal or f"{self.names[0]} is not enabled for the client.")
        self.check(attempt)

    def _is_allowed(self, settings: Mapping[str, Any]) -> bool:
        named = frozenset(settings.get("ExplicitAuthFlows", []))
        old = named & LEGACY_FLOWS
        if named and not old:
            return self.allowed_by in named
        return self.added_by in old or (self.by_default and self.removed_by not in old)
