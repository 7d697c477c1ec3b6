"""The command line as people type it and programs read it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ostiary.cli import cli, main
from ostiary.iam.accounts import create_account
from ostiary.tokens import keys
from tests.fixtures.process import free_port, serving_process
from tests.fixtures.server import LivePool, Server, make_live_pool
from tests.fixtures.waiting import until

Ostiary = Callable[..., str]
PASSPHRASE = "correct horse battery"
TALKERS = {"serve", "demo"}
"""Commands that run until they are stopped, or that tell a story."""


@pytest.fixture
def engine_name() -> str:
    """A command is a client of the database like any other."""
    return "sqlite"


@pytest.fixture
def place(start_server: Callable[..., Server]) -> Server:
    """A deployment without an account."""
    return start_server()


@pytest.fixture
def pool(place: Server) -> LivePool:
    """A pool in the only account."""
    key = create_account(place.services, "weather")
    tags = {"UserPoolTags": {"ostiary:schema-changes": "on"}}
    return make_live_pool(lambda service: place.client(service, key), place.client, tags, {})


@pytest.fixture
def ostiary(place: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ostiary:
    """Type a command for the deployment and return what it prints; `complains` is in what it says beside that."""

    def run(*words: str, code: int = 0, complains: str = "") -> str:
        settings = place.services.settings
        where = ["--data-dir", str(settings.data_dir), "--database", settings.database_url]
        monkeypatch.setattr("sys.argv", ["ostiary", *words, *(where if words[0] not in ANYWHERE else [])])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert ended.value.code == code, told
        assert complains in told.err
        assert complains or not told.err
        return told.out

    return run


ANYWHERE = {"operations", "version", "--version"}
"""What needs no deployment."""


def commands() -> Iterator[tuple[str, Any]]:
    def below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        for word, inner in getattr(command, "commands", {}).items():
            yield from below(f"{name} {word}".strip(), inner)
        if not hasattr(command, "commands"):
            yield name, command

    return below("", typer.main.get_command(cli))


def test_every_command_prints_json_when_it_is_asked_to() -> None:
    lacking = {name for name, found in commands() if not any("--json" in each.opts for each in found.params)}
    assert lacking == TALKERS


def test_json_is_all_that_a_program_reads(ostiary: Ostiary, pool: LivePool, tmp_path: Path) -> None:
    def found(*words: str) -> Any:
        return json.loads(ostiary(*words, "--json"))

    pool.user("ada")
    (account,) = found("account", "list")
    assert account["Name"] == "weather"
    assert found("account", "create", "partner").keys() == {"AccountId", "AccessKeyId", "SecretAccessKey"}
    assert found("migrate") == {"UpToDate": True}
    assert {each["service"] for each in found("operations")} >= {"cognito-idp", "sts"}
    assert found("version")["Version"] in ostiary("--version")
    opted = found("sms", "opt-out", "weather", "+15550003333")
    assert opted == {"AccountId": account["AccountId"], "PhoneNumber": "+15550003333"}
    assert {each["Of"] for each in found("keys", "rotate", pool.id)} == {pool.id}
    assert len(found("keys", "list", pool.id)) == 4
    assert found("keys", "reseal") == {"SealedAnew": 0, "Lost": 0, "Settled": True}
    assert found("pool", "relax-attribute", pool.id, "email", "--optional")["Required"] is False
    assert found("pool", "ignore-case", pool.id, "--dry-run")["Collisions"] == []
    secret, file = tmp_path / "secret", tmp_path / "people"
    secret.write_text(PASSPHRASE)
    sealed = ("--passphrase-file", str(secret))
    assert found("users", "export", pool.id, str(file), *sealed)["Users"] == 1
    again = found("users", "import", str(file), *sealed, "--account", "weather", "--dry-run")
    assert (again["Made"], again["WereThere"], again["DryRun"]) == (0, 1, True)
    assert ostiary("users", "import-log", pool.id, "import-none", "--json") == ""


def test_keys_are_listed_with_ids_that_withdraw_takes(ostiary: Ostiary, place: Server, pool: LivePool) -> None:
    signing = keys.signing_key(place.services, pool.id, "id").kid
    rotated = json.loads(ostiary("keys", "rotate", pool.id, "--json"))
    leaked = next(each["Key"] for each in rotated if (each["Signs"], each["State"]) == ("id", "next"))
    listed = ostiary("keys", "list", pool.id)
    assert f" {signing} " in listed
    assert f" {leaked} " in listed
    assert json.loads(ostiary("keys", "withdraw", pool.id, leaked, "--json")) == {"Of": pool.id, "Withdrawn": leaked}
    assert leaked not in ostiary("keys", "list")


def test_a_variable_that_is_no_setting_is_told(ostiary: Ostiary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSTIARY_PUBLIK_URL", "https://id.example.com")
    ostiary("version", complains="OSTIARY_PUBLIK_URL is no setting; did you mean OSTIARY_PUBLIC_URL?")
    monkeypatch.delenv("OSTIARY_PUBLIK_URL")
    for name, value in {
        "OSTIARY_PORT": "tcp://10.0.0.1:9500",
        "OSTIARY_SERVICE_HOST": "10.0.0.1",
        "OSTIARY_SERVICE_PORT": "9500",
        "OSTIARY_SERVICE_PORT_HTTP": "9500",
        "OSTIARY_PORT_9500_TCP_ADDR": "10.0.0.1",
        "OSTIARY_DB_SERVICE_HOST": "10.0.0.2",
        "OSTIARY_DB_PORT_5432_TCP": "tcp://10.0.0.2:5432",
        "OSTIARY_PUBLIC_URL": "https://id.example.com",
        "OSTIARY_SMTP_FILE": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    ostiary("version")


def test_a_server_logs_a_variable_that_is_no_setting_and_dev_makes_nothing_to_keep(tmp_path: Path) -> None:
    with serving_process(tmp_path, "", free_port(), log_formt="json"):
        log = tmp_path / "log"
        until(lambda: "Ostiary serves" in log.read_text(), "the announcement")
        told = log.read_text()
    assert "OSTIARY_LOG_FORMT" in told
    assert "OSTIARY_LOG_FORMAT" in told
    assert "DEVELOPMENT MODE" in told
    assert "First start" not in told
    assert "Keep copies" not in told


# -- accounts --------------------------------------------------------------------------------------------------------
@pytest.fixture
def users_file(ostiary: Ostiary, place: Server, pool: LivePool, tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """The words that import what the pool was, which is deleted."""
    pool.user("ada")
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    sealed = ("--passphrase-file", str(secret))
    ostiary("users", "export", pool.id, str(tmp_path / "people"), *sealed)
    pool.admin.delete_user_pool(UserPoolId=pool.id)
    return lambda *more: ("users", "import", str(tmp_path / "people"), *sealed, *more)


def owner_of(place: Server, pool_id: str) -> str | None:
    from ostiary.store.idp import user_pools  # noqa: PLC0415

    with place.services.store.read() as tx:
        found = user_pools.find(tx, pool_id)
    return found.account_id if found else None


def test_users_come_into_the_only_account(
    ostiary: Ostiary, place: Server, pool: LivePool, users_file: Callable[..., tuple[str, ...]]
) -> None:
    account = pool.arn.split(":")[4]
    assert f"1 users would be made in {pool.id} of account {account}" in ostiary(*users_file("--dry-run"))
    assert owner_of(place, pool.id) is None
    assert f"1 users made in {pool.id} of account {account}; 0 were there." in ostiary(*users_file())
    assert owner_of(place, pool.id) == account


def test_among_several_accounts_one_is_chosen_by_id_or_name(
    ostiary: Ostiary, place: Server, pool: LivePool, users_file: Callable[..., tuple[str, ...]]
) -> None:
    partner = create_account(place.services, "partner").account_id
    choices = sorted([f"{partner} (partner)", f"{pool.arn.split(':')[4]} (weather)"])
    ostiary(*users_file(), code=2, complains=f"Say which with --account: {', '.join(choices)}")
    for wrong in ("12", "nobody", "000000000000"):
        ostiary(*users_file("--account", wrong), code=2, complains=f"{wrong} is no account's id or name")
    assert owner_of(place, pool.id) is None
    ostiary(*users_file("--account", "partner"))
    assert owner_of(place, pool.id) == partner
    create_account(place.services, "partner")
    ostiary(*users_file("--account", "partner"), code=2, complains="is the name of several accounts")
    ostiary(*users_file("--account", partner))


def test_an_empty_database_takes_no_users(ostiary: Ostiary, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSPHRASE)
    words = ("users", "import", str(tmp_path / "none"), "--passphrase-file", str(tmp_path / "secret"))
    for more in ((), ("--account", "12")):
        ostiary(*words, *more, code=2, complains="There is no account yet.")


def test_a_pool_moves_to_another_account_with_people_signed_in(ostiary: Ostiary, place: Server, pool: LivePool) -> None:
    key = create_account(place.services, "partner")
    before, role = pool.arn.split(":")[4], f"arn:aws:iam::{pool.arn.split(':')[4]}:role/readers"
    pool.admin.create_group(UserPoolId=pool.id, GroupName="readers", RoleArn=role)
    token = pool.sign_in(pool.user("ada"))["AccessToken"]
    told = ostiary("account", "move-pool", pool.id, "partner")
    arn = pool.arn.replace(before, key.account_id)
    assert told.splitlines() == [
        f"{pool.id} belongs to account {key.account_id} now: {arn}",
        f"Policies may name {pool.arn}.",
        "In the pool, these are of the old account still:",
        f"  {role}",
    ]
    assert pool.app.get_user(AccessToken=token)["Username"] == "ada"
    pool.sign_in("ada")
    with pytest.raises(pool.admin.exceptions.ResourceNotFoundException):
        pool.admin.describe_user_pool(UserPoolId=pool.id)
    there = place.client("cognito-idp", key)
    assert there.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Arn"] == arn
    back = json.loads(ostiary("account", "move-pool", pool.id, before, "--json"))
    assert back == {"Arn": pool.arn, "ArnBefore": arn, "OfTheOldAccount": []}
    pool.admin.describe_user_pool(UserPoolId=pool.id)
    ostiary("account", "move-pool", "us-east-1_none", before, code=1, complains="does not exist")
    ostiary("account", "move-pool", pool.id, "12", code=2, complains="is no account's id or name")
