"""`ostiary demo`: the main job, once, with real clients against real servers on loopback."""

import tempfile
from pathlib import Path

from ostiary.demo.narrator import Narrator
from ostiary.demo.servers import running_servers
from ostiary.demo.steps import STEPS
from ostiary.demo.world import build_world


def run() -> int:
    """Walk through every step and return the exit code: 0 only when each did what it says."""
    narrator = Narrator()
    with (
        tempfile.TemporaryDirectory(prefix="ostiary-demo-") as folder,
        running_servers(Path(folder), narrator) as servers,
    ):
        world = build_world(servers, narrator)
        for step in STEPS:
            narrator.step(step.__doc__ or step.__name__)
            step(world, narrator)
    return narrator.summary()
