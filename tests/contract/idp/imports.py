"""Imports of users."""

import httpx

from ostiary.store.idp import import_jobs
from tests.contract.idp.home import Home
from tests.contract.idp.rows import Refuses, Succeeds

JOB = {"JobName": "people", "CloudWatchLogsRoleArn": "arn:aws:iam::111111111111:role/logs"}
NO_JOB = "import-none"


def created(home: Home, pool: dict[str, str] | None = None) -> dict[str, str]:
    """Return the members that name a job which waits for its file."""
    pool = pool or home.other(AutoVerifiedAttributes=["email"]).in_pool
    made = home.admin.create_user_import_job(**pool, **JOB)["UserImportJob"]
    return {**pool, "JobId": made["JobId"]}


def uploaded(home: Home, pool: dict[str, str] | None = None) -> dict[str, str]:
    """Return the members that name a job which has its file."""
    job = created(home, pool)
    header = home.admin.get_csv_header(UserPoolId=job["UserPoolId"])["CSVHeader"]
    row = {
        "cognito:username": "eve",
        "email": "eve@example.com",
        "email_verified": "TRUE",
        "cognito:mfa_enabled": "FALSE",
    }
    body = "\n".join([",".join(header), ",".join(row.get(name, "") for name in header)])
    described = home.admin.describe_user_import_job(**job)["UserImportJob"]
    httpx.put(described["PreSignedUrl"], content=body).raise_for_status()
    return job


def started(home: Home) -> dict[str, str]:
    """Return the members that name a job which another node runs, in a new pool."""
    job = uploaded(home, {"UserPoolId": home.new_pool(AutoVerifiedAttributes=["email"])})
    services = home.server.services
    with services.store.write() as tx:
        found = import_jobs.find(tx, job["UserPoolId"], job["JobId"])
        assert found
        until = services.clock.now_seconds() + 3600
        import_jobs.change(tx, found, status="InProgress", worker="elsewhere", leased_until=until)
    return job


SUCCEEDS: Succeeds = {
    "GetCSVHeader": lambda home: home.in_pool,
    "CreateUserImportJob": lambda home: {**home.in_pool, **JOB},
    "DescribeUserImportJob": created,
    "ListUserImportJobs": lambda home: {"UserPoolId": created(home)["UserPoolId"], "MaxResults": 10},
    "StartUserImportJob": uploaded,
    "StopUserImportJob": started,
}

REFUSES: Refuses = {
    ("StartUserImportJob", "PreconditionNotMetException"): created,
    ("StopUserImportJob", "PreconditionNotMetException"): created,
    **{
        (f"{verb}UserImportJob", "ResourceNotFoundException"): lambda home: {**home.in_pool, "JobId": NO_JOB}
        for verb in ("Describe", "Start", "Stop")
    },
}
