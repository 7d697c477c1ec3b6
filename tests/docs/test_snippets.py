"""What the documentation tells to type is typed here, and does what it says."""

import base64
import json
import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import which
from subprocess import run
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from ostiary.config import load_settings
from ostiary.crypto import totp
from ostiary.iam.accounts import create_account
from ostiary.runtime.clock import Clock
from ostiary.tokens import keys, rotation
from tests.docs.conftest import Follow
from tests.docs.pages import PAGES, RUN, Snippet, assert_members, pages_with, snippets
from tests.fixtures.authenticator import decoded_base32
from tests.fixtures.functions import SECRET, FunctionServer, arn_of
from tests.fixtures.oidc_provider import JsonServer
from tests.fixtures.push_vendors import GoogleVendor
from tests.fixtures.receiver import Receiver
from tests.fixtures.required import CHECKOUT, not_run
from tests.fixtures.saml_provider import SamlProvider
from tests.fixtures.server import PASSWORD, LivePool, Server, make_live_pool
from tests.fixtures.waiting import until
from tests.sync.conftest import IdentityPool, set_role

pytestmark = pytest.mark.timeout(600)  # commands start slowly on a busy machine
FOLLOWED = {"README", "CONTRIBUTING", "beyond-cognito", "clients", "keys", "moving-users", "push", "running"} | {
    *("services", "sign-in", "streams", "sync", "sync-trigger", "triggers")
}
"""The pages with something to run; a test below follows each."""


def of_language(language: str) -> list[Any]:
    found = [snippet for page in PAGES for snippet in snippets(page) if snippet.language == language]
    assert found, f"there is no {language} in the documentation"
    return [pytest.param(snippet, id=snippet.place) for snippet in found]


def snippets_of(page: str, language: str) -> list[Snippet]:
    return [each for each in snippets(CHECKOUT / f"docs/guide/{page}.md") if each.language == language]


def shown_json(page: str) -> Any:
    """Return the only JSON document that a page shows."""
    [found] = snippets_of(page, "json")
    return json.loads(found.text)


def test_every_page_with_something_to_run_is_followed() -> None:
    assert set(pages_with(*RUN)) == FOLLOWED


def test_every_snippet_is_of_a_language_that_is_checked() -> None:
    checked = {*RUN, "json", "toml", "js", "hcl", "mermaid"}
    assert {snippet.language for page in PAGES for snippet in snippets(page)} <= checked


def test_the_readme_leads_to_a_user_pool(follow: Follow, client: Callable[..., Any]) -> None:
    reader = follow("README")
    reader.run()
    assert json.loads(reader.run())["UserPool"]["Name"] == "people"
    assert [pool["Name"] for pool in client("cognito-idp").list_user_pools(MaxResults=9)["UserPools"]] == ["people"]


def test_contributors_are_told_of_commands_that_there_are(follow: Follow) -> None:
    follow("CONTRIBUTING").run()


def test_a_server_starts_as_told_and_makes_what_it_should(follow: Follow, tmp_path: Path) -> None:
    reader = follow("running")
    reader.places |= {"/var/lib/ostiary": str(tmp_path / "data")}
    reader.environment = {"OSTIARY_PORT": reader.environment["OSTIARY_PORT"]}  # nothing else is set
    reader.run()
    made = {path.name for path in (tmp_path / "data").iterdir()}
    assert made >= {"master.key", "root-credentials", "ostiary.sqlite3"}


def test_codes_are_read_everything_is_reset_and_time_passes(follow: Follow, people: LivePool, server: Server) -> None:
    attributes = [{"Name": "email", "Value": "ada@example.com"}]
    people.app.sign_up(ClientId=people.client_id, Username="ada", Password=PASSWORD, UserAttributes=attributes)
    code = httpx.get(f"{server.url}/_ostiary/outbox?to=ada@example.com").json()["messages"][0]["code"]
    assert code
    before = server.services.clock.now()
    assert code in follow("clients", people).run()
    assert people.admin.list_user_pools(MaxResults=9)["UserPools"] == []
    assert server.services.clock.now() >= before + 3600


