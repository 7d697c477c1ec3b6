"""The steps of the demo; the docstring of each is its title. The one with two devices is in `demo/sync.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from pycognito import AWSSRP

from ostiary.demo.narrator import Narrator, credentials_in_brief
from ostiary.demo.sync import two_devices
from ostiary.demo.world import ACCOUNT, BUCKET, PARTNER_BUCKET, World, user_pool_provider

EMAIL = "ada@example.com"
PASSWORD = "Difference-Engine-1833"  # noqa: S105
TWO_HOURS = 7200


def a_guest(world: World, narrator: Narrator) -> None:
    """A guest, without an account, reads what is public and nothing else."""
    identity = world.client("cognito-identity")
    world.guest_identity_id = narrator.ask(
        "guest",
        "GetId, with no login",
        lambda: identity.get_id(IdentityPoolId=world.identity_pool_id),
        lambda answer: answer["IdentityId"],
    )["IdentityId"]
    s3 = _s3_of(world, narrator, "guest", world.guest_identity_id)
    _read(narrator, "guest", s3, BUCKET, "public/welcome.txt")
    _refused_to_read(narrator, "guest", s3, BUCKET, "private/somebody/diary.txt")


def a_person(world: World, narrator: Narrator) -> None:
    """A person signs up, signs in by SRP, and opens their own folder only."""
    idp = world.client("cognito-idp")
    attributes = [{"Name": "email", "Value": EMAIL}]
    narrator.ask(
        "ada",
        "SignUp as ada",
        lambda: idp.sign_up(ClientId=world.client_id, Username="ada", Password=PASSWORD, UserAttributes=attributes),
        lambda answer: f"a code goes to {answer['CodeDeliveryDetails']['Destination']}",
    )
    code = narrator.ask(
        "ada", f"opens the outbox for {EMAIL}", lambda: world.code_sent_to(EMAIL), lambda code: f"code {code}"
    )
    narrator.ask(
        "ada",
        f"ConfirmSignUp with {code}",
        lambda: idp.confirm_sign_up(ClientId=world.client_id, Username="ada", ConfirmationCode=code),
        lambda _: "confirmed",
    )
    srp = AWSSRP("ada", PASSWORD, world.pool_id, world.client_id, client=idp)
    tokens = narrator.ask(
        "ada",
        "InitiateAuth USER_SRP_AUTH, then PASSWORD_VERIFIER (pycognito; the password stays here)",
        lambda: srp.authenticate_user()["AuthenticationResult"],
        lambda answer: f"ID token {answer['IdToken'][:16]}…, for {answer['ExpiresIn']} s",
    )
    world.user_logins = {user_pool_provider(world.pool_id): tokens["IdToken"]}
    world.identity_id = _get_id(world, narrator, "ada", world.user_logins)
    s3 = _s3_of(world, narrator, "ada", world.identity_id, world.user_logins)
    own = f"private/{world.identity_id}/diary.txt"
    narrator.ask(
        "ada",
        f"PutObject {own}",
        lambda: s3.put_object(Bucket=BUCKET, Key=own, Body=b"Dear diary"),
        lambda _: "written",
    )
    _read(narrator, "ada", s3, BUCKET, own)
    _refused_to_read(narrator, "ada", s3, BUCKET, f"private/{world.guest_identity_id}/diary.txt")


def the_same_person_through_google(world: World, narrator: Narrator) -> None:
    """The same person comes through a social provider and is the same identity."""
    google = {"accounts.google.com": world.google_token("google-user-1815", EMAIL)}
    linked = _get_id(world, narrator, "ada", {**(world.user_logins or {}), **google}, "links both logins")
    alone = _get_id(world, narrator, "ada", google)
    narrator.check("the identity is the same with either login", holds=world.identity_id == linked == alone)
    s3 = _s3_of(world, narrator, "ada", alone, google)
    _read(narrator, "ada", s3, BUCKET, f"private/{world.identity_id}/diary.txt")


def a_service(world: World, narrator: Narrator) -> None:
    """A service exchanges the provider's token directly with STS."""
    token = world.google_token("batch-job-7", "jobs@example.com")
    answer = narrator.ask(
        "service",
        "AssumeRoleWithWebIdentity role/service",
        lambda: world.client("sts").assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/service", RoleSessionName="nightly", WebIdentityToken=token
        ),
        credentials_in_brief,
    )
    world.service = answer["Credentials"]
    arn = narrator.ask(
        "service",
        "GetCallerIdentity",
        lambda: world.client("sts", world.service).get_caller_identity(),
        lambda caller: caller["Arn"],
    )["Arn"]
    narrator.check(
        "the caller is the assumed role", holds=arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/service/nightly"
    )


