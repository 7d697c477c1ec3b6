"""`python -m bench.live`: how soon all other devices hear of a change, at a steady rate of changes on one worker."""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import uvloop

from bench.load import Result
from ostiary.aws import sigv4
from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import Servers, running_servers
from ostiary.demo.world import REGION, build_world

DEVICES = 10
"""Devices of each person, all of which listen."""
Lines = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Person:
    """One identity, and when each of its changes was sent, by sync count."""

    url: str
    lines: Lines | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    count: int = 0
    sent: dict[int, float] = field(default_factory=dict)


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="bench.live", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=200, help="changes per second")
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ostiary-bench-") as folder:
        narrator = Narrator()
        with running_servers(Path(folder), narrator) as servers:
            world = build_world(servers, narrator)
            identity = world.client("cognito-identity")
            pool = f"{servers.ostiary}/identitypools/{quote(world.identity_pool_id, safe='')}/identities/"
            people = [
                Person(pool + quote(identity.get_id(IdentityPoolId=world.identity_pool_id)["IdentityId"], safe=""))
                for _ in range(arguments.streams // DEVICES)
            ]
            result = uvloop.run(_measure(servers, people, arguments.rate, arguments.seconds))
    changes = sum(person.count for person in people)
    print(f"{arguments.streams} streams, {changes / result.seconds:.0f} changes/s, {len(result.latencies)} heard")
    for share in (0.5, 0.9, 0.99, 1.0):
        print(f"  p{share * 100:g}: {result.percentile(share) * 1000:.1f} ms")
    missing = changes * DEVICES - len(result.latencies)
    print(f"  {missing} changes were told together with a later one")


async def _measure(servers: Servers, people: list[Person], rate: int, seconds: float) -> Result:
    result = Result()
    ready = asyncio.Semaphore(0)
    listening = []
    for person in people:
        listening += [asyncio.create_task(_listen(servers, person, result, ready)) for _ in range(DEVICES)]
        for _ in range(DEVICES):
            await ready.acquire()
        person.token = (await _call(servers, person, "GET", "/datasets/notes/records"))["SyncSessionToken"]
    started = time.perf_counter()
    changing = set()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0, started + number / rate - time.perf_counter()))
        person = people[number % len(people)]
        changing.add(asyncio.create_task(_change(servers, person)))
    await asyncio.gather(*changing)
    result.seconds = time.perf_counter() - started
    await asyncio.sleep(1)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return result


async def _listen(servers: Servers, person: Person, result: Result, ready: asyncio.Semaphore) -> None:
    """Read one stream; a change that is heard took from the moment before it was sent."""
    reader, writer = await _connect(servers)
    writer.write(_request(servers, "GET", f"{person.url}/live"))
    while line := await reader.readline():
        if line == b"event: ready\n":
            ready.release()
        elif line.startswith(b'data: {"identityPoolId"'):
            sent_at = person.sent.get(json.loads(line[6:])["syncCount"])
            if sent_at is not None:
                result.latencies.append(time.perf_counter() - sent_at)
    writer.close()


async def _change(servers: Servers, person: Person) -> None:
    known, person.count = person.count, person.count + 1
    patch = {"Op": "replace", "Key": f"k{known}", "Value": "v", "SyncCount": 0}
    person.sent[known + 1] = time.perf_counter()
    body = json.dumps({"RecordPatches": [patch], "SyncSessionToken": person.token})
    await _call(servers, person, "POST", "/datasets/notes", body)


async def _call(servers: Servers, person: Person, method: str, below: str, body: str = "") -> Any:
    """Send a request on the person's connection, as an SDK does, and return the answer."""
    async with person.turn:
        if person.lines is None:
            person.lines = await _connect(servers)
        reader, writer = person.lines
        writer.write(_request(servers, method, person.url + below, body))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"{method} {below}: {head.decode()} {answer.decode()}")
    return json.loads(answer)


async def _connect(servers: Servers) -> Lines:
    parts = urlsplit(servers.ostiary)
    return await asyncio.open_connection(parts.hostname, parts.port)


def _request(servers: Servers, method: str, url: str, body: str = "") -> bytes:
    hashed = sha256(body.encode()).hexdigest()
    key_id, secret = servers.root
    signed = sigv4.sign(method, url, {}, hashed, key_id, secret, None, REGION, "cognito-sync", time.time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    return f"{method} {urlsplit(url).path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n{body}".encode()


if __name__ == "__main__":
    main()