def test_services_get_tokens_and_exchange_those_of_users(
    follow: Follow, people: LivePool, client: Callable[..., Any]
) -> None:
    provider = SamlProvider(f"urn:amazon:cognito:sp:{people.id}")
    people.user("ann")
    reader = follow("services", people, base64=base64)
    agent = reader.run()["AccessToken"]
    reader.names |= {"token_of_the_agent": agent, "token_of_the_user": people.sign_in("ann")["AccessToken"]}
    assert reader.run()["IssuedToken"]
    with JsonServer(lambda *_: (200, provider.metadata().encode())) as metadata:
        reader.places |= {"https://idp.example.com": metadata.url}
        reader.names |= {"assertion": provider.signed("ann@corp.example.com").encode()}
        assert reader.run()["IssuedToken"]


def test_people_sign_in_as_told(follow: Follow, people: LivePool) -> None:
    tracking: Any = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 20}}
    people.admin.set_user_pool_session_configuration(UserPoolId=people.id, **tracking)
    people.user("ann", email="ann@example.com")
    sessions = [people.sign_in("ann") for _ in range(2)]
    token = sessions[0]["AccessToken"]
    listed = people.app.list_user_sessions(AccessToken=token)["Sessions"]
    [other] = [each["SessionId"] for each in listed if not each["IsCurrentSession"]]
    reader = follow("sign-in", people, token=token, other=other)
    reader.run()
    assert people.app.get_user(AccessToken=token)["Username"] == "ann"
    assert other not in str(people.app.list_user_sessions(AccessToken=token))
    reader.run()
    client_id = reader.run()["UserPoolClient"]["ClientId"]
    parameters = {"USERNAME": "ann", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    begun = people.app.initiate_auth(ClientId=client_id, AuthFlow="USER_AUTH", AuthParameters=parameters)
    token = begun["AuthenticationResult"]["AccessToken"]
    reader.run()
    set_up_an_app(people, token)
    reader.names |= {"client_id": client_id, "access_token": token}
    reader.run()
    assert reader.names["asked"]["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def set_up_an_app(people: LivePool, token: str) -> None:
    """Let a user have an authenticator app."""
    secret = decoded_base32(people.app.associate_software_token(AccessToken=token)["SecretCode"])
    people.app.verify_software_token(AccessToken=token, UserCode=totp.code(secret, totp.step_at(Clock().now())))
    people.app.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True})


def test_keys_are_listed_rotated_and_withdrawn(
    follow: Follow, server: Server, client: Callable[..., Any], anybody: Callable[..., Any]
) -> None:
    services = server.services
    services.clock.advance(-120)  # the command line, whose clock is right, finds the key replaced long ago
    people = make_live_pool(client, anybody, {}, {})
    leaked = keys.signing_key(services, people.id, "id").kid
    rotation.rotate(services, people.id, rotation.SOONEST)
    services.clock.set(None)
    reader = follow("keys", people)
    reader.places |= {"<the key>": leaked}
    assert leaked in reader.run()
    reader.run()
    assert leaked not in httpx.get(f"{server.url}/{people.id}/.well-known/jwks.json").text


