"""PASSWORD_SRP: the user chose to prove the password; the answer has the public value, and the proof is asked then."""

from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges import password_verifier
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Progress, chosen_before, used_up, waiting

NAME = "PASSWORD_SRP"


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    return waiting(ctx, attempt, person, NAME, progress)


def begun(ctx: Context, attempt: Attempt, person: Person, progress: Progress, srp_a: str) -> Answer:
    """Ask for the proof of a password right away."""
    return password_verifier.ask(ctx, attempt, person.name, person, srp_a, progress=progress)


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Answer:
    """Take the public value, and ask for the proof."""
    state, person, progress = chosen_before(ctx, attempt, responses, session, NAME)
    used_up(ctx, state)
    return begun(ctx, attempt, person, progress, responses["SRP_A"])


CHALLENGE = Challenge(name=NAME, ask=ask, answer=answer, needed=("SRP_A",))
