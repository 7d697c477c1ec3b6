"""Types of the cognito-identity service, generated from its model by tools/models.py. Do not edit."""

from __future__ import annotations

from typing import ClassVar, Literal, NotRequired, TypedDict

from ostiary.aws.errors import ServiceError

AmbiguousRoleResolutionType = Literal["AuthenticatedRole", "Deny"]

ErrorCode = Literal["AccessDenied", "InternalServerError"]

MappingRuleMatchType = Literal["Equals", "Contains", "StartsWith", "NotEqual"]

RoleMappingType = Literal["Token", "Rules"]

class CognitoIdentityProvider(TypedDict):
    ProviderName: NotRequired[str]
    ClientId: NotRequired[str]
    ServerSideTokenCheck: NotRequired[bool]


CreateIdentityPoolInput = TypedDict("CreateIdentityPoolInput", {
    "IdentityPoolName": "str",
    "AllowUnauthenticatedIdentities": "bool",
    "AllowClassicFlow": "NotRequired[bool]",
    "SupportedLoginProviders": "NotRequired[dict[str, str]]",
    "DeveloperProviderName": "NotRequired[str]",
    "OpenIdConnectProviderARNs": "NotRequired[list[str]]",
    "CognitoIdentityProviders": "NotRequired[list[CognitoIdentityProvider]]",
    "SamlProviderARNs": "NotRequired[list[str]]",
    "IdentityPoolTags": "NotRequired[dict[str, str]]",
})


class Credentials(TypedDict):
    AccessKeyId: NotRequired[str]
    SecretKey: NotRequired[str]
    SessionToken: NotRequired[str]
    Expiration: NotRequired[float]


class DeleteIdentitiesInput(TypedDict):
    IdentityIdsToDelete: list[str]


class DeleteIdentitiesResponse(TypedDict):
    UnprocessedIdentityIds: NotRequired[list[UnprocessedIdentityId]]


DeleteIdentityPoolInput = TypedDict("DeleteIdentityPoolInput", {
    "IdentityPoolId": "str",
})


DescribeIdentityInput = TypedDict("DescribeIdentityInput", {
    "IdentityId": "str",
})


DescribeIdentityPoolInput = TypedDict("DescribeIdentityPoolInput", {
    "IdentityPoolId": "str",
})


GetCredentialsForIdentityInput = TypedDict("GetCredentialsForIdentityInput", {
    "IdentityId": "str",
    "Logins": "NotRequired[dict[str, str]]",
    "CustomRoleArn": "NotRequired[str]",
})


GetCredentialsForIdentityResponse = TypedDict("GetCredentialsForIdentityResponse", {
    "IdentityId": "NotRequired[str]",
    "Credentials": "NotRequired[Credentials]",
})


GetIdInput = TypedDict("GetIdInput", {
    "AccountId": "NotRequired[str]",
    "IdentityPoolId": "str",
    "Logins": "NotRequired[dict[str, str]]",
})


GetIdResponse = TypedDict("GetIdResponse", {
    "IdentityId": "NotRequired[str]",
})


GetIdentityPoolRolesInput = TypedDict("GetIdentityPoolRolesInput", {
    "IdentityPoolId": "str",
})


GetIdentityPoolRolesResponse = TypedDict("GetIdentityPoolRolesResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "Roles": "NotRequired[dict[str, str]]",
    "RoleMappings": "NotRequired[dict[str, RoleMapping]]",
})


GetOpenIdTokenForDeveloperIdentityInput = TypedDict("GetOpenIdTokenForDeveloperIdentityInput", {
    "IdentityPoolId": "str",
    "IdentityId": "NotRequired[str]",
    "Logins": "dict[str, str]",
    "PrincipalTags": "NotRequired[dict[str, str]]",
    "TokenDuration": "NotRequired[int]",
})


