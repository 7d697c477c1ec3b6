"""Try small changes in modules where a wrong line lets somebody in, and tell which of them no test notices.

    python -m tools.mutants                        # every module of the table below; goes on where it was stopped
    python -m tools.mutants iam/evaluate.py        # one
    python -m tools.mutants --report               # what is known, without trying anything

A change is tried by the tests that reach its lines, in a process of its own that ends after a while; files are not
touched. What became of it is kept in build/mutants; a change that survived is tried again once its tests differ.
A survivor that cannot matter gets a line in tools/mutants_left.txt: the module, what the report says of it, a reason.
"""

import argparse
import contextlib
import gc
import hashlib
import importlib.abc
import importlib.util
import inspect
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools.mutations import Mutant, mutants

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "ostiary"
FOUND = ROOT / "build" / "mutants"
LEFT = Path(__file__).with_name("mutants_left.txt")
LIMIT_SECONDS = 60
SLACK = 5
"""How many times as long as they take at first the tests of a change may take beyond that."""
MOST_MEMORY = 4 << 30
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder below it is one process's
FILES = (MEMORY if MEMORY.is_dir() else FOUND) / f"mutants-{os.getpid()}"
PROCESSES = multiprocessing.get_context("fork")
TESTS: dict[str, str] = {
    "aws/sigv4.py": "tests/aws/test_sigv4_edges.py tests/aws/test_sigv4.py",
    "crypto/jws.py": "tests/crypto/test_jws.py",
    "federation/claims.py": "tests/federation/test_claims.py",
    "federation/identity_pool.py": "tests/identity/test_identity_edges.py",
    "federation/oidc.py": "tests/federation/test_providers.py tests/identity/test_logins.py",
    "federation/providers.py": "tests/federation/test_providers.py tests/sts/test_web_identity.py",
    "federation/user_pool.py": "tests/identity/test_logins.py",
    "gateway/callers.py": "tests/gateway/test_signatures.py",
    "gateway/s3.py": "tests/gateway/test_s3_edges.py tests/gateway/test_s3.py",
    "iam/authorize.py": "tests/iam/test_authorize.py",
    "iam/conditions.py": "tests/iam/test_conditions.py",
    "iam/evaluate.py": "tests/iam/test_decisions.py tests/iam/test_evaluate.py",
    "iam/matching.py": "tests/iam/test_matching.py tests/iam/test_evaluate.py",
    "iam/requests.py": "tests/iam/test_requests.py",
    "iam/principals.py": "tests/iam/test_principals.py tests/iam/test_decisions.py",
    "identity/credentials.py": "tests/identity",
    "identity/identities.py": "tests/identity",
    "identity/logins.py": "tests/identity",
    "identity/roles.py": "tests/identity/test_role_choice.py",
    "idp/signin/challenges/choice.py": "tests/idp/signin/test_choice.py",
    "idp/signin/flows/flow.py": "tests/idp/signin/test_password.py tests/idp/signin/test_srp.py",
    "idp/signin/flows/user_auth.py": "tests/idp/signin/test_choice.py",
    "idp/signin/flows/user_password_auth.py": "tests/idp/signin/test_password.py tests/idp/signin/test_left_out.py",
    "idp/signin/lockout.py": "tests/idp/signin/test_lockout.py tests/idp/signin/test_locked_midway.py",
    "idp/signin/proofs.py": "tests/idp/signin/test_srp.py tests/idp/signin/test_devices.py",
    "idp/signin/session.py": "tests/idp/signin/test_sessions.py tests/idp/signin/test_second_factors.py",
    "idp/signin/steps.py": (
        "tests/idp/signin/test_situations.py tests/idp/signin/test_steps.py tests/idp/signin/test_locked_midway.py "
        "tests/idp/signin/test_devices.py tests/idp/signin/test_step_up.py tests/idp/signin/test_second_factors.py"
    ),
    "idp/signin/strength.py": "tests/idp/signin/test_step_up.py tests/idp/signin/test_steps.py",
    "idp/tokens/grants/refresh_token.py": "tests/idp/signin/test_refresh.py tests/idp/signin/test_revocation.py",
    "loopback.py": "tests/server/test_loopback.py",
    "sts/callers.py": "tests/sts/test_callers.py tests/sts/test_roles.py",
    "sts/roles.py": "tests/sts",
    "sts/sessions.py": "tests/sts/test_callers.py",
    "tokens/verify.py": "tests/tokens/test_liveness.py tests/tokens/test_verify.py",
}
"""The modules, by their path below src/ostiary, and the tests that are to notice."""

