"""A disk that is full exactly when SQLite commits."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from ostiary.store.db import Store
from ostiary.store.schema import spent

FILL = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ostiary.store.db import Store
from ostiary.store.errors import StoreError
from ostiary.store.schema import spent

store = Store.open(sys.argv[1])
store.migrate()
# No file may grow beyond this; SQLite writes its log when it commits, so it is the commit that fails.
most = 600_000 + max(file.stat().st_size for file in Path(sys.argv[1].removeprefix("sqlite:///")).parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

def one(number):
    name = f"{number} " + "x" * 1000
    try:
        with store.write() as tx:
            tx.insert(spent, pool_id="p", id=name, expires_at=0)
    except StoreError as error:
        return f"refused {type(error).__name__}"
    return f"acknowledged {number}"

with ThreadPoolExecutor(20) as pool:
    print("\\n".join(pool.map(one, range(1000))))
"""


def test_what_was_acknowledged_is_there_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'full.sqlite3'}"
    run = subprocess.run([sys.executable, "-c", FILL, url], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.split("\n")
    acknowledged = {line.removeprefix("acknowledged ") for line in lines if line.startswith("acknowledged")}
    refused = {line for line in lines if line.startswith("refused")}
    store = Store.open(url)
    with store.read() as tx:
        kept = {row.id.split()[0] for row in tx.all(select(spent.c.id))}
    store.close()
    assert refused == {"refused Unavailable"}
    assert acknowledged
    assert kept == acknowledged
