"""What every way to run a function does alike (LMB-01, LMB-05): webhook, Lambda endpoint, Python file, Node file."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from ostiary.config import Settings
from ostiary.context import ANONYMOUS, Client, Context, Services
from ostiary.functions.runtime_api import RuntimeApi
from ostiary.runtime.http_client import HttpClient
from ostiary.triggers.invoke import TriggerError, invoke
from tests.fixtures import functions as fake
from tests.fixtures.functions import FunctionServer, arn_of
from tests.fixtures.required import CHECKOUT, not_run
from tests.fixtures.waiting import PATIENCE, until

NAME = "asked"
ARN = arn_of(NAME)
NODE_MODULES = CHECKOUT / "tests" / "conformance" / "node" / "node_modules"
PYTHON_FILE = """
import os, time

def handler(event, context):
    match event["do"]:
        case "raise":
            raise ValueError("Not this one.")
        case "hang":
            time.sleep(3600)
        case "hold":
            while not os.path.exists(event["until"]):
                time.sleep(0.01)
        case "list":
            return [1]
        case "environment":
            return dict(os.environ)
        case "exit":
            os._exit(3)
    return {**event, "by": context.invoked_function_arn}
"""
NODE_FILE = """
export const handler = async (event, context) => {
    if (event.do === "raise") throw new Error("Not this one.");
    if (event.do === "hang") await new Promise((resolve) => setTimeout(resolve, 3600000));
    if (event.do === "list") return [1];
    if (event.do === "environment") return { ...process.env };
    if (event.do === "exit") process.exit(3);
    return { ...event, by: context.invokedFunctionArn };
};
"""
Ask = Callable[..., dict[str, Any]]


def served(functions: FunctionServer) -> Callable[[dict[str, Any]], Any]:
    """Return the same function for the server that stands in for webhooks and for Lambda."""

    def handler(event: dict[str, Any]) -> Any:
        if event["do"] == "raise":
            raise fake.FunctionError("Not this one.")
        if event["do"] == "hang":
            functions.hang()
        return [1] if event["do"] == "list" else {**event, "by": ARN}

    return handler


def node_file(folder: Path) -> Path:
    if shutil.which("node") is None or not (NODE_MODULES / "aws-lambda-ric" / "rapid-client.node").is_file():
        not_run("Node with aws-lambda-ric is not installed (make node)")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    file = folder / "app.mjs"
    file.write_text(NODE_FILE)
    return file


def python_file(folder: Path) -> Path:
    file = folder / "app.py"
    file.write_text(PYTHON_FILE)
    return file


@pytest.fixture(params=["webhook", "lambda", "python", "node"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def target(kind: str, functions: FunctionServer, tmp_path: Path) -> str:
    functions.on(NAME, served(functions))
    match kind:
        case "webhook":
            return f"{functions.url}/{NAME}"
        case "lambda":
            return f"lambda+{functions.url}"
        case "python":
            return str(python_file(tmp_path))
    return f"{node_file(tmp_path)}#handler"


@pytest.fixture
def make_ask(services: Services) -> Iterator[Callable[..., Ask]]:
    """Make askers of a function that runs at a target: `make_ask(target)(do="answer")`."""
    opened: list[Services] = []

    def make(target: str, **flags: Any) -> Ask:
        common: dict[str, Any] = {
            "functions": {NAME: target},
            "functions_secret": fake.SECRET,
            "functions_access_key_id": fake.KEY_ID,
            "functions_secret_access_key": fake.KEY_SECRET,
            "functions_environment": {"GREETING": "hello"},
            "allow_private_addresses": True,
        }
        settings = Settings(**{**common, **flags})
        made = Services(
            settings, services.store, services.keyring, services.clock, services.random, HttpClient(settings)
        )
        opened.append(made)
        ctx = Context(made, "", "us-east-1", ANONYMOUS, Client())

        def ask(seconds: float = PATIENCE, attempts: int = 1, **event: Any) -> dict[str, Any]:
            return invoke(ctx, ARN, event, timeout_seconds=seconds, attempts=attempts)

        return ask

    yield make
    for made in opened:
        made.functions.close()


@pytest.fixture
def engine_name() -> str:
    """One engine is enough: nothing here is stored."""
    return "sqlite"


def test_a_function_gets_the_event_and_its_answer_comes_back(make_ask: Callable[..., Ask], target: str) -> None:
    event = {"do": "answer", "userName": "Zoë \U0001f9ad", "response": {"autoConfirmUser": None}}
    assert make_ask(target)(**event) == {**event, "by": ARN}


def test_what_a_function_raises_is_told_and_not_tried_again(make_ask: Callable[..., Ask], target: str) -> None:
    ask = make_ask(target)
    with pytest.raises(TriggerError) as failed:
        ask(do="raise", attempts=3)
    assert (failed.value.kind, failed.value.message) == ("unhandled", "Not this one.")
    assert ask(do="answer")["do"] == "answer"


def test_a_function_that_does_not_answer_in_time_is_left(make_ask: Callable[..., Ask], target: str) -> None:
    ask = make_ask(target)
    ask(do="answer")
    with pytest.raises(TriggerError) as failed:
        ask(do="hang", seconds=0.2)
    assert failed.value.kind == "timeout"
    assert ask(do="answer")["do"] == "answer"


def test_an_answer_that_is_no_object_is_bad_output(make_ask: Callable[..., Ask], target: str) -> None:
    with pytest.raises(TriggerError) as failed:
        make_ask(target)(do="list")
    assert failed.value.kind == "bad_output"


@pytest.mark.parametrize("kind", ["webhook", "lambda"])
def test_a_call_that_times_out_is_tried_three_times(
    make_ask: Callable[..., Ask], target: str, functions: FunctionServer
) -> None:
    """LMB-01."""
    with pytest.raises(TriggerError, match="timeout"):
        make_ask(target)(do="hang", seconds=0.2, attempts=3)
    assert until(lambda: len(functions.events) == 3, "the third try")


@pytest.mark.parametrize("kind", ["webhook", "lambda"])
@pytest.mark.parametrize(
    ("status", "kind_of_error", "calls"),
    [
        (500, "unhandled", 1),
        (503, "unhandled", 1),
        (403, "access_denied", 1),
        (404, "not_found", 1),
        (429, "throttled", 3),
    ],
)
def test_a_refusal_has_a_kind_and_only_throttling_is_tried_again(
    make_ask: Callable[..., Ask], target: str, functions: FunctionServer, *, status: int, kind_of_error: str, calls: int
) -> None:
    functions.status = status
    with pytest.raises(TriggerError) as failed:
        make_ask(target)(do="answer", attempts=3)
    assert (failed.value.kind, len(functions.events)) == (kind_of_error, calls)


@pytest.mark.parametrize("kind", ["webhook", "lambda"])
def test_a_function_that_nobody_may_reach_is_not_reached(
    make_ask: Callable[..., Ask], target: str, functions: FunctionServer
) -> None:
    """LMB-04."""
    with pytest.raises(TriggerError, match="private address") as failed:
        make_ask(target, allow_private_addresses=False)(do="answer")
    assert (failed.value.kind, functions.events) == ("unreachable", [])


@pytest.mark.parametrize("kind", ["lambda"])
def test_lambda_refuses_a_call_that_is_signed_with_another_key(make_ask: Callable[..., Ask], target: str) -> None:
    with pytest.raises(TriggerError) as failed:
        make_ask(target, functions_secret_access_key="another")(do="answer")
    assert failed.value.kind == "access_denied"


@pytest.mark.parametrize("kind", ["python", "node"])
def test_a_file_runs_in_an_environment_without_anything_of_ours(
    make_ask: Callable[..., Ask], target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LMB-05."""
    monkeypatch.setenv("OSTIARY_MASTER_KEY", "not-for-functions")
    seen = make_ask(target)(do="environment")
    assert not [name for name in seen if name.startswith("OSTIARY_")]
    assert "not-for-functions" not in seen.values()
    assert (seen["GREETING"], seen["AWS_LAMBDA_FUNCTION_NAME"], seen["AWS_REGION"]) == ("hello", NAME, "us-east-1")


