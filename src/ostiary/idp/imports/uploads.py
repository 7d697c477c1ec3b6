"""The file of an import job on its way in."""

import msgspec

from ostiary.context import Services
from ostiary.crypto.seal import SealBrokenError
from ostiary.store.idp import import_jobs

UPLOAD_PATH = "/{pool_id}/user-import/{job_id}"
LARGEST_FILE = 100 * 1024 * 1024
CHUNK = 1024 * 1024
CHUNK_PURPOSE = "import-file"
UPLOAD_PURPOSE = "import-upload"


# -- the file --------------------------------------------------------------------------------------------------------
def may_upload(services: Services, pool_id: str, job_id: str, token: bytes) -> bool:
    """Whether the token is that of the job's address, which is still good, and the job waits for its file."""
    try:
        sealed = msgspec.json.decode(services.keyring.open(token, UPLOAD_PURPOSE), type=tuple[str, str, int])
    except (SealBrokenError, msgspec.DecodeError):
        return False
    if sealed[:2] != (pool_id, job_id) or sealed[2] <= services.clock.now():
        return False
    with services.store.read() as tx:
        job = import_jobs.find(tx, pool_id, job_id)
    return job is not None and job.status == "Created"


def keep_chunk(services: Services, pool_id: str, job_id: str, number: int, content: bytes) -> None:
    """Keep a piece of the job's file, sealed."""
    sealed = services.keyring.seal(content, CHUNK_PURPOSE)
    with services.store.write() as tx:
        import_jobs.put_chunk(tx, pool_id, job_id, number, sealed)


def end_upload(services: Services, pool_id: str, job_id: str, chunks: int) -> None:
    """Forget the rest of a longer file that was uploaded before."""
    with services.store.write() as tx:
        import_jobs.drop_chunks(tx, pool_id, job_id, chunks)
