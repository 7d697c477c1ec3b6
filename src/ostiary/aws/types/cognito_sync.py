"""Types of the cognito-sync service, generated from its model by tools/models.py. Do not edit."""

from __future__ import annotations

from typing import ClassVar, Literal, NotRequired, TypedDict

from ostiary.aws.errors import ServiceError

BulkPublishStatus = Literal["NOT_STARTED", "IN_PROGRESS", "FAILED", "SUCCEEDED"]

Operation = Literal["replace", "remove"]

Platform = Literal["APNS", "APNS_SANDBOX", "GCM", "ADM", "WEBPUSH"]

StreamingStatus = Literal["ENABLED", "DISABLED"]

BulkPublishRequest = TypedDict("BulkPublishRequest", {
    "IdentityPoolId": "str",
})


BulkPublishResponse = TypedDict("BulkPublishResponse", {
    "IdentityPoolId": "NotRequired[str]",
})


CognitoStreams = TypedDict("CognitoStreams", {
    "StreamName": "NotRequired[str]",
    "RoleArn": "NotRequired[str]",
    "StreamingStatus": "NotRequired[StreamingStatus]",
})


Dataset = TypedDict("Dataset", {
    "IdentityId": "NotRequired[str]",
    "DatasetName": "NotRequired[str]",
    "CreationDate": "NotRequired[float]",
    "LastModifiedDate": "NotRequired[float]",
    "LastModifiedBy": "NotRequired[str]",
    "DataStorage": "NotRequired[int]",
    "NumRecords": "NotRequired[int]",
})


DeleteDatasetRequest = TypedDict("DeleteDatasetRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
})


DeleteDatasetResponse = TypedDict("DeleteDatasetResponse", {
    "Dataset": "NotRequired[Dataset]",
})


DescribeDatasetRequest = TypedDict("DescribeDatasetRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
})


DescribeDatasetResponse = TypedDict("DescribeDatasetResponse", {
    "Dataset": "NotRequired[Dataset]",
})


DescribeIdentityPoolUsageRequest = TypedDict("DescribeIdentityPoolUsageRequest", {
    "IdentityPoolId": "str",
})


DescribeIdentityPoolUsageResponse = TypedDict("DescribeIdentityPoolUsageResponse", {
    "IdentityPoolUsage": "NotRequired[IdentityPoolUsage]",
})


DescribeIdentityUsageRequest = TypedDict("DescribeIdentityUsageRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
})


DescribeIdentityUsageResponse = TypedDict("DescribeIdentityUsageResponse", {
    "IdentityUsage": "NotRequired[IdentityUsage]",
})


GetBulkPublishDetailsRequest = TypedDict("GetBulkPublishDetailsRequest", {
    "IdentityPoolId": "str",
})


GetBulkPublishDetailsResponse = TypedDict("GetBulkPublishDetailsResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "BulkPublishStartTime": "NotRequired[float]",
    "BulkPublishCompleteTime": "NotRequired[float]",
    "BulkPublishStatus": "NotRequired[BulkPublishStatus]",
    "FailureMessage": "NotRequired[str]",
})


GetCognitoEventsRequest = TypedDict("GetCognitoEventsRequest", {
    "IdentityPoolId": "str",
})


GetCognitoEventsResponse = TypedDict("GetCognitoEventsResponse", {
    "Events": "NotRequired[dict[str, str]]",
})


GetIdentityPoolConfigurationRequest = TypedDict("GetIdentityPoolConfigurationRequest", {
    "IdentityPoolId": "str",
})


GetIdentityPoolConfigurationResponse = TypedDict("GetIdentityPoolConfigurationResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "PushSync": "NotRequired[PushSync]",
    "CognitoStreams": "NotRequired[CognitoStreams]",
})


IdentityPoolUsage = TypedDict("IdentityPoolUsage", {
    "IdentityPoolId": "NotRequired[str]",
    "SyncSessionsCount": "NotRequired[int]",
    "DataStorage": "NotRequired[int]",
    "LastModifiedDate": "NotRequired[float]",
})


IdentityUsage = TypedDict("IdentityUsage", {
    "IdentityId": "NotRequired[str]",
    "IdentityPoolId": "NotRequired[str]",
    "LastModifiedDate": "NotRequired[float]",
    "DatasetCount": "NotRequired[int]",
    "DataStorage": "NotRequired[int]",
})


ListDatasetsRequest = TypedDict("ListDatasetsRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "NextToken": "NotRequired[str]",
    "MaxResults": "NotRequired[int]",
})


class ListDatasetsResponse(TypedDict):
    Datasets: NotRequired[list[Dataset]]
    Count: NotRequired[int]
    NextToken: NotRequired[str]


class ListIdentityPoolUsageRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListIdentityPoolUsageResponse(TypedDict):
    IdentityPoolUsages: NotRequired[list[IdentityPoolUsage]]
    MaxResults: NotRequired[int]
    Count: NotRequired[int]
    NextToken: NotRequired[str]


