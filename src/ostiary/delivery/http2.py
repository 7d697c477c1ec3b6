"""One HTTP/2 connection for many requests at a time, asked now and then whether it still lives (RFC 9113, by h2)."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import H2Error

from ostiary.delivery.connections import CONNECT_SECONDS, MOST_BYTES, TIMEOUT_SECONDS, Names, SendError
from ostiary.runtime.addresses import UnreachableError
from ostiary.runtime.http_client import Response

PING_SECONDS = 60
PONG_SECONDS = 10
GOODBYE_SECONDS = 1
TRIES = 3
_CHUNK = 64 * 1024


class UnprocessedError(SendError):
    """The other side went away without having looked at the request: it may be sent again at once."""


class Http2Origin:
    """Posts to one origin over a connection that is made when it is needed, and made again when it is lost."""

    def __init__(self, url: str, tls: ssl.SSLContext, names: Names) -> None:
        split = urlsplit(url)
        self._host, self._port = split.hostname or "", split.port or 443
        self._authority = split.netloc
        self._tls, self._names = tls, names
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def post(self, path: str, headers: Sequence[tuple[str, str]], content: bytes) -> Response:
        """Send a POST; raises SendError."""
        pseudo = [(":method", "POST"), (":scheme", "https"), (":authority", self._authority), (":path", path)]
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                for _ in range(TRIES - 1):
                    with contextlib.suppress(UnprocessedError):
                        return await (await self._connected()).request([*pseudo, *headers], content)
                return await (await self._connected()).request([*pseudo, *headers], content)
        except TimeoutError as error:
            raise SendError("POST failed: no answer in time.") from error
        except (UnreachableError, OSError, H2Error) as error:
            raise SendError(f"POST failed: {type(error).__name__}.") from error

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> "_Connection":
        async with self._connecting:
            if self._connection is None or not self._connection.is_open:
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> "_Connection":
        *others, last = await self._names.addresses_of(self._host, self._port)
        for address in others:
            with contextlib.suppress(OSError, TimeoutError):
                return await self._connect_to(address)
        return await self._connect_to(last)

    async def _connect_to(self, address: str) -> "_Connection":
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                address, self._port, ssl=self._tls, server_hostname=self._host
            )
        return _Connection(reader, writer)


@dataclass(slots=True)
class _Exchange:
    answer: asyncio.Future[Response]
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._exchanges: dict[int, _Exchange] = {}
        self._changed = asyncio.Event()
        self._ponged = asyncio.Event()
        self.is_open = True
        self._h2.initiate_connection()
        self._flush()
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._ping())]

    async def request(self, headers: list[tuple[str, str]], content: bytes) -> Response:
        """Send a request when there is room for a stream, and return the answer."""
        while self.is_open and self._h2.open_outbound_streams >= self._h2.remote_settings.max_concurrent_streams:
            await self._wait()
        if not self.is_open:
            raise UnprocessedError("POST failed: the connection closes.")
        stream = self._h2.get_next_available_stream_id()
        exchange = self._exchanges[stream] = _Exchange(asyncio.get_running_loop().create_future())
        try:
            self._h2.send_headers(stream, headers)
            await self._send(stream, content)
            return await exchange.answer
        finally:
            del self._exchanges[stream]
            if not exchange.answer.done() or exchange.answer.cancelled():
                with contextlib.suppress(H2Error):
                    self._h2.reset_stream(stream)
                    self._flush()

    async def close(self) -> None:
        """Say goodbye and close."""
        with contextlib.suppress(H2Error):
            self._h2.close_connection()
            self._flush()
        self._end("the connection was closed", lost=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._writer.wait_closed()

    async def _send(self, stream: int, content: bytes) -> None:
        while content and stream in self._exchanges and not self._exchanges[stream].answer.done():
            room = min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if room:
                self._h2.send_data(stream, content[:room])
                content = content[room:]
                self._flush()
            else:
                await self._wait()
        if not content:
            self._h2.end_stream(stream)
        self._flush()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _receive(self) -> None:
        reason = "the connection was closed"
        try:
            while data := await self._reader.read(_CHUNK):
                for event in self._h2.receive_data(data):
                    self._handle(event)
                self._flush()
                self._changed.set()
        except (OSError, H2Error) as error:
            reason = type(error).__name__
        self._end(reason, lost=True)

    def _handle(self, event: Event) -> None:
        if isinstance(event, PingAckReceived):
            self._ponged.set()
        elif isinstance(event, ConnectionTerminated):
            self._end("the push service closes the connection", last=event.last_stream_id or 0)
        elif isinstance(event, ResponseReceived | DataReceived | StreamEnded | StreamReset):
            exchange = self._exchanges.get(event.stream_id or 0)
            if isinstance(event, DataReceived):
                self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
            if exchange is not None and not exchange.answer.done():
                _continue(exchange, event)

    def _end(self, reason: str, *, last: int = 0, lost: bool = False) -> None:
        """Take no more requests; give up those that the other side has not looked at, or all when it is `lost`."""
        self.is_open = False
        self._changed.set()
        for stream, exchange in self._exchanges.items():
            if not exchange.answer.done() and (lost or stream > last):
                unseen = not lost and stream > last
                error = UnprocessedError if unseen else SendError
                exchange.answer.set_exception(error(f"POST failed: {reason}."))
        if lost:
            self._writer.close()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            if not self.is_open:
                return
            self._ponged.clear()
            self._h2.ping(b"ostiary!")
            self._flush()
            try:
                async with asyncio.timeout(PONG_SECONDS):
                    await self._ponged.wait()
            except TimeoutError:
                self._end("the connection is dead", lost=True)

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self._writer.write(data)


def _continue(exchange: _Exchange, event: ResponseReceived | DataReceived | StreamEnded | StreamReset) -> None:
    if isinstance(event, ResponseReceived):
        exchange.headers = {str(name): str(value) for name, value in event.headers or ()}
    elif isinstance(event, DataReceived):
        exchange.body += (event.data or b"")[: MOST_BYTES - len(exchange.body)]
    elif isinstance(event, StreamEnded):
        status = int(exchange.headers.get(":status", "0"))
        exchange.answer.set_result(Response(status, exchange.headers, bytes(exchange.body)))
    else:
        refused = event.error_code == 7  # noqa: PLR2004 - REFUSED_STREAM (RFC 9113, 8.7): not looked at
        error = UnprocessedError if refused else SendError
        exchange.answer.set_exception(error("POST failed: the stream was reset."))
