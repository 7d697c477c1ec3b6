"""`ostiary sms`, beside a server that runs."""

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from ostiary.cli import cli
from ostiary.iam.accounts import RootKey, create_account
from tests.fixtures.server import Mailbox, Server

PHONE = "+15550003333"


@pytest.fixture
def engine_name() -> str:
    """Name one engine: a command is a client of the database like any other."""
    return "sqlite"


@pytest.fixture
def opt_out(start_server: Callable[..., Server]) -> tuple[Server, RootKey, Callable[..., Any]]:
    """A server, an account, and the command with its arguments."""
    server = start_server()
    settings = server.services.settings
    place = ["--data-dir", str(settings.data_dir), "--database", settings.database_url]
    key = create_account(server.services, "weather")
    return server, key, lambda *arguments: CliRunner().invoke(cli, ["sms", "opt-out", *arguments, *place])


def test_a_phone_that_opted_out_gets_nothing_from_the_account(
    opt_out: tuple[Server, RootKey, Callable[..., Any]],
) -> None:
    server, key, run = opt_out
    done = run(key.account_id, PHONE)
    assert (done.exit_code, PHONE in done.output) == (0, True)
    sns = server.client("sns", key)
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == [PHONE]
    sns.publish(PhoneNumber=PHONE, Message="Rain")
    assert Mailbox(server.services).all() == []
    sns.opt_in_phone_number(phoneNumber=PHONE)
    sns.publish(PhoneNumber=PHONE, Message="Rain")
    assert Mailbox(server.services).newest(PHONE).body == "Rain"


def test_what_is_no_phone_or_no_account_is_refused(opt_out: tuple[Server, RootKey, Callable[..., Any]]) -> None:
    server, key, run = opt_out
    assert run(key.account_id, "0155").exit_code == 2
    assert run("999999999999", PHONE).exit_code == 2
    assert server.client("sns", key).list_phone_numbers_opted_out()["phoneNumbers"] == []
