"""`kill -9` of the server in the middle of a CSV import: the next one ends the job, with each row done once.

Whoever looks too seldom, on a machine that is busy, finds the job done before the kill, and tries again with more rows.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from ostiary.idp.imports.import_worker import LEASE_SECONDS
from tests.fixtures.process import advance_clock, free_port, root_client, serving_process
from tests.fixtures.waiting import until

ROWS = (1600, 12_800, 51_200)
EVERY = 10
"""Of so many rows one is of a user who is there already, and one cannot be imported."""
IMPORTED_BEFORE_THE_KILL = 400
ROLE = "arn:aws:iam::123456789012:role/logs"


def lines(header: list[str], rows: int) -> Iterator[str]:
    yield ",".join(header)
    for number in range(rows):
        name = "person0" if number % EVERY == 1 else f"person{number}"
        verified = "FALSE" if number % EVERY == 2 else "TRUE"
        row = {"cognito:username": name, "email": f"{name}@example.com", "email_verified": verified}
        yield ",".join((row | {"cognito:mfa_enabled": "FALSE"}).get(column, "") for column in header)


def described(admin: Any, named: dict[str, str]) -> dict[str, Any]:
    return dict(admin.describe_user_import_job(**named)["UserImportJob"])


def counts(job: dict[str, Any]) -> tuple[int, int, int]:
    return job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]


def started(admin: Any, rows: int) -> dict[str, str]:
    """Start an import into a new pool and return the names of both."""
    pool_id = admin.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    made = admin.create_user_import_job(UserPoolId=pool_id, JobName="people", CloudWatchLogsRoleArn=ROLE)
    named = {"UserPoolId": pool_id, "JobId": made["UserImportJob"]["JobId"]}
    content = "\n".join(lines(admin.get_csv_header(UserPoolId=pool_id)["CSVHeader"], rows)).encode()
    httpx.put(made["UserImportJob"]["PreSignedUrl"], content=content).raise_for_status()
    admin.start_user_import_job(**named)
    return named


def comes_to(admin: Any, named: dict[str, str], imported: int) -> None:
    """Wait until a job has imported so many users, or has ended."""

    def is_there() -> bool:
        job = described(admin, named)
        return job["ImportedUsers"] >= imported or job["Status"] in {"Succeeded", "Failed"}

    until(is_there, f"{imported} users")


def logged(data_dir: Path, database: str, named: dict[str, str]) -> list[list[str]]:
    """Return the lines of the job's log, as the administrator reads it."""
    command = [sys.executable, "-m", "ostiary", "users", "import-log", named["UserPoolId"], named["JobId"]]
    command += ["--data-dir", str(data_dir), "--database", database]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in told.splitlines()]


def killed_within(folder: Path, database: str, rows: int) -> dict[str, str] | None:
    """Kill a server in the middle of an import and return the job; None when that was over."""
    port = free_port()
    admin = root_client(port, "cognito-idp")
    with serving_process(folder, database, port) as process:
        named = started(admin, rows)
        comes_to(admin, named, IMPORTED_BEFORE_THE_KILL)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    with serving_process(folder, database, port):
        left = described(admin, named)
    if left["ImportedUsers"] == rows * 8 // 10:
        return None
    assert (left["Status"], left["ImportedUsers"] >= IMPORTED_BEFORE_THE_KILL) == ("InProgress", True)
    return named


def test_an_import_goes_on_after_a_kill_and_does_each_row_once(tmp_path: Path) -> None:
    port, database = free_port(), f"sqlite:///{tmp_path}/ostiary.sqlite3"
    admin = root_client(port, "cognito-idp")
    found = ((rows, named) for rows in ROWS if (named := killed_within(tmp_path, database, rows)))
    rows, named = next(found, (0, {}))
    assert named, "every import was over before the kill"
    with serving_process(tmp_path, database, port):
        advance_clock(port, LEASE_SECONDS + 1)
        comes_to(admin, named, rows)
        done = described(admin, named)
        assert (done["Status"], counts(done)) == ("Succeeded", (rows * 8 // 10, rows // 10, rows // 10))
        pool = admin.describe_user_pool(UserPoolId=named["UserPoolId"])["UserPool"]
        assert pool["EstimatedNumberOfUsers"] == rows * 8 // 10
    told = logged(tmp_path, database, named)
    expected = {1: "SKIPPED", 2: "FAILED"}
    assert [(line, outcome) for line, outcome, _ in told] == [
        (f"line {number + 2}", expected[number % EVERY]) for number in range(rows) if number % EVERY in expected
    ]
