"""What every challenge says of itself: what it is called, how it is asked and answered, and what it proves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, required
from ostiary.idp.signin.session import Ask, Passed, Progress
from ostiary.triggers.pre_token_generation import Source

Take = Callable[[Context, Attempt, Parameters, str | None], Passed | Answer]
"""How the answer to a challenge is taken: the responses and the session string; raises what the client is told.

What comes of it is what was passed, or another challenge where nothing is proven yet.
"""
Kind = Literal["", "knowledge", "code", "device", "passkey"]
"""What a challenge proves of a user: what they know, that they get or make codes, a device, a key; or nothing."""
Event = Literal["Password", "Mfa"]


def _never(_ctx: Context, _attempt: Attempt, _person: Person, _progress: Progress) -> Answer:
    raise AssertionError("This challenge does not follow others by itself.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge of a sign-in, by the name that it has on the wire.

    `answer` takes the responses, which must have what is `needed` beside USERNAME (empty only where it `may_be_empty`);
    `ask` is how it is asked behind others. `kind` is what it proves, `amr` by which methods (RFC 8176);
    `is_second_factor` whether it is one behind a password. It is credited to a sign-in that goes on from a token with
    all methods of `credited_by`. `event` is what the log of threat protection calls it, `source` what
    PreTokenGeneration is told of tokens right behind it. `by_functions` where the pool's functions make and judge it.
    """

    name: str
    answer: Take
    ask: Ask = _never
    needed: tuple[str, ...] = ()
    may_be_empty: bool = False
    kind: Kind = ""
    amr: tuple[str, ...] = ()
    is_second_factor: bool = False
    credited_by: frozenset[str] = frozenset()
    event: Event = "Password"
    source: Source = "TokenGeneration_Authentication"
    by_functions: bool = False

    def check_complete(self, responses: Parameters) -> None:
        """Refuse responses that lack something before anything is looked up or counted; InvalidParameterException."""
        for name in self.needed:
            if not self.may_be_empty:
                required(responses, name)
            elif name not in responses:
                raise InvalidParameterException(f"Missing required parameter {name}")
