"""How accounts send SMS, and whose phones want none."""

import json

from sqlalchemy import select

from ostiary.store import schema
from ostiary.store.db import Tx


def preferences(tx: Tx, account_id: str) -> dict[str, str]:
    """Return an account's attributes, by SNS's names; none where none were set."""
    row = tx.get(schema.sms_preferences, account_id=account_id)
    return {} if row is None else json.loads(row.attributes)


def set_preferences(tx: Tx, account_id: str, attributes: dict[str, str]) -> None:
    """Replace an account's attributes."""
    tx.upsert(schema.sms_preferences, account_id=account_id, attributes=json.dumps(attributes))


def opt_out(tx: Tx, account_id: str, phone_number: str, now: int) -> None:
    """Have an account send nothing to a phone any more."""
    tx.insert_if_absent(schema.opted_out_numbers, account_id=account_id, phone_number=phone_number, opted_out_at=now)


def opt_in(tx: Tx, account_id: str, phone_number: str) -> None:
    """Let an account send to a phone again."""
    tx.delete(schema.opted_out_numbers, {"account_id": account_id, "phone_number": phone_number})


def is_opted_out(tx: Tx, account_id: str, phone_number: str) -> bool:
    """Whether a phone wants nothing of an account."""
    return tx.get(schema.opted_out_numbers, account_id=account_id, phone_number=phone_number) is not None


def opted_out_page(tx: Tx, account_id: str, after: str | None, limit: int) -> list[str]:
    """Return at most `limit` phones that want nothing of an account, behind `after`."""
    table = schema.opted_out_numbers
    query = select(table.c.phone_number).where(table.c.account_id == account_id, table.c.phone_number > (after or ""))
    return [str(row.phone_number) for row in tx.all(query.order_by(table.c.phone_number).limit(limit))]