Outcome = dict[str, Any]
CRASH = "crash"
"""What is told of a process that ended without an answer."""


def main() -> int:
    """Try the changes of the modules that were asked for; return 1 when one survived that is not listed as harmless."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as iam/evaluate.py; all, when none is named")
    parser.add_argument("--report", action="store_true", help="only tell what is known")
    parser.add_argument("--fresh", action="store_true", help="try also what was noticed before")
    asked = parser.parse_args()
    modules = asked.modules or [*TESTS]
    if unknown := set(modules) - set(TESTS):
        parser.error(f"no tests are named for {', '.join(sorted(unknown))}")
    os.chdir(ROOT)
    FOUND.mkdir(parents=True, exist_ok=True)
    try:
        for module in () if asked.report else modules:
            Trial(module).run(fresh=asked.fresh)
    finally:
        shutil.rmtree(FILES, ignore_errors=True)
    return report(modules)


class Trial:
    """Tries the changes of one module and keeps what became of each."""

    def __init__(self, module: str) -> None:
        self.module, self.file = module, SOURCES / module
        self.name = f"ostiary.{module.removesuffix('.py').replace('/', '.')}"
        self.tests = TESTS[module].split()
        self.version = digest(self.tests)
        self.known = known(module)

    def run(self, *, fresh: bool) -> None:
        """Try every change that is not known to be noticed, or not to be by the tests as they are."""
        waiting = [
            mutant
            for mutant in mutants(self.file.read_text())
            if fresh or not is_settled(self.known.get(mutant.name, {}), self.version)
        ]
        if not waiting:
            return
        print(f"{self.module}: {len(waiting)} changes", flush=True)
        early = set(in_child(lambda: run_on_import(self.name, self.file), LIMIT_SECONDS))
        anew = [mutant for mutant in waiting if mutant.imported or not early.isdisjoint(prefixes(mutant.function))]
        answer = in_child(lambda: self._together([mutant for mutant in waiting if mutant not in anew]), None)
        failing = answer if answer == CRASH else answer["failing"]
        if failing:
            sys.exit(f"The tests of {self.module} fail before anything was changed: {failing}")
        self.known = known(self.module)
        for name in answer["imported"]:
            with contextlib.suppress(Exception):
                importlib.import_module(name)  # once, for all children
        for mutant in waiting:
            if mutant in anew or mutant.name in answer["unfit"]:
                limit = LIMIT_SECONDS + SLACK * answer["seconds"]
                self.settle(mutant, in_child(partial(self._anew, mutant), limit), "all")

    def settle(self, mutant: Mutant, failed: str | None, tests: object) -> None:
        """Keep what became of a change: `failed` is the test that noticed, None when there was no end to it."""
        outcome = "endless" if failed is None else "noticed" if failed else "survived"
        self.known[mutant.name] = {"outcome": outcome, "by": failed, "version": self.version, "tests": tests}
        file_of(self.module).write_text(json.dumps(self.known, indent=1))

    def _together(self, waiting: Sequence[Mutant]) -> Outcome:
        """Try changes inside functions, with all modules imported and all tests collected once.

        Returns the names of those that cannot be tried so, what fails as things are, and what was imported of others.
        """
        session = Session(self, waiting)
        code = run_pytest(self.tests, session)
        ours = ("ostiary", "tests", "pytest", "_pytest", "_hypothesis", "xdist", "__main__")
        imported = sorted(name for name in sys.modules if not name.startswith(ours) and "pytest" not in name)
        failing = session.failing or (f"pytest ends with {code}" if code else "")
        return {"unfit": session.unfit, "failing": failing, "imported": imported, "seconds": session.seconds}

    def _anew(self, mutant: Mutant) -> str:
        """Try a change that counts while its module is imported; return the test that failed."""
        sys.meta_path.insert(0, Changed(self.name, mutant.source))
        watching = First()
        return (watching.failed or "import") if run_pytest(self.tests, watching, "-x") else ""


class Session:
    """Pytest's loop over tests, run once for each change in a process that has the change."""

    def __init__(self, trial: Trial, waiting: Sequence[Mutant]) -> None:
        self.trial, self.waiting = trial, waiting
        self.failing = ""
        self.unfit: list[str] = []
        self.seconds = 0.0
        self.functions: list[FunctionType] = []
        self.code: list[CodeType] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Look which test reaches what, then try each change."""
        answer = in_child(lambda: Reaching(self.trial.file).reach(session.items), 20 * LIMIT_SECONDS)
        self.failing = answer["failed"] if answer else "no end"
        if not self.failing:
            self.code = list(functions_of(compile(self.trial.file.read_text(), str(self.trial.file), "exec")))
            known_code = set(self.code)
            things = gc.get_objects()
            self.functions = [it for it in things if isinstance(it, FunctionType) and it.__code__ in known_code]
            gc.freeze()  # what is there stays: children need not look at it
            self.seconds = sum(answer["seconds"].values())
            self._try_all({item.nodeid: item for item in session.items}, answer["lines"], answer["seconds"])
        return True

    def _try_all(self, items: dict[str, pytest.Item], lines: dict[str, list[int]], seconds: dict[str, float]) -> None:
        killers: Counter[str] = Counter()
        for mutant in self.waiting:
            tests = [test for test, seen in lines.items() if any(mutant.first <= line <= mutant.last for line in seen)]
            chosen = [items[test] for test in sorted(tests, key=lambda test: (-killers[test], seconds[test]))]
            limit = LIMIT_SECONDS + SLACK * sum(seconds[test] for test in tests)
            failed = in_child(partial(self._tried, mutant, chosen), limit) if chosen else ""
            if failed == "unfit":
                self.unfit.append(mutant.name)
                continue
            killers[failed or ""] += 1
            self.trial.settle(mutant, failed, len(tests))

    def _tried(self, mutant: Mutant, items: Sequence[pytest.Item]) -> str:
        fits = swap(self.functions, self.code, self.trial.file, mutant.source)
        return failing(items) if fits else "unfit"


def prefixes(function: str) -> set[str]:
    """Return the name of a function and of all that it stands in."""
    parts = function.split(".")
    return {".".join(parts[: end + 1]) for end in range(len(parts))}


def failing(items: Sequence[pytest.Item], last: pytest.Item | None = None) -> str:
    """Run tests in this order, as if `last` came next; return the first that fails, or an empty text."""
    for item, following in zip(items, [*items[1:], last], strict=True):
        if any(part.failed for part in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return ""


def swap(functions: Sequence[FunctionType], before: Sequence[CodeType], file: Path, source: str) -> bool:
    """Give functions their code of another source of their file; whether they could take it."""
    after = functions_of(compile(source, str(file), "exec"))
    changed = {old: new for old, new in zip(before, after, strict=True) if old != new}
    try:
        for function in functions:
            function.__code__ = changed.get(function.__code__, function.__code__)
    except ValueError:
        return False  # it closes over other names now
    return True


def functions_of(code: CodeType) -> Iterator[CodeType]:
    """Return the code of each function of a module or class, without what is inside functions."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if part.co_flags & inspect.CO_OPTIMIZED:
                yield part
            else:
                yield from functions_of(part)