def another_account(world: World, narrator: Narrator) -> None:
    """The service enters a second account, where a role trusts it."""
    sts = world.client("sts", world.service)
    role = f"arn:aws:iam::{world.partner_account}:role/"
    visitor = narrator.ask(
        "service",
        f"AssumeRole {role}visitor",
        lambda: sts.assume_role(RoleArn=f"{role}visitor", RoleSessionName="nightly"),
        credentials_in_brief,
    )
    s3 = world.client("s3", visitor["Credentials"])
    narrator.ask(
        "service",
        f"PutObject s3://{PARTNER_BUCKET}/report.txt",
        lambda: s3.put_object(Bucket=PARTNER_BUCKET, Key="report.txt", Body=b"All is well."),
        lambda _: "written",
    )
    _read(narrator, "service", s3, PARTNER_BUCKET, "report.txt")
    narrator.refused(
        "service",
        f"AssumeRole {role}not-for-services, which trusts somebody else",
        lambda: sts.assume_role(RoleArn=f"{role}not-for-services", RoleSessionName="nightly"),
        "AccessDenied",
    )


def what_is_refused(world: World, narrator: Narrator) -> None:
    """Expired, tampered and foreign-account credentials open nothing."""
    narrator.note("  (the server's clock goes back two hours while credentials of one hour are issued)")
    world.move_clock(advance=-TWO_HOURS)
    expired = _credentials(world, narrator, "guest", world.guest_identity_id)
    world.move_clock()
    _refused_to_read(narrator, "guest", world.client("s3", expired), BUCKET, "public/welcome.txt", "ExpiredToken")
    fresh = _credentials(world, narrator, "guest", world.guest_identity_id)
    tampered: tuple[tuple[str, Mapping[str, Any], tuple[str, ...]], ...] = (
        ("another secret", {**fresh, "SecretKey": f"x{fresh['SecretKey'][1:]}"}, ("SignatureDoesNotMatch",)),
        (
            "a session token with one letter changed",
            {**fresh, "SessionToken": _other_letter(fresh["SessionToken"])},
            ("InvalidToken",),
        ),
    )
    for what, credentials, codes in tampered:
        narrator.note(f"  (with {what})")
        _refused_to_read(narrator, "guest", world.client("s3", credentials), BUCKET, "public/welcome.txt", *codes)
    partner = {"AccessKeyId": world.partner_keys[0], "SecretAccessKey": world.partner_keys[1]}
    narrator.note("  (with the root credentials of the other account)")
    _refused_to_read(narrator, "partner", world.client("s3", partner), BUCKET, "public/welcome.txt")
    narrator.refused(
        "partner",
        f"DescribeUserPool {world.pool_id}",
        lambda: world.client("cognito-idp", partner).describe_user_pool(UserPoolId=world.pool_id),
        "ResourceNotFoundException",
    )


STEPS: tuple[Callable[[World, Narrator], None], ...] = (
    a_guest,
    a_person,
    the_same_person_through_google,
    two_devices,
    a_service,
    another_account,
    what_is_refused,
)


def _get_id(world: World, narrator: Narrator, who: str, logins: Mapping[str, str], remark: str = "") -> str:
    answer = narrator.ask(
        who,
        f"GetId with a login of {' and '.join(logins)}{remark and ': ' + remark}",
        lambda: world.client("cognito-identity").get_id(IdentityPoolId=world.identity_pool_id, Logins=logins),
        lambda answer: answer["IdentityId"],
    )
    identity_id: str = answer["IdentityId"]
    return identity_id


def _credentials(
    world: World, narrator: Narrator, who: str, identity_id: str, logins: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    answer = narrator.ask(
        who,
        "GetCredentialsForIdentity",
        lambda: world.client("cognito-identity").get_credentials_for_identity(
            IdentityId=identity_id, Logins=logins or {}
        ),
        credentials_in_brief,
    )
    credentials: Mapping[str, Any] = answer["Credentials"]
    return credentials


def _s3_of(
    world: World, narrator: Narrator, who: str, identity_id: str, logins: Mapping[str, str] | None = None
) -> Any:
    return world.client("s3", _credentials(world, narrator, who, identity_id, logins))


def _read(narrator: Narrator, who: str, s3: Any, bucket: str, key: str) -> None:
    narrator.ask(
        who,
        f"GetObject s3://{bucket}/{key}",
        lambda: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(),
        lambda text: f"“{text}”",
    )


def _refused_to_read(narrator: Narrator, who: str, s3: Any, bucket: str, key: str, *codes: str) -> None:
    narrator.refused(
        who,
        f"GetObject s3://{bucket}/{key}",
        lambda: s3.get_object(Bucket=bucket, Key=key),
        *(codes or ("AccessDenied",)),
    )


def _other_letter(token: str) -> str:
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
