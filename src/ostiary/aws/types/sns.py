"""Types of the sns service, generated from its model by tools/models.py. Do not edit."""

from __future__ import annotations

from typing import ClassVar, Literal, NotRequired, TypedDict

from ostiary.aws.errors import ServiceError

LanguageCodeString = Literal["en-US", "en-GB", "es-419", "es-ES", "de-DE", "fr-CA", "fr-FR", "it-IT", "ja-JP", "pt-BR", "kr-KR", "zh-CN", "zh-TW"]

NumberCapability = Literal["SMS", "MMS", "VOICE"]

RouteType = Literal["Transactional", "Promotional", "Premium"]

SMSSandboxPhoneNumberVerificationStatus = Literal["Pending", "Verified"]

class AddPermissionInput(TypedDict):
    TopicArn: str
    Label: str
    AWSAccountId: list[str]
    ActionName: list[str]


class BatchResultErrorEntry(TypedDict):
    Id: str
    Code: str
    Message: NotRequired[str]
    SenderFault: bool


class CheckIfPhoneNumberIsOptedOutInput(TypedDict):
    phoneNumber: str


class CheckIfPhoneNumberIsOptedOutResponse(TypedDict):
    isOptedOut: NotRequired[bool]


class ConfirmSubscriptionInput(TypedDict):
    TopicArn: str
    Token: str
    AuthenticateOnUnsubscribe: NotRequired[str]


class ConfirmSubscriptionResponse(TypedDict):
    SubscriptionArn: NotRequired[str]


class CreateEndpointResponse(TypedDict):
    EndpointArn: NotRequired[str]


class CreatePlatformApplicationInput(TypedDict):
    Name: str
    Platform: str
    Attributes: dict[str, str]


class CreatePlatformApplicationResponse(TypedDict):
    PlatformApplicationArn: NotRequired[str]


class CreatePlatformEndpointInput(TypedDict):
    PlatformApplicationArn: str
    Token: str
    CustomUserData: NotRequired[str]
    Attributes: NotRequired[dict[str, str]]


CreateSMSSandboxPhoneNumberInput = TypedDict("CreateSMSSandboxPhoneNumberInput", {
    "PhoneNumber": "str",
    "LanguageCode": "NotRequired[LanguageCodeString]",
})


class CreateSMSSandboxPhoneNumberResult(TypedDict):
    pass


class CreateTopicInput(TypedDict):
    Name: str
    Attributes: NotRequired[dict[str, str]]
    Tags: NotRequired[list[Tag]]
    DataProtectionPolicy: NotRequired[str]


class CreateTopicResponse(TypedDict):
    TopicArn: NotRequired[str]


class DeleteEndpointInput(TypedDict):
    EndpointArn: str


class DeletePlatformApplicationInput(TypedDict):
    PlatformApplicationArn: str


DeleteSMSSandboxPhoneNumberInput = TypedDict("DeleteSMSSandboxPhoneNumberInput", {
    "PhoneNumber": "str",
})


class DeleteSMSSandboxPhoneNumberResult(TypedDict):
    pass


class DeleteTopicInput(TypedDict):
    TopicArn: str


class Endpoint(TypedDict):
    EndpointArn: NotRequired[str]
    Attributes: NotRequired[dict[str, str]]


class GetDataProtectionPolicyInput(TypedDict):
    ResourceArn: str


class GetDataProtectionPolicyResponse(TypedDict):
    DataProtectionPolicy: NotRequired[str]


class GetEndpointAttributesInput(TypedDict):
    EndpointArn: str


class GetEndpointAttributesResponse(TypedDict):
    Attributes: NotRequired[dict[str, str]]


class GetPlatformApplicationAttributesInput(TypedDict):
    PlatformApplicationArn: str


class GetPlatformApplicationAttributesResponse(TypedDict):
    Attributes: NotRequired[dict[str, str]]


class GetSMSAttributesInput(TypedDict):
    attributes: NotRequired[list[str]]


class GetSMSAttributesResponse(TypedDict):
    attributes: NotRequired[dict[str, str]]


