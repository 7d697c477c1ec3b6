"""`kill -9` of a process that writes: what it had acknowledged is there, whole."""

import signal
import subprocess
import sys

from sqlalchemy import select

from ostiary.store.db import Store
from ostiary.store.schema import logins, spent

WRITE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from ostiary.store.db import Store
from ostiary.store.schema import logins, spent

store = Store.open(sys.argv[1])

def one(number):
    with store.write() as tx:
        tx.insert(spent, pool_id="p", id=str(number), expires_at=0)
        tx.insert(logins, pool_id="p", provider="x", subject=str(number), identity_id="", created_at=0)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()

with ThreadPoolExecutor(30) as pool:
    list(pool.map(one, range(1_000_000)))
"""
ACKNOWLEDGED = 1000


def test_every_acknowledged_write_survives_and_none_is_torn(database: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITE, database], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = {writer.stdout.readline().strip() for _ in range(ACKNOWLEDGED)}
    writer.send_signal(signal.SIGKILL)
    acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    writer.wait()
    writer.stdout.close()
    store = Store.open(database)
    # One statement: a commit that was under way on PostgreSQL may end between two.
    whole = select(spent.c.id, logins.c.subject).outerjoin(logins, spent.c.id == logins.c.subject, full=True)
    with store.read() as tx:
        rows = tx.all(whole)
    store.close()
    assert len(acknowledged) >= ACKNOWLEDGED
    assert acknowledged <= {row.id for row in rows}
    assert [row for row in rows if row.id != row.subject] == []