@pytest.mark.parametrize("kind", ["python", "node"])
def test_a_process_that_dies_fails_its_call_only(make_ask: Callable[..., Ask], target: str) -> None:
    ask = make_ask(target)
    with pytest.raises(TriggerError) as failed:
        ask(do="exit")
    assert failed.value.kind == "unhandled"
    assert ask(do="answer")["do"] == "answer"


def test_a_file_runs_as_many_calls_at_a_time_as_it_has_processes(make_ask: Callable[..., Ask], tmp_path: Path) -> None:
    ask = make_ask(str(python_file(tmp_path)), functions_processes=2)
    over = tmp_path / "over"
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(ask, do="hold", until=str(over)) for _ in range(2)]
        kinds = [_kind_of_failure(ask, do="answer", seconds=0.2)]
        while kinds[-1] != "throttled" and len(kinds) < 50:
            kinds.append(_kind_of_failure(ask, do="answer", seconds=0.2))
        over.touch()
        assert kinds[-1] == "throttled"
        assert [call.result()["do"] for call in calls] == ["hold", "hold"]


def _kind_of_failure(ask: Ask, **event: Any) -> str:
    try:
        ask(**event)
    except TriggerError as error:
        return error.kind
    return ""


def test_a_file_that_fails_to_load_says_why(make_ask: Callable[..., Ask], tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("import nothing_of_this_name\n")
    with pytest.raises(TriggerError, match="nothing_of_this_name"):
        make_ask(str(file))(do="answer")


def test_a_file_that_changes_is_read_anew(make_ask: Callable[..., Ask], tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("def handler(event, context):\n    return {'version': 1}\n")
    ask = make_ask(str(file))
    assert ask() == {"version": 1}
    file.write_text("def handler(event, context):\n    return {'version': 22}\n")
    assert ask() == {"version": 22}


def test_a_function_that_no_setting_names_is_not_found(make_ask: Callable[..., Ask], tmp_path: Path) -> None:
    with pytest.raises(TriggerError, match="not_found"):
        make_ask(str(tmp_path / "missing.py"))(do="answer")


def test_only_our_own_user_may_poll_for_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events hold passwords, and anybody on the machine may connect to loopback."""
    asked: list[int] = []

    def getuid() -> int:
        asked.append(1)
        return 4_000_000_000

    monkeypatch.setattr("os.getuid", getuid)
    api = RuntimeApi(polled=lambda: None, failed=lambda _error: None)
    try:
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://{api.address}/2018-06-01/runtime/invocation/next", timeout=5)
    finally:
        api.close()
    assert asked