GetOpenIdTokenForDeveloperIdentityResponse = TypedDict("GetOpenIdTokenForDeveloperIdentityResponse", {
    "IdentityId": "NotRequired[str]",
    "Token": "NotRequired[str]",
})


GetOpenIdTokenInput = TypedDict("GetOpenIdTokenInput", {
    "IdentityId": "str",
    "Logins": "NotRequired[dict[str, str]]",
})


GetOpenIdTokenResponse = TypedDict("GetOpenIdTokenResponse", {
    "IdentityId": "NotRequired[str]",
    "Token": "NotRequired[str]",
})


GetPrincipalTagAttributeMapInput = TypedDict("GetPrincipalTagAttributeMapInput", {
    "IdentityPoolId": "str",
    "IdentityProviderName": "str",
})


GetPrincipalTagAttributeMapResponse = TypedDict("GetPrincipalTagAttributeMapResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "IdentityProviderName": "NotRequired[str]",
    "UseDefaults": "NotRequired[bool]",
    "PrincipalTags": "NotRequired[dict[str, str]]",
})


IdentityDescription = TypedDict("IdentityDescription", {
    "IdentityId": "NotRequired[str]",
    "Logins": "NotRequired[list[str]]",
    "CreationDate": "NotRequired[float]",
    "LastModifiedDate": "NotRequired[float]",
})


IdentityPool = TypedDict("IdentityPool", {
    "IdentityPoolId": "str",
    "IdentityPoolName": "str",
    "AllowUnauthenticatedIdentities": "bool",
    "AllowClassicFlow": "NotRequired[bool]",
    "SupportedLoginProviders": "NotRequired[dict[str, str]]",
    "DeveloperProviderName": "NotRequired[str]",
    "OpenIdConnectProviderARNs": "NotRequired[list[str]]",
    "CognitoIdentityProviders": "NotRequired[list[CognitoIdentityProvider]]",
    "SamlProviderARNs": "NotRequired[list[str]]",
    "IdentityPoolTags": "NotRequired[dict[str, str]]",
})


IdentityPoolShortDescription = TypedDict("IdentityPoolShortDescription", {
    "IdentityPoolId": "NotRequired[str]",
    "IdentityPoolName": "NotRequired[str]",
})


ListIdentitiesInput = TypedDict("ListIdentitiesInput", {
    "IdentityPoolId": "str",
    "MaxResults": "int",
    "NextToken": "NotRequired[str]",
    "HideDisabled": "NotRequired[bool]",
})


ListIdentitiesResponse = TypedDict("ListIdentitiesResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "Identities": "NotRequired[list[IdentityDescription]]",
    "NextToken": "NotRequired[str]",
})


class ListIdentityPoolsInput(TypedDict):
    MaxResults: int
    NextToken: NotRequired[str]


class ListIdentityPoolsResponse(TypedDict):
    IdentityPools: NotRequired[list[IdentityPoolShortDescription]]
    NextToken: NotRequired[str]


