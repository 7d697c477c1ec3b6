"""Rows of topics, subscriptions, apps, endpoints, and what is owed to them."""
