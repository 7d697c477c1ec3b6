"""How a process runs: settings, where they come from, and what they must hold."""

from ostiary.config.loading import load_settings, misspelt_variables, wants_json
from ostiary.config.metrics import metrics_are_shared, share_metrics
from ostiary.config.settings import LOOPBACK, Settings, SettingsError

__all__ = [
    "LOOPBACK",
    "Settings",
    "SettingsError",
    "load_settings",
    "metrics_are_shared",
    "misspelt_variables",
    "share_metrics",
    "wants_json",
]
