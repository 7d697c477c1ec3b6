"""Importing users from CSV files, on a live server and with a worker of one's own."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import bcrypt
import httpx
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ostiary.context import Services
from ostiary.idp.imports import import_worker, uploads
from ostiary.idp.imports.import_worker import ImportWorker
from ostiary.store.idp import import_jobs
from tests.fixtures.context import Api
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, LivePool, Server
from tests.fixtures.waiting import until

ROLE = "arn:aws:iam::123456789012:role/logs"
SALT = b"0123456789abcdef"


def sheet(header: list[str], *rows: dict[str, str]) -> bytes:
    lines = [",".join(header)]
    for row in rows:
        values = {"cognito:mfa_enabled": "FALSE", **row}
        lines.append(",".join(values.get(name, "").replace(",", "\\,") for name in header))
    return ("\n".join(lines) + "\n").encode()


def person(name: str, /, **attributes: str) -> dict[str, str]:
    return {"cognito:username": name, "email": f"{name}@example.com", "email_verified": "TRUE", **attributes}


def create(pool: LivePool, **more: str) -> dict[str, Any]:
    answer = pool.admin.create_user_import_job(UserPoolId=pool.id, JobName="people", CloudWatchLogsRoleArn=ROLE, **more)
    return dict(answer["UserImportJob"])


def upload(job: dict[str, Any], content: bytes) -> int:
    headers = {"x-amz-server-side-encryption": "aws:kms"}
    return httpx.put(job["PreSignedUrl"], content=content, headers=headers).status_code


def ended(pool: LivePool, job_id: str) -> dict[str, Any]:
    def job() -> dict[str, Any] | None:
        found = pool.admin.describe_user_import_job(UserPoolId=pool.id, JobId=job_id)["UserImportJob"]
        return dict(found) if found["Status"] in {"Succeeded", "Failed", "Stopped"} else None

    return until(job, "the end of the import") or {}


def test_users_are_imported_and_rows_that_cannot_be_are_told(live_pool: LivePool, server: Server) -> None:
    pool = live_pool
    header = pool.admin.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    pool.user("taken")
    job = create(pool)
    assert (job["Status"], job["ImportedUsers"]) == ("Created", 0)
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    with refused("PreconditionNotMetException", "not been uploaded"):
        pool.admin.start_user_import_job(**named)
    rows = [
        person("ann", name="Ann, the first", birthdate="02/01/1990"),
        person("taken"),
        person("nomail", email_verified="FALSE"),
        person("bad", birthdate="1990-02-01"),
        person("mfa", **{"cognito:mfa_enabled": "TRUE"}),
        {**person("with space"), "cognito:username": "with space"},
    ]
    assert upload(job, sheet(list(reversed(header)), *rows)) == 200
    assert upload({"PreSignedUrl": job["PreSignedUrl"][:-4]}, b"x") == 403
    pool.admin.start_user_import_job(**named)
    done = ended(pool, job["JobId"])
    assert (done["Status"], done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == ("Succeeded", 1, 1, 4)
    assert done["CompletionMessage"] == "Import Job Completed Successfully."
    ann = pool.admin.admin_get_user(UserPoolId=pool.id, Username="ann")
    values = {each["Name"]: each["Value"] for each in ann["UserAttributes"]}
    assert (ann["UserStatus"], values["name"], values["birthdate"]) == (
        "RESET_REQUIRED",
        "Ann, the first",
        "1990-02-01",
    )
    with server.services.store.read() as tx:
        told = import_jobs.log(tx, pool.id, job["JobId"], 0, 10)
    assert [(line.line, line.outcome) for line in told] == [
        (3, "SKIPPED"),
        (4, "FAILED"),
        (5, "FAILED"),
        (6, "FAILED"),
        (7, "FAILED"),
    ]
    listed = pool.admin.list_user_import_jobs(UserPoolId=pool.id, MaxResults=1)["UserImportJobs"]
    assert [each["JobId"] for each in listed] == [job["JobId"]]
    for call in (pool.admin.start_user_import_job, pool.admin.stop_user_import_job):
        with refused("PreconditionNotMetException"):
            call(**named)
        with refused("ResourceNotFoundException"):
            call(UserPoolId=pool.id, JobId="import-none")
    assert upload(job, b"late") == 403


def test_hashes_of_other_systems_sign_in_once_and_become_verifiers(live_pool: LivePool) -> None:
    pool = live_pool
    header = [*pool.admin.get_csv_header(UserPoolId=pool.id)["CSVHeader"], "password_hash"]
    secret = PASSWORD.encode()

    def bare(data: bytes) -> str:
        return b64encode(data).decode().rstrip("=")

    scrypted = hashlib.scrypt(secret, salt=SALT, n=16, r=8, p=1, dklen=32)
    hashes = {
        "BCRYPT": bcrypt.hashpw(secret, bcrypt.gensalt(4)).decode(),
        "SCRYPT": f"$scrypt$ln=4,r=8,p=1${bare(SALT)}${bare(scrypted)}",
        "ARGON2ID": Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=64).derive_phc_encoded(secret),
        "PBKDF2_SHA256": f"$pbkdf2-sha256$10${bare(SALT)}${bare(hashlib.pbkdf2_hmac('sha256', secret, SALT, 10))}",
    }
    for algorithm, text in hashes.items():
        name = algorithm.lower().replace("_", "")
        job = create(pool, PasswordHashingAlgorithm=algorithm)
        assert job["PasswordHashingAlgorithm"] == algorithm
        upload(job, sheet(header, person(name, password_hash=text), person(f"{name}x", password_hash="nonsense")))
        pool.admin.start_user_import_job(UserPoolId=pool.id, JobId=job["JobId"])
        done = ended(pool, job["JobId"])
        assert (done["ImportedUsers"], done["FailedUsers"]) == (1, 1)
        assert pool.admin.admin_get_user(UserPoolId=pool.id, Username=name)["UserStatus"] == "CONFIRMED"
        with refused("NotAuthorizedException", "Incorrect username or password."):
            pool.sign_in(name, "Wrong-horse-7")
        pool.sign_in(name)
        pool.sign_in(name)


def test_a_wrong_header_fails_the_job(live_pool: LivePool) -> None:
    job = create(live_pool)
    upload(job, b"name,email\nx,y\n")
    live_pool.admin.start_user_import_job(UserPoolId=live_pool.id, JobId=job["JobId"])
    done = ended(live_pool, job["JobId"])
    assert (done["Status"], done["ImportedUsers"]) == ("Failed", 0)
    assert "header" in done["CompletionMessage"]


@pytest.fixture
def waiting_job(pool: Any, admin: Api, services: Services) -> Callable[[int], str]:
    """Make a job with so many rows that waits for a worker."""

    def make(rows: int) -> str:
        header = admin("GetCSVHeader", UserPoolId=pool.id)["CSVHeader"]
        named = {"UserPoolId": pool.id, "JobName": "p", "CloudWatchLogsRoleArn": ROLE}
        job_id = admin("CreateUserImportJob", **named)["UserImportJob"]["JobId"]
        content = sheet(header, *[person(f"p{number}", profile="é" * 20) for number in range(rows)])
        for number in range(0, len(content), 1000):
            uploads.keep_chunk(services, pool.id, job_id, number // 1000, content[number : number + 1000])
        admin("StartUserImportJob", UserPoolId=pool.id, JobId=job_id)
        return str(job_id)

    return make


def described(admin: Api, pool: Any, job_id: str) -> dict[str, Any]:
    return dict(admin("DescribeUserImportJob", UserPoolId=pool.id, JobId=job_id)["UserImportJob"])


class Dying(ImportWorker):
    """A worker that is killed before its third transaction."""

    written = 0

    def _write(self, *given: Any) -> Any:
        self.written += 1
        if self.written == 3:
            raise KeyboardInterrupt
        return super()._write(*given)


def test_a_job_goes_on_where_a_dead_worker_left_it(
    pool: Any, admin: Api, services: Services, waiting_job: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ROB: every row once, whenever the worker dies."""
    monkeypatch.setattr(import_worker, "BATCH", 7)
    job_id = waiting_job(40)
    with pytest.raises(KeyboardInterrupt):
        Dying(services).run_due()
    assert described(admin, pool, job_id)["ImportedUsers"] == 13
    assert not ImportWorker(services).run_due()
    services.clock.advance(61)
    assert ImportWorker(services).run_due()
    done = described(admin, pool, job_id)
    assert (done["Status"], done["ImportedUsers"], done["SkippedUsers"]) == ("Succeeded", 40, 0)


