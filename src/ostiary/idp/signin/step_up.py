"""Step-up: USER_AUTH toward a level, with credit for what an access token has proven (behaviour/additions.md 4.3)."""

from collections.abc import Sequence

from ostiary.aws.types.cognito_idp import InvalidParameterException, NotAuthorizedException
from ostiary.context import Context
from ostiary.crypto.jws import Claims
from ostiary.idp.factors import assurance, second_factors
from ostiary.idp.signin.attempt import Attempt, Parameters, Person
from ostiary.idp.signin.challenges import web_authn
from ostiary.idp.signin.session import Progress
from ostiary.idp.signin.strength import level_of, passed_by
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.tokens import verify
from ostiary.tokens.issuer import issuer


def begun(ctx: Context, attempt: Attempt, parameters: Parameters, person: Person, progress: Progress) -> Progress:
    """Return where a sign-in toward TARGET_ACR_VALUES begins; as it was given where there are none.

    What ACCESS_TOKEN vouches for counts as passed, unless it leaves nothing to ask: a token is not worth a new sign-in.
    Raises InvalidParameterException, and NotAuthorizedException for a token that is not good or another user's.
    """
    names, token = parameters.get("TARGET_ACR_VALUES"), parameters.get("ACCESS_TOKEN")
    if not names:
        if token:
            raise InvalidParameterException("ACCESS_TOKEN requires TARGET_ACR_VALUES.")
        return progress
    target = _highest(ctx, attempt.pool, person.user, assurance.levels_named(attempt.pool, names))
    max_age = _seconds(parameters.get("MAX_AGE"))
    credit = _credit(ctx, attempt, person, token, max_age) if token else ()
    return progress.toward(target, credit if level_of(credit) < target else ())


def _highest(ctx: Context, pool: UserPool, user: User | None, wanted: Sequence[int]) -> int:
    """Return the first level that somebody can reach with what they have; the first of all where that is none."""
    if web_authn.is_set_up(ctx, pool, user):
        most = assurance.PHISHING_RESISTANT
    elif user is None or (user.sealed_verifier is not None and second_factors.active(pool, user)):
        most = assurance.TWO_FACTORS
    else:
        most = assurance.ONE_FACTOR
    return next((level for level in wanted if level <= most), wanted[0])


def _credit(ctx: Context, attempt: Attempt, person: Person, token: str, max_age: int | None) -> tuple[str, ...]:
    """Return what a token's sign-in has passed: nothing where it is too long ago, or another client's or service's.

    Nor where the password must be replaced: the token may be of somebody whom that is to keep out.
    """
    claims = verify.access_token(ctx, token)
    own = issuer(ctx.settings, attempt.pool.pool_id)
    if person.user is None or (claims["iss"], claims["sub"]) != (own, person.user.sub):
        raise NotAuthorizedException("Access Token does not belong to the user.")
    if person.user.status != "CONFIRMED" or _is_older(ctx, claims, max_age):
        return ()
    if claims["client_id"] != attempt.client.client_id or "act" in claims:
        return ()
    amr = claims.get("amr")
    return passed_by([str(each) for each in amr]) if isinstance(amr, list) else ()


def _is_older(ctx: Context, claims: Claims, max_age: int | None) -> bool:
    """Whether the sign-in is older than so many seconds; of 0 every one is (OpenID Connect Core 3.1.2.1)."""
    if max_age is None:
        return False
    return max_age == 0 or int(claims["auth_time"]) + max_age < ctx.clock.now_seconds()


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):  # noqa: PLR2004 - seconds since 1970 have ten
        raise InvalidParameterException("MAX_AGE must be a number of seconds.")
    return int(text)
