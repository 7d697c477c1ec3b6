"""The address that takes the CSV file of an import job: a PUT, streamed into the database in sealed pieces."""

from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ostiary.context import Services
from ostiary.idp.imports import uploads


def import_file(services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the page that a job's PreSignedUrl names."""

    async def take(request: Request) -> Response:
        pool_id, job_id = request.path_params["pool_id"], request.path_params["job_id"]
        try:
            token = urlsafe_b64decode(request.query_params.get("token", ""))
        except ValueError:
            token = b""
        if not await services.tasks.run(uploads.may_upload, services, pool_id, job_id, token):
            return PlainTextResponse("This address is not good, or not any more.\n", 403)
        number, size, kept = 0, 0, bytearray()
        async for piece in request.stream():
            size += len(piece)
            if size > uploads.LARGEST_FILE:
                return PlainTextResponse("The file is larger than 100 MB.\n", 413)
            kept += piece
            while len(kept) >= uploads.CHUNK:
                content = bytes(kept[: uploads.CHUNK])
                await services.tasks.go_on(uploads.keep_chunk, services, pool_id, job_id, number, content)
                del kept[: uploads.CHUNK]
                number += 1
        if kept:
            await services.tasks.go_on(uploads.keep_chunk, services, pool_id, job_id, number, bytes(kept))
            number += 1
        await services.tasks.go_on(uploads.end_upload, services, pool_id, job_id, number)
        return Response(status_code=200)

    return take
