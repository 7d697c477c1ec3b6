"""Push services that take nothing any more, or not from here."""

from ostiary.delivery.push_services.service import PushService


def _titled(text: str) -> object:
    return {"title": text, "description": text}


BAIDU = PushService(platforms=frozenset({"BAIDU"}), plain=_titled)
MPNS = PushService(platforms=frozenset({"MPNS"}), plain=str, takes_objects=False)
WNS = PushService(platforms=frozenset({"WNS"}), plain=str, takes_objects=False)
