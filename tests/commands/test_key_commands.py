"""`ostiary keys`: what an operator types, and reads."""

import re
from collections.abc import Callable

import pytest

from ostiary import resealing
from ostiary.cli import main
from ostiary.commands import keys as key_commands
from ostiary.context import Context, Services
from ostiary.crypto.seal import Keyring
from ostiary.store import deployment
from ostiary.tokens import keys, rotation
from tests.fixtures.context import MASTER_KEY, Api

Ostiary = Callable[..., str]


@pytest.fixture
def engine_name() -> str:
    """Nothing here depends on the engine."""
    return "sqlite"


@pytest.fixture
def pool_id(context: Callable[..., Context]) -> str:
    return str(Api(context())("CreateUserPool", PoolName="people")["UserPool"]["Id"])


@pytest.fixture
def ostiary(services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ostiary:
    """Run the command line in this process, on the services of the test: `ostiary("keys", "list")`."""

    class Opened:
        def __enter__(self) -> Services:
            return services

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr(key_commands, "opened", lambda *_: Opened())

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["ostiary", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert ended.value.code == code, told.err
        return told.out + told.err

    return run


def rows(told: str) -> list[tuple[str, str]]:
    """Return use and state of each line of a list."""
    return re.findall(r"  (id|access|identity|sns) +\S+ +(\w+)", told)


def test_an_operator_rotates_one_pools_keys(ostiary: Ostiary, services: Services, pool_id: str) -> None:
    assert rows(ostiary("keys", "list", pool_id)) == [("access", "signing"), ("id", "signing")]
    told = ostiary("keys", "rotate", pool_id)
    assert sorted(rows(told)) == [(use, state) for use in ("access", "id") for state in ("next", "signing")]
    leaked = keys.signing_key(services, pool_id, "id").kid
    assert "signs now; rotate first" in ostiary("keys", "withdraw", pool_id, leaked, code=1)
    ostiary("keys", "rotate", pool_id, "--at-once")
    services.clock.advance(rotation.SOONEST + 1)
    assert ("id", "published") in rows(ostiary("keys", "list", pool_id))
    ostiary("keys", "withdraw", pool_id, leaked)
    assert leaked not in ostiary("keys", "list")
    assert "has no key" in ostiary("keys", "withdraw", pool_id, leaked, code=1)


def test_all_keys_rotate_and_those_of_identity_pools_have_a_name(
    ostiary: Ostiary, services: Services, pool_id: str
) -> None:
    assert "identity-pools has no keys." in ostiary("keys", "rotate", "identity-pools", code=1)
    keys.identity_key(services)
    keys.topic_key(services)
    assert "The keys of 3 pools have successors." in ostiary("keys", "rotate")
    told = ostiary("keys", "list")
    assert all(name in told for name in ("identity-pools", "topics", pool_id))
    assert [state for _, state in rows(told)].count("next") == 4


def test_an_operator_replaces_the_master_key(ostiary: Ostiary, services: Services, pool_id: str) -> None:
    new, old = bytes(range(50, 82)), MASTER_KEY
    assert "0 secrets sealed anew." in ostiary("keys", "reseal")
    object.__setattr__(services, "keyring", Keyring([new, old]))
    told = ostiary("keys", "reseal")
    assert "2 secrets sealed anew." in told, "the keys of the pool"
    assert "Every secret is sealed under the first master key." in told
    with services.store.write() as tx:
        proof = services.keyring.seal_token(b"proof", resealing.PROOF)
        deployment.put(tx, deployment.SEALED_WITH, proof)
    object.__setattr__(services, "keyring", Keyring([bytes(32)]))
    assert "the database was sealed with another one" in ostiary("keys", "reseal", code=1)
