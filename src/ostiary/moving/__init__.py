"""Carrying users between deployments, and from Amazon Cognito."""
