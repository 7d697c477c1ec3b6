"""The push services: one file for each, and the hand-written list of them."""

from ostiary.delivery.push_services.adm import ADM
from ostiary.delivery.push_services.apns import APNS
from ostiary.delivery.push_services.ended import BAIDU, MPNS, WNS
from ostiary.delivery.push_services.fcm import FCM
from ostiary.delivery.push_services.service import PushService
from ostiary.delivery.push_services.web_push import WEB_PUSH

__all__ = ["PLATFORMS", "PUSH_SERVICES", "PushService"]
PUSH_SERVICES = (ADM, APNS, BAIDU, FCM, MPNS, WEB_PUSH, WNS)
PLATFORMS = {platform: service for service in PUSH_SERVICES for platform in service.platforms}
"""The push service of each platform (`APNS_SANDBOX`)."""