def run_on_import(name: str, file: Path) -> list[str]:
    """Import a module; return the names of its functions that this runs: they must be changed before it."""
    ran: set[str] = set()

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        if frame.f_code.co_filename == str(file):
            ran.add(frame.f_code.co_qualname.partition(".<locals>")[0])

    sys.settrace(trace)
    importlib.import_module(name)
    sys.settrace(None)
    return sorted(ran)


class Reaching:
    """Notes which lines of a file each test reaches, and how long each takes."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        self.every = [*range(1, len(file.read_text().splitlines()) + 1)]
        self.seen: set[int] = set()

    def reach(self, items: Sequence[pytest.Item]) -> Outcome:
        """Run tests as they are; return the lines, the seconds, and the first test that fails."""
        lines, seconds = {}, {}
        threading.settrace(self._trace)
        for item, following in zip(items, [*items[1:], None], strict=True):
            self.seen, start = set(), time.perf_counter()
            sys.settrace(self._trace)
            failed = failing([item], following)
            sys.settrace(None)
            if failed:
                return {"failed": failed}
            lines[item.nodeid] = self.every if is_hypothesis(item) else sorted(self.seen)
            seconds[item.nodeid] = time.perf_counter() - start
        return {"failed": "", "lines": lines, "seconds": seconds}

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        return self._line if frame.f_code.co_filename == self.file else None

    def _line(self, frame: FrameType, _event: str, _argument: object) -> Any:
        self.seen.add(frame.f_lineno)
        return self._line


def is_hypothesis(item: pytest.Item) -> bool:
    """Whether Hypothesis runs a test: it traces too, so that we cannot."""
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


class First:
    """Remembers the test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure."""
        if report.failed:
            self.failed = report.nodeid


class Changed(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from another source."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:  # noqa: ARG002
        """Return how the one module is found."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        """Return the other source."""
        return self.source


def run_pytest(tests: Iterable[str], watching: object, *more: str) -> int:
    """Run pytest in this process, on one engine, with its files in memory."""
    options = ["-p", "no:cacheprovider", "-k", "not postgresql", f"--basetemp={FILES}"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # much is imported before
    return int(pytest.main([*tests, *options, *more], [watching]))


def in_child(work: Callable[[], Any], limit: float | None) -> Any:
    """Do work in a process of its own, which inherits what was imported; None when it did not end in time."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_child, args=(work, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else None
    except EOFError:
        return CRASH
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()


