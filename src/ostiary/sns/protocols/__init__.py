"""How subscriptions are told: one file per protocol, and the hand-written list of them."""

from ostiary.aws.types.sns import InvalidParameterException
from ostiary.sns.protocols.application import Application
from ostiary.sns.protocols.email import Email
from ostiary.sns.protocols.functions import Functions
from ostiary.sns.protocols.http import Http
from ostiary.sns.protocols.protocol import SubscriptionProtocol
from ostiary.sns.protocols.sms import Sms
from ostiary.sns.protocols.sqs import Sqs

PROTOCOLS: tuple[SubscriptionProtocol, ...] = (Application(), Email(), Functions(), Http(), Sms(), Sqs())


def protocol_of(name: str) -> SubscriptionProtocol:
    """Return the protocol of a name (`https`); raises InvalidParameterException."""
    for protocol in PROTOCOLS:
        if name in protocol.names:
            return protocol
    raise InvalidParameterException(f"Invalid parameter: Amazon SNS does not support this protocol string: {name}")
