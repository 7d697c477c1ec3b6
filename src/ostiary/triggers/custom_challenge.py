"""DefineAuthChallenge, CreateAuthChallenge, VerifyAuthChallengeResponse: sign-in by challenges of the operator's own.

The functions decide on the next step, make a challenge, and judge an answer; they keep nothing. What must be kept
between steps (the results so far, the private parameters) is the caller's, in the sealed session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException
from ostiary.context import Context
from ostiary.triggers.event import UNRECOGNIZABLE, Occasion, ask, flag, function_of, text, texts

DEFINE, CREATE, VERIFY = "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"
CUSTOM_CHALLENGE = "CUSTOM_CHALLENGE"
Next = Literal["issue_tokens", "fail", "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER"]


@dataclass(frozen=True, slots=True)
class Result:
    """One step behind the user: `SRP_A`, `PASSWORD_VERIFIER`, `CUSTOM_CHALLENGE` (which has metadata), `SMS_MFA` …."""

    challenge: str
    passed: bool
    metadata: str | None = None

    @property
    def wire(self) -> dict[str, Any]:
        """The entry of the event's `session`."""
        return {
            "challengeName": self.challenge,
            "challengeResult": self.passed,
            "challengeMetadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that CreateAuthChallenge made: `public` goes to the client, `private` stays in the sealed session."""

    public: dict[str, str]
    private: dict[str, str] = field(repr=False)
    metadata: str | None


def is_configured(occasion: Occasion) -> bool:
    """Whether the pool has all three functions."""
    return all(function_of(occasion.pool, trigger) for trigger in (DEFINE, CREATE, VERIFY))


def define(ctx: Context, occasion: Occasion, results: Sequence[Result]) -> Next:
    """Return what comes next after these results; `PASSWORD_VERIFIER` only right after `SRP_A`.

    Raises InvalidLambdaResponseException where the function says nothing, or what is not known.
    """
    response = ask(
        ctx,
        DEFINE,
        f"{DEFINE}_Authentication",
        occasion,
        request={**occasion.about, "session": [result.wire for result in results]},
        defaults={"challengeName": None, "issueTokens": None, "failAuthentication": None},
    )
    if flag(response, "failAuthentication"):
        return "fail"
    if flag(response, "issueTokens"):
        return "issue_tokens"
    name = text(response, "challengeName")
    if name == "CUSTOM_CHALLENGE":
        return "CUSTOM_CHALLENGE"
    if name == "PASSWORD_VERIFIER" and results and results[-1].challenge == "SRP_A":
        return "PASSWORD_VERIFIER"
    raise InvalidLambdaResponseException(UNRECOGNIZABLE)


def create(ctx: Context, occasion: Occasion, results: Sequence[Result]) -> Challenge:
    """Return a new custom challenge."""
    response = ask(
        ctx,
        CREATE,
        f"{CREATE}_Authentication",
        occasion,
        request={
            **occasion.about,
            "challengeName": CUSTOM_CHALLENGE,
            "session": [result.wire for result in results],
        },
        defaults={"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None},
    )
    return Challenge(
        public=texts(response, "publicChallengeParameters") or {},
        private=texts(response, "privateChallengeParameters") or {},
        metadata=text(response, "challengeMetadata"),
    )


def verify(ctx: Context, occasion: Occasion, private: Mapping[str, str], answer: str) -> bool:
    """Whether an answer to a custom challenge is right; `private` is what `create` kept for it."""
    response = ask(
        ctx,
        VERIFY,
        f"{VERIFY}_Authentication",
        occasion,
        request={**occasion.about, "privateChallengeParameters": dict(private), "challengeAnswer": answer},
        defaults={"answerCorrect": None},
    )
    return flag(response, "answerCorrect")