def _child(work: Callable[[], Any], answers: Connection) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    answers.send(work())


def is_settled(earlier: Outcome, version: str) -> bool:
    """Whether a change need not be tried again."""
    return bool(earlier) and (earlier["outcome"] != "survived" or earlier["version"] == version)


def digest(tests: Iterable[str]) -> str:
    """Return what tells whether tests have changed."""
    files = sorted(
        file for test in tests for file in (Path(test).rglob("*.py") if Path(test).is_dir() else [Path(test)])
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def file_of(module: str) -> Path:
    """Return where it is kept what became of a module's changes."""
    return FOUND / f"{module.removesuffix('.py').replace('/', '.')}.json"


def known(module: str) -> dict[str, Outcome]:
    """Return what became of a module's changes so far, by their names."""
    file = file_of(module)
    return dict(json.loads(file.read_text())) if file.exists() else {}


def report(modules: Iterable[str]) -> int:
    """Print what survived, module by module; return 1 when something did that is not listed as harmless."""
    listed = {line.rpartition(" # ")[0] for line in LEFT.read_text().splitlines()} if LEFT.exists() else set()
    unnoticed = 0
    for module in modules:
        earlier, counts = known(module), Counter[str]()
        survivors = []
        for mutant in mutants((SOURCES / module).read_text()):
            outcome = earlier.get(mutant.name, {"outcome": "untried"})
            harmless = outcome["outcome"] == "survived" and f"{module} | {mutant.name}" in listed
            counts["harmless" if harmless else outcome["outcome"]] += 1
            if outcome["outcome"] == "survived" and not harmless:
                survivors.append(f"  line {mutant.line}, {outcome['tests']} tests: {mutant.name}")
        print(f"{module}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
        print("".join(f"{line}\n" for line in survivors), end="")
        unnoticed += len(survivors)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