class GetSMSSandboxAccountStatusInput(TypedDict):
    pass


class GetSMSSandboxAccountStatusResult(TypedDict):
    IsInSandbox: bool


class GetSubscriptionAttributesInput(TypedDict):
    SubscriptionArn: str


class GetSubscriptionAttributesResponse(TypedDict):
    Attributes: NotRequired[dict[str, str]]


class GetTopicAttributesInput(TypedDict):
    TopicArn: str


class GetTopicAttributesResponse(TypedDict):
    Attributes: NotRequired[dict[str, str]]


class ListEndpointsByPlatformApplicationInput(TypedDict):
    PlatformApplicationArn: str
    NextToken: NotRequired[str]


class ListEndpointsByPlatformApplicationResponse(TypedDict):
    Endpoints: NotRequired[list[Endpoint]]
    NextToken: NotRequired[str]


class ListOriginationNumbersRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListOriginationNumbersResult(TypedDict):
    NextToken: NotRequired[str]
    PhoneNumbers: NotRequired[list[PhoneNumberInformation]]


ListPhoneNumbersOptedOutInput = TypedDict("ListPhoneNumbersOptedOutInput", {
    "nextToken": "NotRequired[str]",
})


ListPhoneNumbersOptedOutResponse = TypedDict("ListPhoneNumbersOptedOutResponse", {
    "phoneNumbers": "NotRequired[list[str]]",
    "nextToken": "NotRequired[str]",
})


class ListPlatformApplicationsInput(TypedDict):
    NextToken: NotRequired[str]


class ListPlatformApplicationsResponse(TypedDict):
    PlatformApplications: NotRequired[list[PlatformApplication]]
    NextToken: NotRequired[str]