class ListTagsForResourceInput(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


LookupDeveloperIdentityInput = TypedDict("LookupDeveloperIdentityInput", {
    "IdentityPoolId": "str",
    "IdentityId": "NotRequired[str]",
    "DeveloperUserIdentifier": "NotRequired[str]",
    "MaxResults": "NotRequired[int]",
    "NextToken": "NotRequired[str]",
})


LookupDeveloperIdentityResponse = TypedDict("LookupDeveloperIdentityResponse", {
    "IdentityId": "NotRequired[str]",
    "DeveloperUserIdentifierList": "NotRequired[list[str]]",
    "NextToken": "NotRequired[str]",
})


class MappingRule(TypedDict):
    Claim: str
    MatchType: MappingRuleMatchType
    Value: str
    RoleARN: str


MergeDeveloperIdentitiesInput = TypedDict("MergeDeveloperIdentitiesInput", {
    "SourceUserIdentifier": "str",
    "DestinationUserIdentifier": "str",
    "DeveloperProviderName": "str",
    "IdentityPoolId": "str",
})


MergeDeveloperIdentitiesResponse = TypedDict("MergeDeveloperIdentitiesResponse", {
    "IdentityId": "NotRequired[str]",
})


class RoleMapping(TypedDict):
    Type: RoleMappingType
    AmbiguousRoleResolution: NotRequired[AmbiguousRoleResolutionType]
    RulesConfiguration: NotRequired[RulesConfigurationType]


class RulesConfigurationType(TypedDict):
    Rules: list[MappingRule]


SetIdentityPoolRolesInput = TypedDict("SetIdentityPoolRolesInput", {
    "IdentityPoolId": "str",
    "Roles": "dict[str, str]",
    "RoleMappings": "NotRequired[dict[str, RoleMapping]]",
})


SetPrincipalTagAttributeMapInput = TypedDict("SetPrincipalTagAttributeMapInput", {
    "IdentityPoolId": "str",
    "IdentityProviderName": "str",
    "UseDefaults": "NotRequired[bool]",
    "PrincipalTags": "NotRequired[dict[str, str]]",
})


SetPrincipalTagAttributeMapResponse = TypedDict("SetPrincipalTagAttributeMapResponse", {
    "IdentityPoolId": "NotRequired[str]",
    "IdentityProviderName": "NotRequired[str]",
    "UseDefaults": "NotRequired[bool]",
    "PrincipalTags": "NotRequired[dict[str, str]]",
})


class TagResourceInput(TypedDict):
    ResourceArn: str
    Tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


UnlinkDeveloperIdentityInput = TypedDict("UnlinkDeveloperIdentityInput", {
    "IdentityId": "str",
    "IdentityPoolId": "str",
    "DeveloperProviderName": "str",
    "DeveloperUserIdentifier": "str",
})


UnlinkIdentityInput = TypedDict("UnlinkIdentityInput", {
    "IdentityId": "str",
    "Logins": "dict[str, str]",
    "LoginsToRemove": "list[str]",
})


UnprocessedIdentityId = TypedDict("UnprocessedIdentityId", {
    "IdentityId": "NotRequired[str]",
    "ErrorCode": "NotRequired[ErrorCode]",
})


class UntagResourceInput(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class ConcurrentModificationException(ServiceError):
    code: ClassVar[str] = "ConcurrentModificationException"
    status: ClassVar[int] = 400


class DeveloperUserAlreadyRegisteredException(ServiceError):
    code: ClassVar[str] = "DeveloperUserAlreadyRegisteredException"
    status: ClassVar[int] = 400


class ExternalServiceException(ServiceError):
    code: ClassVar[str] = "ExternalServiceException"
    status: ClassVar[int] = 400


class InternalErrorException(ServiceError):
    code: ClassVar[str] = "InternalErrorException"
    status: ClassVar[int] = 500


class InvalidIdentityPoolConfigurationException(ServiceError):
    code: ClassVar[str] = "InvalidIdentityPoolConfigurationException"
    status: ClassVar[int] = 400


class InvalidParameterException(ServiceError):
    code: ClassVar[str] = "InvalidParameterException"
    status: ClassVar[int] = 400


class LimitExceededException(ServiceError):
    code: ClassVar[str] = "LimitExceededException"
    status: ClassVar[int] = 400


class NotAuthorizedException(ServiceError):
    code: ClassVar[str] = "NotAuthorizedException"
    status: ClassVar[int] = 400


class ResourceConflictException(ServiceError):
    code: ClassVar[str] = "ResourceConflictException"
    status: ClassVar[int] = 400


class ResourceNotFoundException(ServiceError):
    code: ClassVar[str] = "ResourceNotFoundException"
    status: ClassVar[int] = 400


class TooManyRequestsException(ServiceError):
    code: ClassVar[str] = "TooManyRequestsException"
    status: ClassVar[int] = 400

