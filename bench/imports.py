"""`python -m bench.imports`: a CSV import through a running server, and how long sign-ins take meanwhile."""

import argparse
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import boto3
import httpx

from bench.load import Result
from ostiary.demo.servers import free_port

PASSWORD = "Correct-horse-7"
ROLE = "arn:aws:iam::123456789012:role/logs"
QUIET_SECONDS = 5.0
"""How long sign-ins are measured before the import begins."""
PAUSE_SECONDS = 0.05
"""Between two sign-ins."""
READY_WITHIN = 60.0
_HASH = f"$pbkdf2-sha256$600000${b64encode(b'0123456789abcdef').decode().rstrip('=')}${'A' * 43}"
_ENDED = {"Succeeded", "Failed", "Stopped"}


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--hashes", action="store_true", help="each row has a PBKDF2_SHA256 hash")
    parser.add_argument("--database", default="", help="its URL; a file without")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ostiary-bench-") as folder,
        _server(Path(folder), arguments.database) as (address, process_id),
    ):
        _measure(address, process_id, arguments.rows, hashes=arguments.hashes)


@contextmanager
def _server(folder: Path, database: str) -> Iterator[tuple[str, int]]:
    """Run a server below `folder`; yield its address and the id of its process."""
    port = free_port()
    command = [sys.executable, "-m", "ostiary", "serve", "--dev", "--port", str(port), "--data-dir", str(folder)]
    command += ["--database", database] if database else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _is_ready(address), READY_WITHIN)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _measure(address: str, process_id: int, rows: int, *, hashes: bool) -> None:
    admin = boto3.client(
        "cognito-idp",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    pool_id = admin.create_user_pool(PoolName="bench", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    sign_in = _sign_in(admin, address, pool_id)
    quiet, _ = _while_signing_in(sign_in, lambda: time.sleep(QUIET_SECONDS))
    before = _megabytes(process_id)
    more = {"PasswordHashingAlgorithm": "PBKDF2_SHA256"} if hashes else {}
    job = admin.create_user_import_job(UserPoolId=pool_id, JobName="b", CloudWatchLogsRoleArn=ROLE, **more)
    named = {"UserPoolId": pool_id, "JobId": job["UserImportJob"]["JobId"]}
    header = admin.get_csv_header(UserPoolId=pool_id)["CSVHeader"] + ["password_hash"] * hashes
    started = time.perf_counter()
    httpx.put(job["UserImportJob"]["PreSignedUrl"], content=_file(header, rows), timeout=600).raise_for_status()
    print(f"uploaded in {time.perf_counter() - started:.1f} s", flush=True)
    admin.start_user_import_job(**named)
    busy, seconds = _while_signing_in(sign_in, lambda: _wait(admin, named, rows))
    done = admin.describe_user_import_job(**named)["UserImportJob"]
    print(f"{done['Status']}: {done['ImportedUsers']} imported in {seconds:.1f} s, {rows / seconds:.0f} rows/s")
    print(f"memory of the server: {before} MB before, {_megabytes(process_id)} MB at most")
    for name, result in (("before", quiet), ("meanwhile", busy)):
        shares = ", ".join(f"p{share * 100:g} {result.percentile(share) * 1000:.0f} ms" for share in (0.5, 0.99, 1.0))
        print(f"sign-ins {name}: {len(result.latencies)}, {shares}")


def _wait(admin: Any, named: dict[str, str], rows: int) -> None:
    """Wait for the job's end; tell each tenth."""
    told, started = 0, time.perf_counter()
    while (job := admin.describe_user_import_job(**named)["UserImportJob"])["Status"] not in _ENDED:
        if job["ImportedUsers"] * 10 // rows > told:
            told = job["ImportedUsers"] * 10 // rows
            print(f"  {job['ImportedUsers']} after {time.perf_counter() - started:.1f} s", flush=True)
        time.sleep(0.25)


def _sign_in(admin: Any, address: str, pool_id: str) -> Callable[[], object]:
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    app = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=flows)
    admin.admin_create_user(UserPoolId=pool_id, Username="ann", MessageAction="SUPPRESS")
    admin.admin_set_user_password(UserPoolId=pool_id, Username="ann", Password=PASSWORD, Permanent=True)
    http = httpx.Client(base_url=address, timeout=60)
    target = "AWSCognitoIdentityProviderService.InitiateAuth"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    body = {
        "ClientId": app["UserPoolClient"]["ClientId"],
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ann", "PASSWORD": PASSWORD},
    }
    return lambda: http.post("/", json=body, headers=headers).raise_for_status()


def _while_signing_in(sign_in: Callable[[], object], run: Callable[[], None]) -> tuple[Result, float]:
    """Run something while one person signs in over and over; return the sign-ins' times and its own seconds."""
    result, over = Result(), Event()

    def signing_in() -> None:
        while not over.wait(PAUSE_SECONDS):
            began = time.perf_counter()
            sign_in()
            result.latencies.append(time.perf_counter() - began)

    person = Thread(target=signing_in)
    started = time.perf_counter()
    person.start()
    try:
        run()
        seconds = time.perf_counter() - started
    finally:
        over.set()
        person.join()
    return result, seconds


def _file(header: list[str], rows: int) -> Iterator[bytes]:
    """Yield a file of so many users."""
    yield (",".join(header) + "\n").encode()
    fixed = {"email_verified": "TRUE", "cognito:mfa_enabled": "FALSE", "password_hash": _HASH}
    for number in range(rows):
        row = {**fixed, "cognito:username": f"person{number}", "email": f"person{number}@example.com"}
        row["name"] = f"Person number {number}"
        yield (",".join(row.get(name, "") for name in header) + "\n").encode()


def _megabytes(process_id: int) -> int:
    """Return the most memory that a process and its children have had."""
    return sum(_peak(each) for each in (process_id, *_children(process_id))) // 1024


def _children(process_id: int) -> list[int]:
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(each) for each in listed.split()]


def _peak(process_id: int) -> int:
    """Return kilobytes."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("The server did not start.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