def test_users_move_to_another_server_and_in_from_amazon(
    follow: Follow, people: LivePool, server: Server, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    name = people.user("ann")
    reader = follow("moving-users", people)
    (reader.folder / "secret.txt").write_text("correct horse battery")
    targets = [start_server(database=f"sqlite:///{tmp_path / f'{number}.sqlite3'}") for number in range(2)]
    for target, command in zip(targets, ("users import", "import-from-aws"), strict=True):
        settings = target.services.settings
        place = f"OSTIARY_DATABASE={settings.database} OSTIARY_DATA_DIR={settings.data_dir}"
        reader.places |= {f"ostiary {command}": f"{place} ostiary {command}"}
    reader.places |= {"111122223333": create_account(targets[0].services, "new").account_id}
    create_account(targets[1].services, "new")
    config = reader.folder / "config"
    config.write_text("[profile production]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    reader.environment = {**reader.environment, "AWS_CONFIG_FILE": str(config)}
    for target in targets:
        reader.run()
        parameters = {"USERNAME": name, "PASSWORD": PASSWORD}
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        answer = target.client("cognito-idp").initiate_auth(ClientId=people.client_id, **flow)
        assert answer["AuthenticationResult"]["AccessToken"]
    partner = create_account(server.services, f"partner-{people.client_id}")
    reader.places |= {" partner": f" partner-{people.client_id}"}
    reader.run()
    moved = server.client("cognito-idp", partner).describe_user_pool(UserPoolId=people.id)["UserPool"]
    assert moved["Arn"].split(":")[4] == partner.account_id


def test_what_cognito_lacks_is_switched_on_and_used(
    follow: Follow, client: Callable[..., Any], anybody: Callable[..., Any]
) -> None:
    people = make_live_pool(client, anybody, {"UsernameConfiguration": {"CaseSensitive": True}}, {})
    people.user("ada", email="ada@example.com")
    token = people.sign_in(people.user("Ada"))["AccessToken"]
    people.admin.set_user_pool_mfa_config(
        UserPoolId=people.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    set_up_an_app(people, token)
    reader = follow("beyond-cognito", people)
    reader.environment = {**reader.environment, "POOL_ARN": people.arn, "ACCESS_TOKEN": token}
    reader.run()
    assert people.admin.describe_user_pool(UserPoolId=people.id)["UserPool"]["UserPoolTags"]
    reader.run()
    reader.run()


@pytest.fixture
def apps(client: Callable[..., Any], server: Server) -> IdentityPool:
    """An identity pool whose people may do what the guide to Sync shows."""
    identity = client("cognito-identity")
    made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
    [statement] = shown_json("sync")["Statement"]
    set_role(client("iam"), identity, made["IdentityPoolId"], statement)
    return IdentityPool(made["IdentityPoolId"], client("cognito-sync"), identity, client, lambda: pytest.fail("nobody"))


def test_two_devices_share_a_dataset(follow: Follow, apps: IdentityPool) -> None:
    reader, identity = follow("sync"), apps.identity
    identity_id = identity.get_id(IdentityPoolId=apps.id)["IdentityId"]
    given = identity.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    credentials = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretKey"],
        "aws_session_token": given["SessionToken"],
        "region_name": "us-east-1",
    }
    reader.names |= {"boto3": boto3, "credentials_of_the_person": credentials}
    reader.names |= {"pool_id": apps.id, "identity_id": identity_id}
    [record] = reader.run()
    assert (record["Key"], record["Value"], record["SyncCount"]) == ("title", "Draft", 1)


def follow_of_apps(follow: Follow, page: str, apps: IdentityPool, account: str) -> Any:
    reader = follow(page)
    reader.places |= {"us-east-1:…": apps.id, "111111111111": account}
    return reader


def test_a_device_registers_for_pushes(follow: Follow, apps: IdentityPool, account: str) -> None:
    reader = follow_of_apps(follow, "push", apps, account)
    vendor = GoogleVendor.__new__(GoogleVendor)
    (reader.folder / "service-account.json").write_text(vendor.credential().credential)
    reader.run()
    person = apps.guest()
    dataset = person.dataset()
    dataset.update({"Op": "replace", "Key": "a", "Value": "b", "SyncCount": 0})
    changes = {
        "SyncSessionToken": dataset.listed()["SyncSessionToken"],
        "RecordPatches": [{"Op": "replace", "Key": "c", "Value": "d", "SyncCount": 0}],
    }
    reader.names |= {"sync": person.sync, "pool_id": apps.id, "identity_id": person.identity_id}
    reader.names |= {"token": vendor.token(1), "notes": dataset.place, "changes": changes}
    assert [record["Key"] for record in reader.run()["Records"]] == ["c"]


@pytest.fixture
def outward(start_server: Callable[..., Server], receiver: Receiver, functions: FunctionServer) -> Server:
    """A development server that tells the world what happens."""
    webhooks = {"stream_webhook": receiver.url, "stream_webhook_secret": "s" * 32}
    webhooks |= {"delivery_webhook": receiver.url, "delivery_webhook_secret": "s" * 32}
    return start_server(dev=True, functions={"*": functions.url}, functions_secret=SECRET, **webhooks)


class TestWhatIsToldToTheWorld:
    """The JSON that pages show is what leaves the server."""

    @pytest.fixture
    def server(self, outward: Server) -> Server:
        """A development server that tells the world what happens."""
        return outward

    def test_a_stream_gets_the_records_that_are_shown(
        self, follow: Follow, apps: IdentityPool, account: str, receiver: Receiver
    ) -> None:
        follow_of_apps(follow, "streams", apps, account).run()
        apps.guest().dataset().update({"Op": "replace", "Key": "k", "Value": "v", "SyncCount": 0})
        until(lambda: receiver.taken)
        sent = json.loads(receiver.taken[0][1])
        shown = shown_json("streams")
        assert_members(shown, sent)

    def test_a_function_sees_what_is_shown(
        self, follow: Follow, apps: IdentityPool, account: str, functions: FunctionServer
    ) -> None:
        functions.on("referee", lambda event: event)
        reader = follow_of_apps(follow, "sync-trigger", apps, account)
        turned_on = reader.left[0].text.splitlines(keepends=True)[0]
        reader.run()
        assert apps.root.get_cognito_events(IdentityPoolId=apps.id)["Events"] == {}
        reader.left.append(Snippet("docs/guide/sync-trigger.md", "console", turned_on))
        reader.run()
        dataset = apps.guest().dataset("scores")
        dataset.update(*({"Op": "replace", "Key": key, "Value": "1", "SyncCount": 0} for key in ("score", "name")))
        shown = shown_json("sync-trigger")
        [event] = functions.events
        assert event.keys() == shown.keys()
        for records in event["datasetRecords"].values():
            assert records.keys() == shown["datasetRecords"]["score"].keys()

    def test_the_webhook_gets_the_message_that_is_shown(self, people: LivePool, receiver: Receiver) -> None:
        attributes = [{"Name": "email", "Value": "ada@example.com"}]
        people.app.sign_up(ClientId=people.client_id, Username="ada", Password=PASSWORD, UserAttributes=attributes)
        until(lambda: receiver.taken)
        sent = json.loads(receiver.taken[0][1])
        shown = shown_json("delivery")
        assert_members(shown, sent)
        assert (sent["medium"], sent["recipient"], sent["trigger_source"]) == tuple(
            shown[name] for name in ("medium", "recipient", "trigger_source")
        )


def test_a_function_in_a_file_restricts_who_signs_up(
    follow: Follow, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    reader = follow("triggers")
    function = tmp_path / "sign_up.py"
    function.write_text(reader.left[0].text)
    reader.run()
    [setting] = [snippet.text for snippet in snippets_of("triggers", "toml") if "sign_up.py" in snippet.text]
    targets = tomllib.loads(setting.replace("/srv/functions/sign_up.py", str(function)))
    server = start_server(dev=True, **targets)
    client = partial(server.client, aws_access_key_id="dev", aws_secret_access_key="dev")
    people = make_live_pool(client, server.client, {"LambdaConfig": {"PreSignUp": arn_of("pre-sign-up")}}, {})

    def sign_up(address: str) -> Any:
        attributes = [{"Name": "email", "Value": address}]
        return people.app.sign_up(
            ClientId=people.client_id, Username=address[:3], Password=PASSWORD, UserAttributes=attributes
        )

    with pytest.raises(ClientError, match="Sign-up restricted"):
        sign_up("eve@evil.test")
    assert sign_up("ada@example.com")["UserConfirmed"]


@pytest.mark.parametrize("snippet", of_language("toml"))
def test_settings_are_such_that_a_server_starts_with(snippet: Snippet, tmp_path: Path) -> None:
    file = tmp_path / "ostiary.toml"
    file.write_text(snippet.text.replace('"…"', f'"{base64.b64encode(bytes(32)).decode()}"'))
    settings = load_settings({"data_dir": tmp_path}, file)
    for name, value in tomllib.loads(file.read_text()).items():
        assert getattr(settings, name) == value


@pytest.mark.parametrize("snippet", of_language("js"))
def test_scripts_are_such_that_node_reads(snippet: Snippet, tmp_path: Path) -> None:
    if not which("node"):
        not_run("Node is not installed, which reads scripts")
    (tmp_path / "snippet.mjs").write_text(snippet.text)
    run(["node", "--check", "snippet.mjs"], cwd=tmp_path, check=True)


@pytest.mark.parametrize("snippet", of_language("hcl"))
def test_what_terraform_is_told_stands_in_the_modules_that_it_applies(snippet: Snippet) -> None:
    """tests/clients/test_terraform.py applies these."""
    modules = "".join(path.read_text() for path in (CHECKOUT / "tests/clients/terraform").glob("*.tf"))
    kinds = re.findall(r'^(?:resource|provider) "\w+"', snippet.text, re.MULTILINE)
    arguments = re.findall(r"^ +(\w+) +=", snippet.text, re.MULTILINE)
    assert kinds
    assert arguments
    for kind in kinds:
        assert kind in modules
    for argument in arguments:
        assert re.search(rf"\b{argument}\b +=", modules), argument
