"""SNS: apps of push services, their endpoints, topics, subscriptions, and publishing to all of them and to phones."""

from ostiary.sns import applications, endpoints, permissions, publish, sms, subscriptions, tags, topics

__all__ = ["applications", "endpoints", "permissions", "publish", "sms", "subscriptions", "tags", "topics"]
