"""`kill -9` of the server during a thousand concurrent sign-ups: every acknowledged user is there afterwards."""

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.fixtures.process import free_port, serving_process

SIGN_UPS = 1000
ACKNOWLEDGED_BEFORE_THE_KILL = 250
AT_ONCE = 500
"""So many more may be acknowledged before the kill arrives: not all."""
PASSWORD = "Correct-Horse-9"
TARGET = "AWSCognitoIdentityProviderService.SignUp"


def _administrator(port: int) -> Any:
    return boto3.client(
        "cognito-idp",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"max_attempts": 1}),
    )


def _names(administrator: Any, pool_id: str) -> set[str]:
    pages = administrator.get_paginator("list_users").paginate(UserPoolId=pool_id)
    return {user["Username"] for page in pages for user in page["Users"]}


async def _sign_up(port: int, client_id: str, name: str) -> int:
    """Sign up over a connection of its own; return the status of the answer, or 0 when there was none."""
    body = json.dumps({"ClientId": client_id, "Username": name, "Password": PASSWORD}).encode()
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-amz-json-1.1\r\n"
    head += f"X-Amz-Target: {TARGET}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
    except OSError:
        return 0
    return int(answer.split(b" ", 2)[1]) if b"\r\n\r\n" in answer else 0


async def _sign_up_until_killed(process: subprocess.Popen[bytes], port: int, client_id: str) -> set[str]:
    acknowledged: set[str] = set()

    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with at_once:
            status = await _sign_up(port, client_id, name)
        if status == 200:
            acknowledged.add(name)
        if len(acknowledged) == ACKNOWLEDGED_BEFORE_THE_KILL:
            process.send_signal(signal.SIGKILL)

    await asyncio.gather(*(one(f"person{number}") for number in range(SIGN_UPS)))
    return acknowledged


def test_every_acknowledged_user_is_there_after_a_kill(database: str, tmp_path: Path) -> None:
    port = free_port()
    with serving_process(tmp_path, database, port) as process:
        administrator = _administrator(port)
        pool_id = administrator.create_user_pool(PoolName="people")["UserPool"]["Id"]
        client = administrator.create_user_pool_client(UserPoolId=pool_id, ClientName="app")["UserPoolClient"]
        acknowledged = asyncio.run(_sign_up_until_killed(process, port, client["ClientId"]))
        assert process.wait() == -signal.SIGKILL
    assert ACKNOWLEDGED_BEFORE_THE_KILL <= len(acknowledged) < SIGN_UPS
    with serving_process(tmp_path, database, port):
        names = _names(administrator, pool_id)
        assert acknowledged <= names
        # Nobody is half there: whoever was not acknowledged either is a user or can become one.
        for number in range(SIGN_UPS - 20, SIGN_UPS):
            status = asyncio.run(_sign_up(port, client["ClientId"], f"person{number}"))
            assert status == (400 if f"person{number}" in names else 200)
        assert len(_names(administrator, pool_id)) <= SIGN_UPS
