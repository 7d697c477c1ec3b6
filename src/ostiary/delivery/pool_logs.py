"""Logs of user pools: JSON lines in files of the data directory, or posted to an address of the operator's."""

import os
import re
from pathlib import Path
from typing import Self

from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.outbox import Message
from ostiary.runtime.http_client import HttpClient, HttpError

FOLDER = "user-pool-logs"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def file_of(arn: str) -> str:
    """Return the name of the file that an ARN's log goes to: `log-group_cognito_people.jsonl`."""
    resource = arn.split(":", 5)[-1]
    return f"{_UNSAFE.sub('_', resource).strip('._') or 'log'}.jsonl"


class PoolLogs:
    """Takes the medium `LOG`, whose recipient is the ARN of a log group, a bucket or a stream."""

    name = "pool_logs"

    def __init__(self, folder: Path, url: str, http: HttpClient) -> None:
        self._folder, self._url, self._http = folder, url, http

    @classmethod
    def configured(cls, settings: Settings, http: HttpClient) -> Self | None:
        """Return the channel: to the address `log_delivery_webhook` where that is set, to files where not."""
        return cls(settings.data_dir / FOLDER, settings.log_delivery_webhook, http)

    def carries(self, medium: str) -> bool:
        """Whether it takes the medium."""
        return medium == "LOG"

    def deliver(self, message: Message, message_id: str) -> None:
        """Append the line, or post it; raises DeliveryError. The same line may come again after a crash."""
        if self._url:
            self._post(message, message_id)
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(
                self._folder / file_of(message.recipient), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
            )
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(f"{message.body}\n")
        except OSError as error:
            raise DeliveryError(str(error)) from error

    def _post(self, message: Message, message_id: str) -> None:
        headers = {
            "content-type": "application/json",
            "ostiary-message-id": message_id,
            "ostiary-destination": message.recipient,
        }
        try:
            answer = self._http.post(self._url, content=message.body.encode(), headers=headers)
        except HttpError as error:
            raise DeliveryError(str(error)) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's successes
            raise DeliveryError(f"the address answered {answer.status}")