class ListSMSSandboxPhoneNumbersInput(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListSMSSandboxPhoneNumbersResult(TypedDict):
    PhoneNumbers: list[SMSSandboxPhoneNumber]
    NextToken: NotRequired[str]


class ListSubscriptionsByTopicInput(TypedDict):
    TopicArn: str
    NextToken: NotRequired[str]


class ListSubscriptionsByTopicResponse(TypedDict):
    Subscriptions: NotRequired[list[Subscription]]
    NextToken: NotRequired[str]


class ListSubscriptionsInput(TypedDict):
    NextToken: NotRequired[str]


class ListSubscriptionsResponse(TypedDict):
    Subscriptions: NotRequired[list[Subscription]]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[list[Tag]]


class ListTopicsInput(TypedDict):
    NextToken: NotRequired[str]


class ListTopicsResponse(TypedDict):
    Topics: NotRequired[list[Topic]]
    NextToken: NotRequired[str]


class MessageAttributeValue(TypedDict):
    DataType: str
    StringValue: NotRequired[str]
    BinaryValue: NotRequired[bytes]


class OptInPhoneNumberInput(TypedDict):
    phoneNumber: str


class OptInPhoneNumberResponse(TypedDict):
    pass


PhoneNumberInformation = TypedDict("PhoneNumberInformation", {
    "CreatedAt": "NotRequired[float]",
    "PhoneNumber": "NotRequired[str]",
    "Status": "NotRequired[str]",
    "Iso2CountryCode": "NotRequired[str]",
    "RouteType": "NotRequired[RouteType]",
    "NumberCapabilities": "NotRequired[list[NumberCapability]]",
})


class PlatformApplication(TypedDict):
    PlatformApplicationArn: NotRequired[str]
    Attributes: NotRequired[dict[str, str]]


class PublishBatchInput(TypedDict):
    TopicArn: str
    PublishBatchRequestEntries: list[PublishBatchRequestEntry]


class PublishBatchRequestEntry(TypedDict):
    Id: str
    Message: str
    Subject: NotRequired[str]
    MessageStructure: NotRequired[str]
    MessageAttributes: NotRequired[dict[str, MessageAttributeValue]]
    MessageDeduplicationId: NotRequired[str]
    MessageGroupId: NotRequired[str]


class PublishBatchResponse(TypedDict):
    Successful: NotRequired[list[PublishBatchResultEntry]]
    Failed: NotRequired[list[BatchResultErrorEntry]]


class PublishBatchResultEntry(TypedDict):
    Id: NotRequired[str]
    MessageId: NotRequired[str]
    SequenceNumber: NotRequired[str]


PublishInput = TypedDict("PublishInput", {
    "TopicArn": "NotRequired[str]",
    "TargetArn": "NotRequired[str]",
    "PhoneNumber": "NotRequired[str]",
    "Message": "str",
    "Subject": "NotRequired[str]",
    "MessageStructure": "NotRequired[str]",
    "MessageAttributes": "NotRequired[dict[str, MessageAttributeValue]]",
    "MessageDeduplicationId": "NotRequired[str]",
    "MessageGroupId": "NotRequired[str]",
})


class PublishResponse(TypedDict):
    MessageId: NotRequired[str]
    SequenceNumber: NotRequired[str]


class PutDataProtectionPolicyInput(TypedDict):
    ResourceArn: str
    DataProtectionPolicy: str


class RemovePermissionInput(TypedDict):
    TopicArn: str
    Label: str


SMSSandboxPhoneNumber = TypedDict("SMSSandboxPhoneNumber", {
    "PhoneNumber": "NotRequired[str]",
    "Status": "NotRequired[SMSSandboxPhoneNumberVerificationStatus]",
})


class SetEndpointAttributesInput(TypedDict):
    EndpointArn: str
    Attributes: dict[str, str]


class SetPlatformApplicationAttributesInput(TypedDict):
    PlatformApplicationArn: str
    Attributes: dict[str, str]


class SetSMSAttributesInput(TypedDict):
    attributes: dict[str, str]


class SetSMSAttributesResponse(TypedDict):
    pass


class SetSubscriptionAttributesInput(TypedDict):
    SubscriptionArn: str
    AttributeName: str
    AttributeValue: NotRequired[str]


class SetTopicAttributesInput(TypedDict):
    TopicArn: str
    AttributeName: str
    AttributeValue: NotRequired[str]


SubscribeInput = TypedDict("SubscribeInput", {
    "TopicArn": "str",
    "Protocol": "str",
    "Endpoint": "NotRequired[str]",
    "Attributes": "NotRequired[dict[str, str]]",
    "ReturnSubscriptionArn": "NotRequired[bool]",
})


class SubscribeResponse(TypedDict):
    SubscriptionArn: NotRequired[str]


Subscription = TypedDict("Subscription", {
    "SubscriptionArn": "NotRequired[str]",
    "Owner": "NotRequired[str]",
    "Protocol": "NotRequired[str]",
    "Endpoint": "NotRequired[str]",
    "TopicArn": "NotRequired[str]",
})


class Tag(TypedDict):
    Key: str
    Value: str


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: list[Tag]


class TagResourceResponse(TypedDict):
    pass


class Topic(TypedDict):
    TopicArn: NotRequired[str]


class UnsubscribeInput(TypedDict):
    SubscriptionArn: str


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


VerifySMSSandboxPhoneNumberInput = TypedDict("VerifySMSSandboxPhoneNumberInput", {
    "PhoneNumber": "str",
    "OneTimePassword": "str",
})


class VerifySMSSandboxPhoneNumberResult(TypedDict):
    pass


class AuthorizationErrorException(ServiceError):
    code: ClassVar[str] = "AuthorizationError"
    status: ClassVar[int] = 403


class BatchEntryIdsNotDistinctException(ServiceError):
    code: ClassVar[str] = "BatchEntryIdsNotDistinct"
    status: ClassVar[int] = 400


class BatchRequestTooLongException(ServiceError):
    code: ClassVar[str] = "BatchRequestTooLong"
    status: ClassVar[int] = 400


class ConcurrentAccessException(ServiceError):
    code: ClassVar[str] = "ConcurrentAccess"
    status: ClassVar[int] = 400


class EmptyBatchRequestException(ServiceError):
    code: ClassVar[str] = "EmptyBatchRequest"
    status: ClassVar[int] = 400


class EndpointDisabledException(ServiceError):
    code: ClassVar[str] = "EndpointDisabled"
    status: ClassVar[int] = 400


class FilterPolicyLimitExceededException(ServiceError):
    code: ClassVar[str] = "FilterPolicyLimitExceeded"
    status: ClassVar[int] = 403


class InternalErrorException(ServiceError):
    code: ClassVar[str] = "InternalError"
    status: ClassVar[int] = 500


class InvalidBatchEntryIdException(ServiceError):
    code: ClassVar[str] = "InvalidBatchEntryId"
    status: ClassVar[int] = 400


class InvalidParameterException(ServiceError):
    code: ClassVar[str] = "InvalidParameter"
    status: ClassVar[int] = 400


class InvalidParameterValueException(ServiceError):
    code: ClassVar[str] = "ParameterValueInvalid"
    status: ClassVar[int] = 400


class InvalidSecurityException(ServiceError):
    code: ClassVar[str] = "InvalidSecurity"
    status: ClassVar[int] = 403


class InvalidStateException(ServiceError):
    code: ClassVar[str] = "InvalidState"
    status: ClassVar[int] = 400


class KMSAccessDeniedException(ServiceError):
    code: ClassVar[str] = "KMSAccessDenied"
    status: ClassVar[int] = 400


class KMSDisabledException(ServiceError):
    code: ClassVar[str] = "KMSDisabled"
    status: ClassVar[int] = 400


class KMSInvalidStateException(ServiceError):
    code: ClassVar[str] = "KMSInvalidState"
    status: ClassVar[int] = 400


class KMSNotFoundException(ServiceError):
    code: ClassVar[str] = "KMSNotFound"
    status: ClassVar[int] = 400


class KMSOptInRequired(ServiceError):
    code: ClassVar[str] = "KMSOptInRequired"
    status: ClassVar[int] = 403


class KMSThrottlingException(ServiceError):
    code: ClassVar[str] = "KMSThrottling"
    status: ClassVar[int] = 400


class NotFoundException(ServiceError):
    code: ClassVar[str] = "NotFound"
    status: ClassVar[int] = 404


class OptedOutException(ServiceError):
    code: ClassVar[str] = "OptedOut"
    status: ClassVar[int] = 400


class PlatformApplicationDisabledException(ServiceError):
    code: ClassVar[str] = "PlatformApplicationDisabled"
    status: ClassVar[int] = 400


class ReplayLimitExceededException(ServiceError):
    code: ClassVar[str] = "ReplayLimitExceeded"
    status: ClassVar[int] = 403


class ResourceNotFoundException(ServiceError):
    code: ClassVar[str] = "ResourceNotFound"
    status: ClassVar[int] = 404


class StaleTagException(ServiceError):
    code: ClassVar[str] = "StaleTag"
    status: ClassVar[int] = 400


class SubscriptionLimitExceededException(ServiceError):
    code: ClassVar[str] = "SubscriptionLimitExceeded"
    status: ClassVar[int] = 403


class TagLimitExceededException(ServiceError):
    code: ClassVar[str] = "TagLimitExceeded"
    status: ClassVar[int] = 400


class TagPolicyException(ServiceError):
    code: ClassVar[str] = "TagPolicy"
    status: ClassVar[int] = 400


class ThrottledException(ServiceError):
    code: ClassVar[str] = "Throttled"
    status: ClassVar[int] = 429


class TooManyEntriesInBatchRequestException(ServiceError):
    code: ClassVar[str] = "TooManyEntriesInBatchRequest"
    status: ClassVar[int] = 400


class TopicLimitExceededException(ServiceError):
    code: ClassVar[str] = "TopicLimitExceeded"
    status: ClassVar[int] = 403


class UserErrorException(ServiceError):
    code: ClassVar[str] = "UserError"
    status: ClassVar[int] = 400


class ValidationException(ServiceError):
    code: ClassVar[str] = "ValidationException"
    status: ClassVar[int] = 400


class VerificationException(ServiceError):
    code: ClassVar[str] = "VerificationException"
    status: ClassVar[int] = 400