def test_a_job_that_is_stopped_ends_and_a_pool_rests_while_one_runs(
    pool: Any, admin: Api, services: Services, waiting_job: Callable[[int], str]
) -> None:
    job_id = waiting_job(3)
    for operation in ("UpdateUserPool", "DeleteUserPool"):
        with pytest.raises(Exception, match="import job is in progress"):
            admin(operation, UserPoolId=pool.id)
    assert admin("StopUserImportJob", UserPoolId=pool.id, JobId=job_id)["UserImportJob"]["Status"] == "Stopping"
    ImportWorker(services).run_due()
    done = described(admin, pool, job_id)
    assert (done["Status"], done["ImportedUsers"]) == ("Stopped", 0)
    assert done["CompletionMessage"] == "The Import Job was stopped by the developer."
    admin("UpdateUserPool", UserPoolId=pool.id, AutoVerifiedAttributes=["email"])


def test_a_job_that_is_not_started_in_a_day_expires(pool: Any, admin: Api, services: Services) -> None:
    named = {"UserPoolId": pool.id, "JobName": "p", "CloudWatchLogsRoleArn": ROLE}
    job_id = admin("CreateUserImportJob", **named)["UserImportJob"]["JobId"]
    services.clock.advance(24 * 3600 + 1)
    assert described(admin, pool, job_id)["Status"] == "Expired"
    with pytest.raises(Exception, match="Current status is Expired"):
        admin("StartUserImportJob", UserPoolId=pool.id, JobId=job_id)
