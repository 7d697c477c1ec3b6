"""Imports of users from CSV files, as jobs that run in the background."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import NoReturn

import msgspec

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateUserImportJobRequest,
    CreateUserImportJobResponse,
    DescribeUserImportJobRequest,
    DescribeUserImportJobResponse,
    GetCSVHeaderRequest,
    GetCSVHeaderResponse,
    LimitExceededException,
    ListUserImportJobsRequest,
    ListUserImportJobsResponse,
    PreconditionNotMetException,
    ResourceNotFoundException,
    StartUserImportJobRequest,
    StartUserImportJobResponse,
    StopUserImportJobRequest,
    StopUserImportJobResponse,
    UserImportJobType,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, locked_pool, own_pool
from ostiary.idp.imports.csv_rows import header_of
from ostiary.idp.imports.uploads import UPLOAD_PATH, UPLOAD_PURPOSE
from ostiary.idp.list_pages import page
from ostiary.store.db import Tx
from ostiary.store.errors import Conflict, Retry
from ostiary.store.idp import import_jobs
from ostiary.store.idp.import_jobs import ImportJob, Progress

UPLOAD_SECONDS = 900
_EXPIRES_AFTER = 24 * 3600
_MOST = 1000


def _not_found(job_id: str) -> NoReturn:
    raise ResourceNotFoundException(f"User import job {job_id} does not exist.")


def _known(ctx: Context, tx: Tx, pool_id: str, job_id: str) -> ImportJob:
    job = import_jobs.find(tx, pool_id, job_id)
    return _not_found(job_id) if job is None else _expired(ctx, job)


def _expired(ctx: Context, job: ImportJob) -> ImportJob:
    is_old = job.status == "Created" and ctx.clock.now_seconds() - job.created_at > _EXPIRES_AFTER
    return replace(job, status="Expired") if is_old else job


def _described(job: ImportJob) -> UserImportJobType:
    described: UserImportJobType = {
        **job.configuration,  # type: ignore[typeddict-item]
        "JobId": job.job_id,
        "UserPoolId": job.pool_id,
        "Status": job.status,
        "CreationDate": job.created_at,
        "ImportedUsers": job.progress.imported,
        "SkippedUsers": job.progress.skipped,
        "FailedUsers": job.progress.failed,
    }
    return described


@operation("cognito-idp", resource=POOL_ARN)
def get_csv_header(ctx: Context, req: GetCSVHeaderRequest) -> GetCSVHeaderResponse:
    """Return the columns of a file that users can be imported from."""
    pool = own_pool(ctx, req["UserPoolId"])
    return {"UserPoolId": pool.pool_id, "CSVHeader": header_of(pool)}


@operation("cognito-idp", resource=POOL_ARN)
def create_user_import_job(ctx: Context, req: CreateUserImportJobRequest) -> CreateUserImportJobResponse:
    """Make a job and the address that takes its file, for fifteen minutes."""
    pool = own_pool(ctx, req["UserPoolId"])
    job_id = f"import-{ctx.random.text(10)}"
    now = ctx.clock.now()
    token = urlsafe_b64encode(
        ctx.keyring.seal(msgspec.json.encode([pool.pool_id, job_id, int(now) + UPLOAD_SECONDS]), UPLOAD_PURPOSE)
    ).decode()
    address = ctx.settings.base_url + UPLOAD_PATH.format(pool_id=pool.pool_id, job_id=job_id)
    kept = ("JobName", "CloudWatchLogsRoleArn", "PasswordHashingAlgorithm")
    configuration = {name: req[name] for name in kept if name in req}  # type: ignore[literal-required]
    job = ImportJob(
        pool_id=pool.pool_id,
        job_key=import_jobs.key_at(int(now * 1_000_000)),
        job_id=job_id,
        status="Created",
        configuration={**configuration, "PreSignedUrl": f"{address}?token={token}"},
        progress=Progress(),
        worker="",
        leased_until=0,
        created_at=int(now),
    )
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, pool.pool_id)
        if len(import_jobs.page(tx, pool.pool_id, None, _MOST)) >= _MOST:
            raise LimitExceededException(f"A user pool cannot have more than {_MOST} import jobs.")
        import_jobs.create(tx, job)
    return {"UserImportJob": _described(job)}


@operation("cognito-idp", resource=POOL_ARN)
def describe_user_import_job(ctx: Context, req: DescribeUserImportJobRequest) -> DescribeUserImportJobResponse:
    """Return a job and how far it is."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.read() as tx:
        return {"UserImportJob": _described(_known(ctx, tx, pool.pool_id, req["JobId"]))}


@operation("cognito-idp", resource=POOL_ARN)
def list_user_import_jobs(ctx: Context, req: ListUserImportJobsRequest) -> ListUserImportJobsResponse:
    """List a pool's jobs, newest first."""
    pool = own_pool(ctx, req["UserPoolId"])
    found, token = page(
        ctx,
        f"ListUserImportJobs {pool.pool_id}",
        req.get("PaginationToken"),
        req["MaxResults"],
        read=lambda tx, after, limit: import_jobs.page(tx, pool.pool_id, after, limit),
        key=lambda job: job.job_key,
    )
    answer: ListUserImportJobsResponse = {"UserImportJobs": [_described(_expired(ctx, job)) for job in found]}
    if token is not None:
        answer["PaginationToken"] = token
    return answer


@operation("cognito-idp", resource=POOL_ARN)
def start_user_import_job(ctx: Context, req: StartUserImportJobRequest) -> StartUserImportJobResponse:
    """Let a job whose file was uploaded begin; one job of a pool runs at a time."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        job = _known(ctx, tx, pool.pool_id, req["JobId"])
        if job.status != "Created":
            raise PreconditionNotMetException(f"The job cannot be started. Current status is {job.status}")
        if not pool.configuration.get("AutoVerifiedAttributes"):
            raise PreconditionNotMetException("The user pool must have at least one auto-verified attribute.")
        if import_jobs.chunk(tx, pool.pool_id, job.job_id, 0) is None:
            raise PreconditionNotMetException("The CSV file has not been uploaded.")
        if import_jobs.is_running(tx, pool.pool_id):
            raise PreconditionNotMetException("Another import job is running.")
        configuration = {**job.configuration, "StartDate": ctx.clock.now_seconds()}
        job = import_jobs.change(tx, job, status="Pending", configuration=configuration)
    return {"UserImportJob": _described(job)}


@operation("cognito-idp", resource=POOL_ARN)
def stop_user_import_job(ctx: Context, req: StopUserImportJobRequest) -> StopUserImportJobResponse:
    """Stop a job that runs; what was imported stays."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        job = _known(ctx, tx, pool.pool_id, req["JobId"])
        if job.status not in {"Pending", "InProgress"}:
            raise PreconditionNotMetException(f"The job cannot be stopped. Current status is {job.status}")
        try:
            # Whoever runs it loses the lease, and finds out at the next piece.
            job = import_jobs.change(tx, job, status="Stopping", worker="", leased_until=0)
        except Conflict as error:
            raise Retry from error
    return {"UserImportJob": _described(job)}
