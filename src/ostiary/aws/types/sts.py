"""Types of the sts service, generated from its model by tools/models.py. Do not edit."""

from __future__ import annotations

from typing import ClassVar, Literal, NotRequired, TypedDict

from ostiary.aws.errors import ServiceError

webIdentityTokenSubjectModeType = Literal["AWSIdentity", "OriginIdentity"]

class AssumeRoleRequest(TypedDict):
    RoleArn: str
    RoleSessionName: str
    PolicyArns: NotRequired[list[PolicyDescriptorType]]
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    Tags: NotRequired[list[Tag]]
    TransitiveTagKeys: NotRequired[list[str]]
    ExternalId: NotRequired[str]
    SerialNumber: NotRequired[str]
    TokenCode: NotRequired[str]
    SourceIdentity: NotRequired[str]
    ProvidedContexts: NotRequired[list[ProvidedContext]]
    MinimumSessionTokenSize: NotRequired[int]


AssumeRoleResponse = TypedDict("AssumeRoleResponse", {
    "Credentials": "NotRequired[Credentials]",
    "AssumedRoleUser": "NotRequired[AssumedRoleUser]",
    "PackedPolicySize": "NotRequired[int]",
    "SourceIdentity": "NotRequired[str]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
})


class AssumeRoleWithSAMLRequest(TypedDict):
    RoleArn: str
    PrincipalArn: str
    SAMLAssertion: str
    PolicyArns: NotRequired[list[PolicyDescriptorType]]
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    MinimumSessionTokenSize: NotRequired[int]


AssumeRoleWithSAMLResponse = TypedDict("AssumeRoleWithSAMLResponse", {
    "Credentials": "NotRequired[Credentials]",
    "AssumedRoleUser": "NotRequired[AssumedRoleUser]",
    "PackedPolicySize": "NotRequired[int]",
    "Subject": "NotRequired[str]",
    "SubjectType": "NotRequired[str]",
    "Issuer": "NotRequired[str]",
    "Audience": "NotRequired[str]",
    "NameQualifier": "NotRequired[str]",
    "SourceIdentity": "NotRequired[str]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
    "TrustedIdentityPropagationContext": "NotRequired[TrustedIdentityPropagationContext]",
})


class AssumeRoleWithWebIdentityRequest(TypedDict):
    RoleArn: str
    RoleSessionName: str
    WebIdentityToken: str
    ProviderId: NotRequired[str]
    PolicyArns: NotRequired[list[PolicyDescriptorType]]
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    MinimumSessionTokenSize: NotRequired[int]


AssumeRoleWithWebIdentityResponse = TypedDict("AssumeRoleWithWebIdentityResponse", {
    "Credentials": "NotRequired[Credentials]",
    "SubjectFromWebIdentityToken": "NotRequired[str]",
    "AssumedRoleUser": "NotRequired[AssumedRoleUser]",
    "PackedPolicySize": "NotRequired[int]",
    "Provider": "NotRequired[str]",
    "Audience": "NotRequired[str]",
    "SourceIdentity": "NotRequired[str]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
    "TrustedIdentityPropagationContext": "NotRequired[TrustedIdentityPropagationContext]",
})


class AssumeRootRequest(TypedDict):
    TargetPrincipal: str
    TaskPolicyArn: PolicyDescriptorType
    DurationSeconds: NotRequired[int]
    MinimumSessionTokenSize: NotRequired[int]


AssumeRootResponse = TypedDict("AssumeRootResponse", {
    "Credentials": "NotRequired[Credentials]",
    "SourceIdentity": "NotRequired[str]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
})


class AssumedRoleUser(TypedDict):
    AssumedRoleId: str
    Arn: str


class Credentials(TypedDict):
    AccessKeyId: str
    SecretAccessKey: str
    SessionToken: str
    Expiration: float


class DecodeAuthorizationMessageRequest(TypedDict):
    EncodedMessage: str


class DecodeAuthorizationMessageResponse(TypedDict):
    DecodedMessage: NotRequired[str]


class FederatedUser(TypedDict):
    FederatedUserId: str
    Arn: str


class GetAccessKeyInfoRequest(TypedDict):
    AccessKeyId: str


class GetAccessKeyInfoResponse(TypedDict):
    Account: NotRequired[str]


class GetCallerIdentityRequest(TypedDict):
    pass


class GetCallerIdentityResponse(TypedDict):
    UserId: NotRequired[str]
    Account: NotRequired[str]
    Arn: NotRequired[str]


class GetDelegatedAccessTokenRequest(TypedDict):
    TradeInToken: str


GetDelegatedAccessTokenResponse = TypedDict("GetDelegatedAccessTokenResponse", {
    "Credentials": "NotRequired[Credentials]",
    "PackedPolicySize": "NotRequired[int]",
    "AssumedPrincipal": "NotRequired[str]",
})


class GetFederationTokenRequest(TypedDict):
    Name: str
    Policy: NotRequired[str]
    PolicyArns: NotRequired[list[PolicyDescriptorType]]
    DurationSeconds: NotRequired[int]
    Tags: NotRequired[list[Tag]]
    MinimumSessionTokenSize: NotRequired[int]


