"""`kill -9` of the server in the middle of a CSV import: the next one ends the job, with each row done once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from ostiary.idp.import_worker import LEASE_SECONDS
from tests.fixtures.process import advance_clock, free_port, root_client, serving_process

ROWS = 1600
EVERY = 10
"""Of so many rows one is of a user who is there already, and one cannot be imported."""
IMPORTED_BEFORE_THE_KILL = 400
ROLE = "arn:aws:iam::123456789012:role/logs"


def lines(header: list[str]) -> Iterator[str]:
    yield ",".join(header)
    for number in range(ROWS):
        name = "person0" if number % EVERY == 1 else f"person{number}"
        verified = "FALSE" if number % EVERY == 2 else "TRUE"
        row = {"cognito:username": name, "email": f"{name}@example.com", "email_verified": verified}
        yield ",".join((row | {"cognito:mfa_enabled": "FALSE"}).get(column, "") for column in header)


def described(admin: Any, named: dict[str, str]) -> dict[str, Any]:
    return dict(admin.describe_user_import_job(**named)["UserImportJob"])


def counts(job: dict[str, Any]) -> tuple[int, int, int]:
    return job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]


def seen_until(admin: Any, named: dict[str, str], imported: int) -> list[int]:
    """Return the different numbers of imported users that were told, until there are so many or the job ended."""
    seen, deadline = [0], monotonic() + 60
    while monotonic() < deadline:
        job = described(admin, named)
        if job["ImportedUsers"] != seen[-1]:
            seen.append(job["ImportedUsers"])
        if job["ImportedUsers"] >= imported or job["Status"] in {"Succeeded", "Failed"}:
            return seen
        sleep(0.01)
    raise AssertionError(job)


def logged(data_dir: Path, database: str, named: dict[str, str]) -> list[list[str]]:
    """Return the lines of the job's log, as the administrator reads it."""
    command = [sys.executable, "-m", "ostiary", "users", "import-log", named["UserPoolId"], named["JobId"]]
    command += ["--data-dir", str(data_dir), "--database", database]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return [line.split("\t") for line in told.splitlines()]


def test_an_import_goes_on_after_a_kill_and_does_each_row_once(tmp_path: Path) -> None:
    port, database = free_port(), f"sqlite:///{tmp_path}/ostiary.sqlite3"
    admin = root_client(port, "cognito-idp")
    with serving_process(tmp_path, database, port) as process:
        pool_id = admin.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
        made = admin.create_user_import_job(UserPoolId=pool_id, JobName="people", CloudWatchLogsRoleArn=ROLE)
        named = {"UserPoolId": pool_id, "JobId": made["UserImportJob"]["JobId"]}
        content = "\n".join(lines(admin.get_csv_header(UserPoolId=pool_id)["CSVHeader"])).encode()
        httpx.put(made["UserImportJob"]["PreSignedUrl"], content=content).raise_for_status()
        admin.start_user_import_job(**named)
        seen = seen_until(admin, named, IMPORTED_BEFORE_THE_KILL)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert len(seen) > 2, "progress is seen while it runs"
    with serving_process(tmp_path, database, port):
        left = described(admin, named)
        assert (left["Status"], IMPORTED_BEFORE_THE_KILL <= left["ImportedUsers"] < ROWS * 8 // 10) == (
            "InProgress",
            True,
        )
        advance_clock(port, LEASE_SECONDS + 1)
        seen_until(admin, named, ROWS)
        done = described(admin, named)
        assert (done["Status"], counts(done)) == ("Succeeded", (ROWS * 8 // 10, ROWS // 10, ROWS // 10))
        assert admin.describe_user_pool(UserPoolId=pool_id)["UserPool"]["EstimatedNumberOfUsers"] == ROWS * 8 // 10
    told = logged(tmp_path, database, named)
    expected = {1: "SKIPPED", 2: "FAILED"}
    assert [(line, outcome) for line, outcome, _ in told] == [
        (f"line {number + 2}", expected[number % EVERY]) for number in range(ROWS) if number % EVERY in expected
    ]
