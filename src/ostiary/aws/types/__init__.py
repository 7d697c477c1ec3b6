"""Types generated from the service models, one module per service."""