ListRecordsRequest = TypedDict("ListRecordsRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
    "LastSyncCount": "NotRequired[int]",
    "NextToken": "NotRequired[str]",
    "MaxResults": "NotRequired[int]",
    "SyncSessionToken": "NotRequired[str]",
})


ListRecordsResponse = TypedDict("ListRecordsResponse", {
    "Records": "NotRequired[list[Record]]",
    "NextToken": "NotRequired[str]",
    "Count": "NotRequired[int]",
    "DatasetSyncCount": "NotRequired[int]",
    "LastModifiedBy": "NotRequired[str]",
    "MergedDatasetNames": "NotRequired[list[str]]",
    "DatasetExists": "NotRequired[bool]",
    "DatasetDeletedAfterRequestedSyncCount": "NotRequired[bool]",
    "SyncSessionToken": "NotRequired[str]",
})


class PushSync(TypedDict):
    ApplicationArns: NotRequired[list[str]]
    RoleArn: NotRequired[str]


class Record(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    SyncCount: NotRequired[int]
    LastModifiedDate: NotRequired[float]
    LastModifiedBy: NotRequired[str]
    DeviceLastModifiedDate: NotRequired[float]


class RecordPatch(TypedDict):
    Op: Operation
    Key: str
    Value: NotRequired[str]
    SyncCount: int
    DeviceLastModifiedDate: NotRequired[float]


RegisterDeviceRequest = TypedDict("RegisterDeviceRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "Platform": "Platform",
    "Token": "str",
})


RegisterDeviceResponse = TypedDict("RegisterDeviceResponse", {
    "DeviceId": "NotRequired[str]",
})


SetCognitoEventsRequest = TypedDict("SetCognitoEventsRequest", {
    "IdentityPoolId": "str",
    "Events": "dict[str, str]",
})


SetIdentityPoolConfigurationRequest = TypedDict("SetIdentityPoolConfigurationRequest", {
    "IdentityPoolId": "str",
    "PushSync": "NotRequired[PushSync]",
    "CognitoStreams": "NotRequired[CognitoStreams]",
})


SetIdentityPoolConfigurationResponse = TypedDict("SetIdentityPoolConfigurationResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "PushSync": "NotRequired[PushSync]",
    "CognitoStreams": "NotRequired[CognitoStreams]",
})


SubscribeToDatasetRequest = TypedDict("SubscribeToDatasetRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
    "DeviceId": "str",
})


class SubscribeToDatasetResponse(TypedDict):
    pass


UnsubscribeFromDatasetRequest = TypedDict("UnsubscribeFromDatasetRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
    "DeviceId": "str",
})


class UnsubscribeFromDatasetResponse(TypedDict):
    pass


UpdateRecordsRequest = TypedDict("UpdateRecordsRequest", {
    "IdentityPoolId": "str",
    "IdentityId": "str",
    "DatasetName": "str",
    "DeviceId": "NotRequired[str]",
    "RecordPatches": "NotRequired[list[RecordPatch]]",
    "SyncSessionToken": "str",
    "ClientContext": "NotRequired[str]",
})


class UpdateRecordsResponse(TypedDict):
    Records: NotRequired[list[Record]]


class AlreadyStreamedException(ServiceError):
    code: ClassVar[str] = "AlreadyStreamedException"
    status: ClassVar[int] = 400


class ConcurrentModificationException(ServiceError):
    code: ClassVar[str] = "ConcurrentModificationException"
    status: ClassVar[int] = 400


class DuplicateRequestException(ServiceError):
    code: ClassVar[str] = "DuplicateRequestException"
    status: ClassVar[int] = 400


class InternalErrorException(ServiceError):
    code: ClassVar[str] = "InternalErrorException"
    status: ClassVar[int] = 500


class InvalidConfigurationException(ServiceError):
    code: ClassVar[str] = "InvalidConfigurationException"
    status: ClassVar[int] = 400


class InvalidLambdaFunctionOutputException(ServiceError):
    code: ClassVar[str] = "InvalidLambdaFunctionOutputException"
    status: ClassVar[int] = 400


class InvalidParameterException(ServiceError):
    code: ClassVar[str] = "InvalidParameterException"
    status: ClassVar[int] = 400


class LambdaThrottledException(ServiceError):
    code: ClassVar[str] = "LambdaThrottledException"
    status: ClassVar[int] = 429


class LimitExceededException(ServiceError):
    code: ClassVar[str] = "LimitExceededException"
    status: ClassVar[int] = 400


class NotAuthorizedException(ServiceError):
    code: ClassVar[str] = "NotAuthorizedException"
    status: ClassVar[int] = 403


class ResourceConflictException(ServiceError):
    code: ClassVar[str] = "ResourceConflictException"
    status: ClassVar[int] = 409


class ResourceNotFoundException(ServiceError):
    code: ClassVar[str] = "ResourceNotFoundException"
    status: ClassVar[int] = 404


class TooManyRequestsException(ServiceError):
    code: ClassVar[str] = "TooManyRequestsException"
    status: ClassVar[int] = 429

