"""Cognito Sync: datasets of identities on all their devices; importing this package registers its operations."""

from ostiary.sync import configuration, datasets, devices, events, publish, records, usage

__all__ = ["configuration", "datasets", "devices", "events", "publish", "records", "usage"]
