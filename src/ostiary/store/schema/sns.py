"""Push endpoints, topics, texts, and what is owed to each."""

from sqlalchemy import BigInteger, Boolean, Column, Index

from ostiary.store.schema.columns import sealed, table, text, when

platform_applications = table(
    "platform_applications",
    ("account_id", "arn"),
    text("account_id"),
    text("arn"),
    text("attributes"),
    sealed("sealed", "platform-credential"),
    when("created_at"),
)
"""Apps of a push service; `sealed` is what the service knows the sender by."""
platform_endpoints = table(
    "platform_endpoints",
    ("account_id", "arn"),
    text("account_id"),
    text("arn"),
    text("application_arn"),
    text("token_key"),
    sealed("sealed", "device-token"),
    Column("enabled", Boolean, nullable=False),
    text("user_data"),
    when("created_at"),
    when("modified_at"),
    Index(None, "account_id", "application_arn", "token_key", unique=True),
    Index(None, "account_id", "application_arn", "arn"),
    in_bites=("platform_application",),
)
"""Apps on devices: `sealed` is the token that a push service knows the device by, `token_key` a hash of it."""
push_queues = table(
    "push_queues",
    ("account_id", "endpoint_arn"),
    text("account_id"),
    text("endpoint_arn"),
    text("application_arn"),
    when("due_at"),
    Column("failures", BigInteger, nullable=False),
    Index(None, "application_arn", "due_at"),
)
"""Endpoints that are owed pushes; `due_at` is a lease's end while somebody sends them."""
pushes = table(
    "pushes",
    ("account_id", "endpoint_arn", "push_id"),
    text("account_id"),
    text("endpoint_arn"),
    text("push_id"),
    text("collapse_key"),
    sealed("sealed", "push"),
    when("expires_at"),
    Index(None, "account_id", "endpoint_arn", "collapse_key", unique=True),
)
"""The outbox of pushes. `push_id` sorts by the time it was made; `collapse_key` is the id itself where a push does not
take the place of others."""
topics = table(
    "topics",
    ("account_id", "arn"),
    text("account_id"),
    text("arn"),
    text("attributes"),
    text("tags"),
    Column("sequence", BigInteger, nullable=False),
    when("created_at"),
    Column("joined", BigInteger, nullable=False, server_default="0"),
)
"""`attributes` are those that were set; `sequence` counts what was published to a FIFO topic, `joined` how many
subscriptions were ever confirmed."""
topic_subscriptions = table(
    "topic_subscriptions",
    ("account_id", "topic_arn", "arn"),
    text("account_id"),
    text("topic_arn"),
    text("arn"),
    text("owner"),
    text("principal"),
    text("protocol"),
    text("endpoint"),
    text("endpoint_key"),
    text("attributes"),
    Column("confirmed", Boolean, nullable=False),
    Column("authenticated", Boolean, nullable=False),
    Column("guarded", Boolean, nullable=False),
    when("asked_at"),
    Column("joined", BigInteger, nullable=False, server_default="0"),
    Index("ix_topic_subscriptions_endpoint", "account_id", "topic_arn", "protocol", "endpoint_key", unique=True),
    Index(None, "owner", "arn"),
    in_bites=("topic",),
)
"""`account_id` is the topic's, `owner` the subscriber's; `endpoint_key` is a hash, because endpoints may be long;
`joined` is its number among the topic's confirmed ones."""
publications = table(
    "publications",
    ("account_id", "topic_arn", "publication_id"),
    text("account_id"),
    text("topic_arn"),
    text("publication_id"),
    sealed("sealed", "publication"),
    text("after"),
    when("due_at"),
    Column("joined", BigInteger, nullable=False, server_default=str(2**63 - 1)),
    Index(None, "due_at"),
    in_bites=("topic",),
)
"""Messages that subscriptions still have to be told of: those up to the ARN in `after` were, those behind the number
`joined` came too late (a version that does not count them tells all). Ids sort by time."""
topic_deliveries = table(
    "topic_deliveries",
    ("account_id", "subscription_arn", "delivery_id"),
    text("account_id"),
    text("subscription_arn"),
    text("delivery_id"),
    text("destination"),
    sealed("sealed", "delivery"),
    Column("ordered", Boolean, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    when("due_at"),
    Index(None, "due_at"),
)
"""What is owed to addresses and queues; `ordered` ones wait for those before them. Ids sort by time."""
sms_preferences = table("sms_preferences", ("account_id",), text("account_id"), text("attributes"))
"""How an account sends SMS, in SNS's wire shape."""
opted_out_numbers = table(
    "opted_out_numbers",
    ("account_id", "phone_number"),
    text("account_id"),
    text("phone_number"),
    when("opted_out_at"),
)
"""Phones whose owners want no messages of an account."""
