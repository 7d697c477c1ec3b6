"""Rows of Cognito Sync: datasets, records, streams, devices."""
