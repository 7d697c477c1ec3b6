"""Whether several processes add their metrics up: prometheus-client is told by the environment, before its import."""

import os

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(folder: str) -> None:
    """Have the metrics of the processes that start from now on added up in a folder; prometheus-client's own way."""
    os.environ[_FOLDER] = folder


def metrics_are_shared() -> bool:
    """Whether this process adds its metrics to those of others."""
    return _FOLDER in os.environ
