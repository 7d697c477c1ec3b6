"""`ostiary keys`: what signs tokens, and what seals secrets."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ostiary.commands.terminal import AsJson, ConfigFile, Database, DataDir, columns, console, opened, refuse, say

keys_cli = typer.Typer(no_args_is_help=True, help="Keys that sign tokens, and the key that seals secrets.")
_NAMES = {"identity-pools": "*", "topics": "sns"}
"""What the keys are called here that belong to no user pool."""
_PAGE = 500
Owners = Annotated[
    list[str] | None, typer.Argument(help="Ids of user pools, `identity-pools` or `topics`; without any, all of them.")
]


@keys_cli.command("list")
def keys_list(
    owners: Owners = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print the keys that sign, those that will, and those that did."""
    with opened(config, data_dir, database) as services:
        _show(services, _known(services, owners), as_json=as_json)


@keys_cli.command("rotate")
def keys_rotate(  # noqa: PLR0917 - one parameter for each flag
    owners: Owners = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="Sign with the next keys in seconds.")] = False,  # noqa: FBT002
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Publish the next keys, which sign after `signing_keys_lead` seconds; the old ones verify while need be."""
    from ostiary.tokens import rotation  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        known = _known(services, owners)
        lead = 0 if at_once else services.settings.signing_keys_lead
        for owner in known:
            rotation.rotate(services, owner, lead)
        if owners or as_json:
            _show(services, known, as_json=as_json)
        else:
            say(None, f"The keys of {len(known)} pools have successors.", as_json=False)


@keys_cli.command("withdraw")
def keys_withdraw(  # noqa: PLR0917 - one parameter for each flag
    owner: Annotated[str, typer.Argument(help="The id of a user pool, `identity-pools` or `topics`.")],
    kid: Annotated[str, typer.Argument(help="The key's id.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Delete a key that leaked: whatever it signed is refused from now on."""
    from ostiary.tokens import rotation  # noqa: PLC0415

    with opened(config, data_dir, database) as services:
        try:
            rotation.withdraw(services, _NAMES.get(owner, owner), kid)
        except KeyError:
            refuse(f"{owner} has no key {kid}.", 1)
        except rotation.StillSigningError:
            refuse(f"{kid} signs now; rotate first: ostiary keys rotate {owner} --at-once", 1)
    say({"Of": owner, "Withdrawn": kid}, "The key is gone.", as_json=as_json)


@keys_cli.command("reseal")
def keys_reseal(
    end_sessions: Annotated[  # noqa: FBT002
        bool, typer.Option("--end-sessions", help="End what is out under the old key: it leaked.")
    ] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    database: Database = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Seal every secret under the first master key; then the others can be thrown away."""
    from ostiary.crypto.seal import SealBrokenError  # noqa: PLC0415
    from ostiary.resealing import reseal  # noqa: PLC0415

    with opened(config, data_dir, database) as services, console.status("") as status:

        def told(table: str, done: int) -> None:
            status.update(f"{table}: {done} sealed anew")

        try:
            outcome = reseal(services, told, end_sessions=end_sessions)
        except SealBrokenError:
            refuse("master_key: the database was sealed with another one; give that one too, behind a comma.", 1)
    lines = [f"{outcome.done} secrets sealed anew."]
    if outcome.settled and not outcome.lost:
        lines.append("Every secret is sealed under the first master key.")
    found = {"SealedAnew": outcome.done, "Lost": outcome.lost, "Settled": outcome.settled}
    say(found, *lines, as_json=as_json)
    if outcome.lost:
        refuse(f"{outcome.lost} secrets open under none of the master keys that were given.", 1)
    if not outcome.settled:
        refuse("A process seals under another key still: restart all with the new one first, and run this again.", 1)


def _known(services: Any, owners: list[str] | None) -> list[str]:
    """Return whose keys are meant; ends the command for one that has none."""
    from ostiary.store.idp import signing_keys  # noqa: PLC0415

    with services.store.read() as tx:
        if owners:
            named = [_NAMES.get(owner, owner) for owner in owners]
            for owner, name in zip(owners, named, strict=True):
                if not signing_keys.of_pool(tx, name):
                    refuse(f"{owner} has no keys.", 1)
            return named
        found: list[str] = []
        while True:
            page = signing_keys.owners(tx, found[-1] if found else "", _PAGE)
            found += page
            if len(page) < _PAGE:
                return found


def _show(services: Any, owners: list[str], *, as_json: bool) -> None:
    from ostiary.tokens import rotation  # noqa: PLC0415

    names = {name: shown for shown, name in _NAMES.items()}
    found = [
        {
            "Of": names.get(owner, owner),
            "Signs": state.key.token_use,
            "Key": state.key.kid,
            "State": state.state,
            "SignsFrom": _time(max(state.key.signs_at, state.key.created_at)),
            "PublishedUntil": _time(state.retires_at) if state.retires_at else "",
        }
        for owner in owners
        for state in rotation.states(services, owner)
    ]
    head = ("of", "signs", "key", "state", "signs from", "published until")
    say(found, *columns(head, *(tuple(each.values()) for each in found)), as_json=as_json)


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