GetFederationTokenResponse = TypedDict("GetFederationTokenResponse", {
    "Credentials": "NotRequired[Credentials]",
    "FederatedUser": "NotRequired[FederatedUser]",
    "PackedPolicySize": "NotRequired[int]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
})


class GetScopedCredentialsRequest(TypedDict):
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    MinimumSessionTokenSize: NotRequired[int]
    ScopedSessionDescription: NotRequired[str]


GetScopedCredentialsResponse = TypedDict("GetScopedCredentialsResponse", {
    "Credentials": "NotRequired[Credentials]",
    "SessionInfo": "NotRequired[ScopedSession]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
    "ScopedPoliciesCount": "NotRequired[int]",
    "SourceIdentity": "NotRequired[str]",
})


class GetSessionTokenRequest(TypedDict):
    DurationSeconds: NotRequired[int]
    SerialNumber: NotRequired[str]
    TokenCode: NotRequired[str]
    MinimumSessionTokenSize: NotRequired[int]


GetSessionTokenResponse = TypedDict("GetSessionTokenResponse", {
    "Credentials": "NotRequired[Credentials]",
    "SessionTokenUtilization": "NotRequired[int]",
    "SessionTokenSize": "NotRequired[int]",
})


GetWebIdentityTokenRequest = TypedDict("GetWebIdentityTokenRequest", {
    "Audience": "list[str]",
    "DurationSeconds": "NotRequired[int]",
    "SigningAlgorithm": "str",
    "Scope": "NotRequired[str]",
    "SubjectMode": "NotRequired[webIdentityTokenSubjectModeType]",
    "Tags": "NotRequired[list[Tag]]",
})


class GetWebIdentityTokenResponse(TypedDict):
    WebIdentityToken: NotRequired[str]
    Expiration: NotRequired[float]


OriginIdentity = TypedDict("OriginIdentity", {
    "Subject": "NotRequired[str]",
    "SubjectType": "NotRequired[str]",
    "Issuer": "NotRequired[str]",
    "FederatedProviderArn": "NotRequired[str]",
})


class PolicyDescriptorType(TypedDict):
    arn: NotRequired[str]


class ProvidedContext(TypedDict):
    ProviderArn: NotRequired[str]
    ContextAssertion: NotRequired[str]


class ScopedSession(TypedDict):
    ScopedSessionId: str
    Arn: str


class Tag(TypedDict):
    Key: str
    Value: str


class TransactionContext(TypedDict):
    IdentityProvider: NotRequired[dict[str, str]]


TrustedIdentityPropagationContext = TypedDict("TrustedIdentityPropagationContext", {
    "OriginIdentity": "NotRequired[OriginIdentity]",
    "TransactionContext": "NotRequired[TransactionContext]",
})


class ExpiredTokenException(ServiceError):
    code: ClassVar[str] = "ExpiredTokenException"
    status: ClassVar[int] = 400


class ExpiredTradeInTokenException(ServiceError):
    code: ClassVar[str] = "ExpiredTradeInTokenException"
    status: ClassVar[int] = 400


class IDPCommunicationErrorException(ServiceError):
    code: ClassVar[str] = "IDPCommunicationError"
    status: ClassVar[int] = 400


class IDPRejectedClaimException(ServiceError):
    code: ClassVar[str] = "IDPRejectedClaim"
    status: ClassVar[int] = 403


class InsufficientSessionLifetimeException(ServiceError):
    code: ClassVar[str] = "InsufficientSessionLifetime"
    status: ClassVar[int] = 400


class InvalidAuthorizationMessageException(ServiceError):
    code: ClassVar[str] = "InvalidAuthorizationMessageException"
    status: ClassVar[int] = 400


class InvalidContextAssertionException(ServiceError):
    code: ClassVar[str] = "InvalidContextAssertion"
    status: ClassVar[int] = 400


class InvalidIdentityTokenException(ServiceError):
    code: ClassVar[str] = "InvalidIdentityToken"
    status: ClassVar[int] = 400


class InvalidSubjectCredentialsException(ServiceError):
    code: ClassVar[str] = "InvalidSubjectCredentials"
    status: ClassVar[int] = 400


class JWTPayloadSizeExceededException(ServiceError):
    code: ClassVar[str] = "JWTPayloadSizeExceededException"
    status: ClassVar[int] = 400


class MalformedPolicyDocumentException(ServiceError):
    code: ClassVar[str] = "MalformedPolicyDocument"
    status: ClassVar[int] = 400


class OutboundWebIdentityFederationDisabledException(ServiceError):
    code: ClassVar[str] = "OutboundWebIdentityFederationDisabledException"
    status: ClassVar[int] = 403


class PackedPolicyTooLargeException(ServiceError):
    code: ClassVar[str] = "PackedPolicyTooLarge"
    status: ClassVar[int] = 400


class RegionDisabledException(ServiceError):
    code: ClassVar[str] = "RegionDisabledException"
    status: ClassVar[int] = 403


class SessionDurationEscalationException(ServiceError):
    code: ClassVar[str] = "SessionDurationEscalationException"
    status: ClassVar[int] = 403

