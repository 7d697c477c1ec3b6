"""Types of the cognito-idp service, generated from its model by tools/models.py. Do not edit."""

from __future__ import annotations

from typing import ClassVar, Literal, NotRequired, TypedDict

from ostiary.aws.errors import ServiceError

AccountTakeoverEventActionType = Literal["BLOCK", "MFA_IF_CONFIGURED", "MFA_REQUIRED", "NO_ACTION"]

AdvancedSecurityEnabledModeType = Literal["AUDIT", "ENFORCED"]

AdvancedSecurityModeType = Literal["OFF", "AUDIT", "ENFORCED"]

AliasAttributeType = Literal["phone_number", "email", "preferred_username"]

AssetCategoryType = Literal["FAVICON_ICO", "FAVICON_SVG", "EMAIL_GRAPHIC", "SMS_GRAPHIC", "AUTH_APP_GRAPHIC", "PASSWORD_GRAPHIC", "PASSKEY_GRAPHIC", "PAGE_HEADER_LOGO", "PAGE_HEADER_BACKGROUND", "PAGE_FOOTER_LOGO", "PAGE_FOOTER_BACKGROUND", "PAGE_BACKGROUND", "FORM_BACKGROUND", "FORM_LOGO", "IDP_BUTTON_ICON"]

AssetExtensionType = Literal["ICO", "JPEG", "PNG", "SVG", "WEBP"]

AttributeDataType = Literal["String", "Number", "DateTime", "Boolean"]

AuthFactorType = Literal["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN"]

AuthFlowType = Literal["USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH"]

CIMDCacheActionType = Literal["REFRESH", "INVALIDATE"]

ChallengeName = Literal["Password", "Mfa"]

ChallengeNameType = Literal["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH", "NEW_PASSWORD_REQUIRED", "SMS_OTP", "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP"]

ChallengeResponse = Literal["Success", "Failure"]

ClientTypeType = Literal["REGULAR", "DCR"]

ColorSchemeModeType = Literal["LIGHT", "DARK", "DYNAMIC"]

CompromisedCredentialsEventActionType = Literal["BLOCK", "NO_ACTION"]

CustomEmailSenderLambdaVersionType = Literal["V1_0"]

CustomSMSSenderLambdaVersionType = Literal["V1_0"]

DefaultEmailOptionType = Literal["CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE"]

DeletionProtectionType = Literal["ACTIVE", "INACTIVE"]

DeliveryMediumType = Literal["SMS", "EMAIL"]

DeviceRememberedStatusType = Literal["remembered", "not_remembered"]

DomainStatusType = Literal["CREATING", "DELETING", "UPDATING", "ACTIVE", "FAILED"]

EmailSendingAccountType = Literal["COGNITO_DEFAULT", "DEVELOPER"]

EncryptionKeyType = Literal["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KEY"]

EventFilterType = Literal["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]

EventResponseType = Literal["Pass", "Fail", "InProgress"]

EventSourceName = Literal["userNotification", "userAuthEvents"]

EventType = Literal["SignIn", "SignUp", "ForgotPassword", "PasswordChange", "ResendCode"]

ExplicitAuthFlowsType = Literal["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_CLIENT_TOKEN_AUTH"]

FeatureType = Literal["ENABLED", "DISABLED"]

FeedbackValueType = Literal["Valid", "Invalid"]

IdentityProviderTypeType = Literal["SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC"]

InboundFederationLambdaVersionType = Literal["V1_0"]

IssuedTokenTypeIdentifierType = Literal["ACCESS_TOKEN", "ID_TOKEN"]

IssuerType = Literal["ORIGINAL", "UPDATED"]

LimitClass = Literal["API_CATEGORY"]

LogLevel = Literal["ERROR", "INFO"]

MessageActionType = Literal["RESEND", "SUPPRESS"]

OAuthFlowType = Literal["code", "implicit", "client_credentials"]

OAuthTokenTypeType = Literal["Bearer", "N_A"]

PasswordHashingAlgorithmType = Literal["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"]

PreTokenGenerationLambdaVersionType = Literal["V1_0", "V2_0", "V3_0"]

PreventUserExistenceErrorTypes = Literal["LEGACY", "ENABLED"]

RecoveryOptionNameType = Literal["verified_email", "verified_phone_number", "admin_only"]

ReplicaRoleType = Literal["PRIMARY", "SECONDARY"]

ReplicaStatusType = Literal["CREATING", "ACTIVE", "INACTIVE", "DELETING"]

ResourceServerManagedByType = Literal["COGNITO"]

RestoreStatusType = Literal["PREVIEW_GENERATING", "PREVIEW_GENERATED", "PREVIEW_CANCELLED", "PREVIEW_GENERATION_FAILED", "PREVIEW_EXPIRED", "RESTORING", "RESTORE_COMPLETED", "TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE", "AWS_ABORTED"]

RevokeAssociatedSessionsType = Literal["NONE", "LINKED"]

RiskDecisionType = Literal["NoRisk", "AccountTakeover", "Block"]

RiskLevelType = Literal["Low", "Medium", "High"]

SecurityPolicyType = Literal["TLS_V1", "TLS_V1_2_2021", "TLS_V1_3_2025"]

SessionTypeType = Literal["TOKEN", "SSO"]

StatusType = Literal["Enabled", "Disabled"]

TermsEnforcementType = Literal["NONE"]

TermsSourceType = Literal["LINK"]

TimeUnitsType = Literal["seconds", "minutes", "hours", "days"]

TokenTypeIdentifierType = Literal["ACCESS_TOKEN", "ID_TOKEN", "SAML2"]

UpdateReplicaStatusType = Literal["ACTIVE", "INACTIVE"]

UserImportJobStatusType = Literal["Created", "Pending", "InProgress", "Stopping", "Expired", "Stopped", "Failed", "Succeeded"]

UserPoolMfaType = Literal["OFF", "ON", "OPTIONAL"]

UserPoolTierType = Literal["LITE", "ESSENTIALS", "PLUS"]

UserSessionTrackingType = Literal["ENABLED", "DISABLED"]

UserStatusType = Literal["UNCONFIRMED", "CONFIRMED", "ARCHIVED", "COMPROMISED", "UNKNOWN", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"]

UserVerificationType = Literal["required", "preferred"]

UsernameAttributeType = Literal["phone_number", "email"]

VerifiedAttributeType = Literal["phone_number", "email"]

VerifySoftwareTokenResponseType = Literal["SUCCESS", "ERROR"]

WebAuthnFactorConfigurationType = Literal["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"]

class AccountRecoverySettingType(TypedDict):
    RecoveryMechanisms: NotRequired[list[RecoveryOptionType]]


class AccountTakeoverActionType(TypedDict):
    Notify: bool
    EventAction: AccountTakeoverEventActionType


class AccountTakeoverActionsType(TypedDict):
    LowAction: NotRequired[AccountTakeoverActionType]
    MediumAction: NotRequired[AccountTakeoverActionType]
    HighAction: NotRequired[AccountTakeoverActionType]


class AccountTakeoverRiskConfigurationType(TypedDict):
    NotifyConfiguration: NotRequired[NotifyConfigurationType]
    Actions: AccountTakeoverActionsType


class AcrLevelConfigType(TypedDict):
    AcrValue: str


class AddCustomAttributesRequest(TypedDict):
    UserPoolId: str
    CustomAttributes: list[SchemaAttributeType]


class AddCustomAttributesResponse(TypedDict):
    pass


class AddUserPoolClientSecretRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientSecret: NotRequired[str]


class AddUserPoolClientSecretResponse(TypedDict):
    ClientSecretDescriptor: NotRequired[ClientSecretDescriptorType]


class AdminAddUserToGroupRequest(TypedDict):
    UserPoolId: str
    Username: str
    GroupName: str


class AdminConfirmSignUpRequest(TypedDict):
    UserPoolId: str
    Username: str
    ClientMetadata: NotRequired[dict[str, str]]


class AdminConfirmSignUpResponse(TypedDict):
    pass


class AdminCreateUserConfigType(TypedDict):
    AllowAdminCreateUserOnly: NotRequired[bool]
    UnusedAccountValidityDays: NotRequired[int]
    InviteMessageTemplate: NotRequired[MessageTemplateType]


AdminCreateUserRequest = TypedDict("AdminCreateUserRequest", {
    "UserPoolId": "str",
    "Username": "str",
    "UserAttributes": "NotRequired[list[AttributeType]]",
    "ValidationData": "NotRequired[list[AttributeType]]",
    "TemporaryPassword": "NotRequired[str]",
    "ForceAliasCreation": "NotRequired[bool]",
    "MessageAction": "NotRequired[MessageActionType]",
    "DesiredDeliveryMediums": "NotRequired[list[DeliveryMediumType]]",
    "ClientMetadata": "NotRequired[dict[str, str]]",
})


class AdminCreateUserResponse(TypedDict):
    User: NotRequired[UserType]


class AdminDeleteSoftwareTokenRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminDeleteSoftwareTokenResponse(TypedDict):
    pass


class AdminDeleteUserAttributesRequest(TypedDict):
    UserPoolId: str
    Username: str
    UserAttributeNames: list[str]


class AdminDeleteUserAttributesResponse(TypedDict):
    pass


class AdminDeleteUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminDisableProviderForUserRequest(TypedDict):
    UserPoolId: str
    User: ProviderUserIdentifierType


class AdminDisableProviderForUserResponse(TypedDict):
    pass


class AdminDisableUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminDisableUserResponse(TypedDict):
    pass


class AdminEnableUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminEnableUserResponse(TypedDict):
    pass


class AdminForgetDeviceRequest(TypedDict):
    UserPoolId: str
    Username: str
    DeviceKey: str


class AdminGetDeviceRequest(TypedDict):
    DeviceKey: str
    UserPoolId: str
    Username: str


class AdminGetDeviceResponse(TypedDict):
    Device: DeviceType


class AdminGetUserAuthFactorsRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminGetUserAuthFactorsResponse(TypedDict):
    Username: str
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]
    ConfiguredUserAuthFactors: NotRequired[list[AuthFactorType]]


class AdminGetUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminGetUserResponse(TypedDict):
    Username: str
    UserAttributes: NotRequired[list[AttributeType]]
    UserCreateDate: NotRequired[float]
    UserLastModifiedDate: NotRequired[float]
    Enabled: NotRequired[bool]
    UserStatus: NotRequired[UserStatusType]
    MFAOptions: NotRequired[list[MFAOptionType]]
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]


class AdminInitiateAuthRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    AuthFlow: AuthFlowType
    AuthParameters: NotRequired[dict[str, str]]
    ClientMetadata: NotRequired[dict[str, str]]
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    ContextData: NotRequired[ContextDataType]
    Session: NotRequired[str]


AdminInitiateAuthResponse = TypedDict("AdminInitiateAuthResponse", {
    "ChallengeName": "NotRequired[ChallengeNameType]",
    "Session": "NotRequired[str]",
    "ChallengeParameters": "NotRequired[dict[str, str]]",
    "AuthenticationResult": "NotRequired[AuthenticationResultType]",
    "AvailableChallenges": "NotRequired[list[ChallengeNameType]]",
})


class AdminLinkProviderForUserRequest(TypedDict):
    UserPoolId: str
    DestinationUser: ProviderUserIdentifierType
    SourceUser: ProviderUserIdentifierType


class AdminLinkProviderForUserResponse(TypedDict):
    pass


class AdminListDevicesRequest(TypedDict):
    UserPoolId: str
    Username: str
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]


class AdminListDevicesResponse(TypedDict):
    Devices: NotRequired[list[DeviceType]]
    PaginationToken: NotRequired[str]


class AdminListGroupsForUserRequest(TypedDict):
    Username: str
    UserPoolId: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class AdminListGroupsForUserResponse(TypedDict):
    Groups: NotRequired[list[GroupType]]
    NextToken: NotRequired[str]


class AdminListUserAuthEventsRequest(TypedDict):
    UserPoolId: str
    Username: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class AdminListUserAuthEventsResponse(TypedDict):
    AuthEvents: NotRequired[list[AuthEventType]]
    NextToken: NotRequired[str]


class AdminListUserSessionsRequest(TypedDict):
    UserPoolId: str
    Username: str
    NextToken: NotRequired[str]


class AdminListUserSessionsResponse(TypedDict):
    Sessions: NotRequired[list[SessionDescriptionType]]
    NextToken: NotRequired[str]


class AdminRemoveUserFromGroupRequest(TypedDict):
    UserPoolId: str
    Username: str
    GroupName: str


class AdminResetUserPasswordRequest(TypedDict):
    UserPoolId: str
    Username: str
    ClientMetadata: NotRequired[dict[str, str]]


class AdminResetUserPasswordResponse(TypedDict):
    pass


AdminRespondToAuthChallengeRequest = TypedDict("AdminRespondToAuthChallengeRequest", {
    "UserPoolId": "str",
    "ClientId": "str",
    "ChallengeName": "ChallengeNameType",
    "ChallengeResponses": "NotRequired[dict[str, str]]",
    "Session": "NotRequired[str]",
    "AnalyticsMetadata": "NotRequired[AnalyticsMetadataType]",
    "ContextData": "NotRequired[ContextDataType]",
    "ClientMetadata": "NotRequired[dict[str, str]]",
})


AdminRespondToAuthChallengeResponse = TypedDict("AdminRespondToAuthChallengeResponse", {
    "ChallengeName": "NotRequired[ChallengeNameType]",
    "Session": "NotRequired[str]",
    "ChallengeParameters": "NotRequired[dict[str, str]]",
    "AuthenticationResult": "NotRequired[AuthenticationResultType]",
    "AvailableChallenges": "NotRequired[list[ChallengeNameType]]",
})


class AdminRevokeUserSessionRequest(TypedDict):
    UserPoolId: str
    Username: str
    SessionId: str
    RevokeAssociatedSessions: NotRequired[RevokeAssociatedSessionsType]


class AdminRevokeUserSessionResponse(TypedDict):
    pass


class AdminSetUserMFAPreferenceRequest(TypedDict):
    SMSMfaSettings: NotRequired[SMSMfaSettingsType]
    SoftwareTokenMfaSettings: NotRequired[SoftwareTokenMfaSettingsType]
    EmailMfaSettings: NotRequired[EmailMfaSettingsType]
    WebAuthnMfaSettings: NotRequired[WebAuthnMfaSettingsType]
    Username: str
    UserPoolId: str


class AdminSetUserMFAPreferenceResponse(TypedDict):
    pass


class AdminSetUserPasswordRequest(TypedDict):
    UserPoolId: str
    Username: str
    Password: str
    Permanent: NotRequired[bool]


class AdminSetUserPasswordResponse(TypedDict):
    pass


class AdminSetUserSettingsRequest(TypedDict):
    UserPoolId: str
    Username: str
    MFAOptions: list[MFAOptionType]


class AdminSetUserSettingsResponse(TypedDict):
    pass


class AdminUpdateAuthEventFeedbackRequest(TypedDict):
    UserPoolId: str
    Username: str
    EventId: str
    FeedbackValue: FeedbackValueType


class AdminUpdateAuthEventFeedbackResponse(TypedDict):
    pass


class AdminUpdateDeviceStatusRequest(TypedDict):
    UserPoolId: str
    Username: str
    DeviceKey: str
    DeviceRememberedStatus: NotRequired[DeviceRememberedStatusType]


class AdminUpdateDeviceStatusResponse(TypedDict):
    pass


class AdminUpdateUserAttributesRequest(TypedDict):
    UserPoolId: str
    Username: str
    UserAttributes: list[AttributeType]
    ClientMetadata: NotRequired[dict[str, str]]


class AdminUpdateUserAttributesResponse(TypedDict):
    pass


class AdminUserGlobalSignOutRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminUserGlobalSignOutResponse(TypedDict):
    pass


class AdvancedSecurityAdditionalFlowsType(TypedDict):
    CustomAuthMode: NotRequired[AdvancedSecurityEnabledModeType]


class AnalyticsConfigurationType(TypedDict):
    ApplicationId: NotRequired[str]
    ApplicationArn: NotRequired[str]
    RoleArn: NotRequired[str]
    ExternalId: NotRequired[str]
    UserDataShared: NotRequired[bool]


class AnalyticsMetadataType(TypedDict):
    AnalyticsEndpointId: NotRequired[str]


class AssetType(TypedDict):
    Category: AssetCategoryType
    ColorMode: ColorSchemeModeType
    Extension: AssetExtensionType
    Bytes: NotRequired[bytes]
    ResourceId: NotRequired[str]


class AssociateSoftwareTokenRequest(TypedDict):
    AccessToken: NotRequired[str]
    Session: NotRequired[str]


class AssociateSoftwareTokenResponse(TypedDict):
    SecretCode: NotRequired[str]
    Session: NotRequired[str]


class AttributeType(TypedDict):
    Name: str
    Value: NotRequired[str]


AuthEventType = TypedDict("AuthEventType", {
    "EventId": "NotRequired[str]",
    "EventType": "NotRequired[EventType]",
    "CreationDate": "NotRequired[float]",
    "EventResponse": "NotRequired[EventResponseType]",
    "EventRisk": "NotRequired[EventRiskType]",
    "ChallengeResponses": "NotRequired[list[ChallengeResponseType]]",
    "EventContextData": "NotRequired[EventContextDataType]",
    "EventFeedback": "NotRequired[EventFeedbackType]",
})


class AuthenticationResultType(TypedDict):
    AccessToken: NotRequired[str]
    ExpiresIn: NotRequired[int]
    TokenType: NotRequired[str]
    RefreshToken: NotRequired[str]
    IdToken: NotRequired[str]
    NewDeviceMetadata: NotRequired[NewDeviceMetadataType]


class CIMDPolicySummaryType(TypedDict):
    CIMDPolicyId: str
    ClientId: NotRequired[str]
    PolicyName: str
    CacheDuration: NotRequired[int]
    CreationDate: NotRequired[float]
    LastModifiedDate: NotRequired[float]


class CIMDPolicyType(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str
    ClientId: NotRequired[str]
    PolicyName: str
    CacheDuration: NotRequired[int]
    URLPatterns: NotRequired[list[str]]
    CreationDate: NotRequired[float]
    LastModifiedDate: NotRequired[float]


class CancelPointInTimeRecoveryRequest(TypedDict):
    UserPoolId: str
    RestoreId: str


class CancelPointInTimeRecoveryResponse(TypedDict):
    Restoration: NotRequired[RestorationType]


ChallengeResponseType = TypedDict("ChallengeResponseType", {
    "ChallengeName": "NotRequired[ChallengeName]",
    "ChallengeResponse": "NotRequired[ChallengeResponse]",
})


class ChangePasswordRequest(TypedDict):
    PreviousPassword: NotRequired[str]
    ProposedPassword: str
    AccessToken: str


class ChangePasswordResponse(TypedDict):
    pass


class ClientAuthenticationResultType(TypedDict):
    AccessToken: NotRequired[str]
    ExpiresIn: NotRequired[int]
    TokenType: NotRequired[str]


class ClientMetadataURLType(TypedDict):
    URL: str
    CachedDate: NotRequired[float]
    ExpirationDate: NotRequired[float]


class ClientSSOSessionConfigType(TypedDict):
    MaxValidityMinutes: int


class ClientSecretDescriptorType(TypedDict):
    ClientSecretId: NotRequired[str]
    ClientSecretValue: NotRequired[str]
    ClientSecretCreateDate: NotRequired[float]


class CloudWatchLogsConfigurationType(TypedDict):
    LogGroupArn: NotRequired[str]


class CodeDeliveryDetailsType(TypedDict):
    Destination: NotRequired[str]
    DeliveryMedium: NotRequired[DeliveryMediumType]
    AttributeName: NotRequired[str]


class CompleteWebAuthnRegistrationRequest(TypedDict):
    AccessToken: str
    Credential: Document


class CompleteWebAuthnRegistrationResponse(TypedDict):
    pass


class CompromisedCredentialsActionsType(TypedDict):
    EventAction: CompromisedCredentialsEventActionType


class CompromisedCredentialsRiskConfigurationType(TypedDict):
    EventFilter: NotRequired[list[EventFilterType]]
    Actions: CompromisedCredentialsActionsType


class ConfirmDeviceRequest(TypedDict):
    AccessToken: str
    DeviceKey: str
    DeviceSecretVerifierConfig: NotRequired[DeviceSecretVerifierConfigType]
    DeviceName: NotRequired[str]


class ConfirmDeviceResponse(TypedDict):
    UserConfirmationNecessary: NotRequired[bool]


class ConfirmForgotPasswordRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    Username: str
    ConfirmationCode: str
    Password: str
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    UserContextData: NotRequired[UserContextDataType]
    ClientMetadata: NotRequired[dict[str, str]]


class ConfirmForgotPasswordResponse(TypedDict):
    pass


ConfirmSignUpRequest = TypedDict("ConfirmSignUpRequest", {
    "ClientId": "str",
    "SecretHash": "NotRequired[str]",
    "Username": "str",
    "ConfirmationCode": "str",
    "ForceAliasCreation": "NotRequired[bool]",
    "AnalyticsMetadata": "NotRequired[AnalyticsMetadataType]",
    "UserContextData": "NotRequired[UserContextDataType]",
    "ClientMetadata": "NotRequired[dict[str, str]]",
    "Session": "NotRequired[str]",
})


class ConfirmSignUpResponse(TypedDict):
    Session: NotRequired[str]


class ContextDataType(TypedDict):
    IpAddress: str
    ServerName: str
    ServerPath: str
    HttpHeaders: list[HttpHeader]
    EncodedData: NotRequired[str]


class CreateCIMDPolicyRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    PolicyName: str
    CacheDuration: NotRequired[int]
    URLPatterns: list[str]


class CreateCIMDPolicyResponse(TypedDict):
    CIMDPolicy: CIMDPolicyType


class CreateGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]


class CreateGroupResponse(TypedDict):
    Group: NotRequired[GroupType]


class CreateIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str
    ProviderType: IdentityProviderTypeType
    ProviderDetails: dict[str, str]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]


class CreateIdentityProviderResponse(TypedDict):
    IdentityProvider: IdentityProviderType


class CreateManagedLoginBrandingRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    UseCognitoProvidedValues: NotRequired[bool]
    Settings: NotRequired[Document]
    Assets: NotRequired[list[AssetType]]


class CreateManagedLoginBrandingResponse(TypedDict):
    ManagedLoginBranding: NotRequired[ManagedLoginBrandingType]


class CreateResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str
    Name: str
    Scopes: NotRequired[list[ResourceServerScopeType]]


class CreateResourceServerResponse(TypedDict):
    ResourceServer: ResourceServerType


class CreateTermsRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    TermsName: str
    TermsSource: TermsSourceType
    Enforcement: TermsEnforcementType
    Links: NotRequired[dict[str, str]]


class CreateTermsResponse(TypedDict):
    Terms: NotRequired[TermsType]


class CreateUserImportJobRequest(TypedDict):
    JobName: str
    UserPoolId: str
    CloudWatchLogsRoleArn: str
    PasswordHashingAlgorithm: NotRequired[PasswordHashingAlgorithmType]


class CreateUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired[UserImportJobType]


CreateUserPoolClientRequest = TypedDict("CreateUserPoolClientRequest", {
    "UserPoolId": "str",
    "ClientName": "str",
    "GenerateSecret": "NotRequired[bool]",
    "ClientSecret": "NotRequired[str]",
    "RefreshTokenValidity": "NotRequired[int]",
    "AccessTokenValidity": "NotRequired[int]",
    "IdTokenValidity": "NotRequired[int]",
    "TokenValidityUnits": "NotRequired[TokenValidityUnitsType]",
    "ReadAttributes": "NotRequired[list[str]]",
    "WriteAttributes": "NotRequired[list[str]]",
    "ExplicitAuthFlows": "NotRequired[list[ExplicitAuthFlowsType]]",
    "SupportedIdentityProviders": "NotRequired[list[str]]",
    "CallbackURLs": "NotRequired[list[str]]",
    "LogoutURLs": "NotRequired[list[str]]",
    "DefaultRedirectURI": "NotRequired[str]",
    "AllowedOAuthFlows": "NotRequired[list[OAuthFlowType]]",
    "AllowedOAuthScopes": "NotRequired[list[str]]",
    "AllowedOAuthFlowsUserPoolClient": "NotRequired[bool]",
    "AnalyticsConfiguration": "NotRequired[AnalyticsConfigurationType]",
    "PreventUserExistenceErrors": "NotRequired[PreventUserExistenceErrorTypes]",
    "EnableTokenRevocation": "NotRequired[bool]",
    "EnablePropagateAdditionalUserContextData": "NotRequired[bool]",
    "AuthSessionValidity": "NotRequired[int]",
    "RefreshTokenRotation": "NotRequired[RefreshTokenRotationType]",
    "PublishSecretsInAWSSecretsManager": "NotRequired[bool]",
})


class CreateUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired[UserPoolClientType]


class CreateUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str
    ManagedLoginVersion: NotRequired[int]
    CustomDomainConfig: NotRequired[CustomDomainConfigType]
    Routing: NotRequired[RoutingType]


class CreateUserPoolDomainResponse(TypedDict):
    ManagedLoginVersion: NotRequired[int]
    CloudFrontDomain: NotRequired[str]
    Routing: NotRequired[RoutingType]


class CreateUserPoolReplicaRequest(TypedDict):
    UserPoolId: str
    RegionName: str
    UserPoolTags: NotRequired[dict[str, str]]


class CreateUserPoolReplicaResponse(TypedDict):
    UserPoolReplica: NotRequired[UserPoolReplicaType]


class CreateUserPoolRequest(TypedDict):
    PoolName: str
    Policies: NotRequired[UserPoolPolicyType]
    DeletionProtection: NotRequired[DeletionProtectionType]
    LambdaConfig: NotRequired[LambdaConfigType]
    AutoVerifiedAttributes: NotRequired[list[VerifiedAttributeType]]
    AliasAttributes: NotRequired[list[AliasAttributeType]]
    UsernameAttributes: NotRequired[list[UsernameAttributeType]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired[VerificationMessageTemplateType]
    SmsAuthenticationMessage: NotRequired[str]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    UserAttributeUpdateSettings: NotRequired[UserAttributeUpdateSettingsType]
    DeviceConfiguration: NotRequired[DeviceConfigurationType]
    EmailConfiguration: NotRequired[EmailConfigurationType]
    SmsConfiguration: NotRequired[SmsConfigurationType]
    UserPoolTags: NotRequired[dict[str, str]]
    AdminCreateUserConfig: NotRequired[AdminCreateUserConfigType]
    Schema: NotRequired[list[SchemaAttributeType]]
    UserPoolAddOns: NotRequired[UserPoolAddOnsType]
    DcrConfiguration: NotRequired[DcrConfigurationType]
    UsernameConfiguration: NotRequired[UsernameConfigurationType]
    AccountRecoverySetting: NotRequired[AccountRecoverySettingType]
    UserPoolTier: NotRequired[UserPoolTierType]
    KeyConfiguration: NotRequired[KeyConfigurationType]
    IssuerConfiguration: NotRequired[IssuerConfigurationType]
    AcrConfiguration: NotRequired[dict[str, AcrLevelConfigType]]


class CreateUserPoolResponse(TypedDict):
    UserPool: NotRequired[UserPoolType]


class CustomDomainConfigType(TypedDict):
    CertificateArn: str
    SecurityPolicy: NotRequired[SecurityPolicyType]


class CustomEmailLambdaVersionConfigType(TypedDict):
    LambdaVersion: CustomEmailSenderLambdaVersionType
    LambdaArn: str


class CustomSMSLambdaVersionConfigType(TypedDict):
    LambdaVersion: CustomSMSSenderLambdaVersionType
    LambdaArn: str


class DcrConfigurationType(TypedDict):
    EnableStatus: NotRequired[StatusType]
    OpenDcrEnabled: NotRequired[bool]
    AuthenticatedGrantTypes: NotRequired[list[OAuthFlowType]]
    OpenDcrGrantTypes: NotRequired[list[OAuthFlowType]]
    AllowedScopes: NotRequired[list[str]]


class DeleteCIMDPolicyRequest(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str


class DeleteCIMDPolicyResponse(TypedDict):
    pass


class DeleteGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str


class DeleteIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str


class DeleteManagedLoginBrandingRequest(TypedDict):
    ManagedLoginBrandingId: str
    UserPoolId: str


class DeleteResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str


class DeleteTermsRequest(TypedDict):
    TermsId: str
    UserPoolId: str


class DeleteUserAttributesRequest(TypedDict):
    UserAttributeNames: list[str]
    AccessToken: str


class DeleteUserAttributesResponse(TypedDict):
    pass


class DeleteUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DeleteUserPoolClientSecretRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientSecretId: str


class DeleteUserPoolClientSecretResponse(TypedDict):
    pass


class DeleteUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str


class DeleteUserPoolDomainResponse(TypedDict):
    pass


class DeleteUserPoolReplicaRequest(TypedDict):
    UserPoolId: str
    RegionName: str


class DeleteUserPoolReplicaResponse(TypedDict):
    UserPoolReplica: NotRequired[UserPoolReplicaType]


class DeleteUserPoolRequest(TypedDict):
    UserPoolId: str


class DeleteUserRequest(TypedDict):
    AccessToken: str


class DeleteWebAuthnCredentialRequest(TypedDict):
    AccessToken: str
    CredentialId: str


class DeleteWebAuthnCredentialResponse(TypedDict):
    pass


class DescribeCIMDPolicyRequest(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str


class DescribeCIMDPolicyResponse(TypedDict):
    CIMDPolicy: CIMDPolicyType


class DescribeIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str


class DescribeIdentityProviderResponse(TypedDict):
    IdentityProvider: IdentityProviderType


class DescribeManagedLoginBrandingByClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ReturnMergedResources: NotRequired[bool]


class DescribeManagedLoginBrandingByClientResponse(TypedDict):
    ManagedLoginBranding: NotRequired[ManagedLoginBrandingType]


class DescribeManagedLoginBrandingRequest(TypedDict):
    UserPoolId: str
    ManagedLoginBrandingId: str
    ReturnMergedResources: NotRequired[bool]


class DescribeManagedLoginBrandingResponse(TypedDict):
    ManagedLoginBranding: NotRequired[ManagedLoginBrandingType]


class DescribePointInTimeRecoveryRequest(TypedDict):
    UserPoolId: str
    RestoreId: str


class DescribePointInTimeRecoveryResponse(TypedDict):
    Restoration: NotRequired[RestorationType]


class DescribeResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str


class DescribeResourceServerResponse(TypedDict):
    ResourceServer: ResourceServerType


class DescribeRiskConfigurationRequest(TypedDict):
    UserPoolId: str
    ClientId: NotRequired[str]


class DescribeRiskConfigurationResponse(TypedDict):
    RiskConfiguration: RiskConfigurationType


class DescribeTermsByClientRequest(TypedDict):
    ClientId: str
    UserPoolId: str
    TermsName: str


class DescribeTermsByClientResponse(TypedDict):
    Terms: NotRequired[TermsType]


class DescribeTermsRequest(TypedDict):
    TermsId: str
    UserPoolId: str


class DescribeTermsResponse(TypedDict):
    Terms: NotRequired[TermsType]


class DescribeUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class DescribeUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired[UserImportJobType]


class DescribeUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DescribeUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired[UserPoolClientType]


class DescribeUserPoolDomainRequest(TypedDict):
    Domain: str


class DescribeUserPoolDomainResponse(TypedDict):
    DomainDescription: NotRequired[DomainDescriptionType]


class DescribeUserPoolRequest(TypedDict):
    UserPoolId: str


class DescribeUserPoolResponse(TypedDict):
    UserPool: NotRequired[UserPoolType]


class DeviceConfigurationType(TypedDict):
    ChallengeRequiredOnNewDevice: NotRequired[bool]
    DeviceOnlyRememberedOnUserPrompt: NotRequired[bool]


class DeviceSecretVerifierConfigType(TypedDict):
    PasswordVerifier: NotRequired[str]
    Salt: NotRequired[str]


class DeviceType(TypedDict):
    DeviceKey: NotRequired[str]
    DeviceAttributes: NotRequired[list[AttributeType]]
    DeviceCreateDate: NotRequired[float]
    DeviceLastModifiedDate: NotRequired[float]
    DeviceLastAuthenticatedDate: NotRequired[float]


class Document(TypedDict):
    pass


class DomainDescriptionType(TypedDict):
    UserPoolId: NotRequired[str]
    AWSAccountId: NotRequired[str]
    Domain: NotRequired[str]
    S3Bucket: NotRequired[str]
    CloudFrontDistribution: NotRequired[str]
    Version: NotRequired[str]
    Status: NotRequired[DomainStatusType]
    CustomDomainConfig: NotRequired[CustomDomainConfigType]
    ManagedLoginVersion: NotRequired[int]
    Routing: NotRequired[RoutingType]


class EmailConfigurationType(TypedDict):
    SourceArn: NotRequired[str]
    ReplyToEmailAddress: NotRequired[str]
    EmailSendingAccount: NotRequired[EmailSendingAccountType]
    From: NotRequired[str]
    ConfigurationSet: NotRequired[str]


class EmailMfaConfigType(TypedDict):
    Message: NotRequired[str]
    Subject: NotRequired[str]


class EmailMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


class EumsSmsConfigurationType(TypedDict):
    CallerArn: str
    ExternalId: NotRequired[str]
    OriginationIdentity: NotRequired[str]
    ConfigurationSetName: NotRequired[str]
    InEntityId: NotRequired[str]
    InTemplateId: NotRequired[str]
    Region: NotRequired[str]


class EventContextDataType(TypedDict):
    IpAddress: NotRequired[str]
    DeviceName: NotRequired[str]
    Timezone: NotRequired[str]
    City: NotRequired[str]
    Country: NotRequired[str]


class EventFeedbackType(TypedDict):
    FeedbackValue: FeedbackValueType
    Provider: str
    FeedbackDate: NotRequired[float]


class EventRiskType(TypedDict):
    RiskDecision: NotRequired[RiskDecisionType]
    RiskLevel: NotRequired[RiskLevelType]
    CompromisedCredentialsDetected: NotRequired[bool]


class FailoverType(TypedDict):
    SecondaryRegion: str
    PrimaryRoute53HealthCheckId: str


class FirehoseConfigurationType(TypedDict):
    StreamArn: NotRequired[str]


class ForgetDeviceRequest(TypedDict):
    AccessToken: NotRequired[str]
    DeviceKey: str


class ForgotPasswordRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    UserContextData: NotRequired[UserContextDataType]
    Username: str
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    ClientMetadata: NotRequired[dict[str, str]]


class ForgotPasswordResponse(TypedDict):
    CodeDeliveryDetails: NotRequired[CodeDeliveryDetailsType]


class GetCSVHeaderRequest(TypedDict):
    UserPoolId: str


class GetCSVHeaderResponse(TypedDict):
    UserPoolId: NotRequired[str]
    CSVHeader: NotRequired[list[str]]


class GetClientTokenRequest(TypedDict):
    ClientId: str
    Secret: str
    Scopes: NotRequired[list[str]]
    ClientMetadata: NotRequired[dict[str, str]]


class GetClientTokenResponse(TypedDict):
    ClientAuthenticationResult: NotRequired[ClientAuthenticationResultType]


class GetDerivedTokenRequest(TypedDict):
    ClientId: str
    ClientSecret: NotRequired[str]
    SubjectToken: str
    SubjectTokenType: TokenTypeIdentifierType
    SubjectTokenProviderName: NotRequired[str]
    ActorToken: NotRequired[str]
    ActorTokenType: NotRequired[TokenTypeIdentifierType]
    ActorTokenProviderName: NotRequired[str]
    Scopes: NotRequired[list[str]]
    Audiences: NotRequired[list[str]]
    Resources: NotRequired[list[str]]
    RequestedTokenType: NotRequired[IssuedTokenTypeIdentifierType]


class GetDerivedTokenResponse(TypedDict):
    IssuedToken: str
    IssuedTokenType: IssuedTokenTypeIdentifierType
    TokenType: OAuthTokenTypeType
    ExpiresIn: NotRequired[int]
    Scopes: NotRequired[list[str]]


class GetDeviceRequest(TypedDict):
    DeviceKey: str
    AccessToken: NotRequired[str]


class GetDeviceResponse(TypedDict):
    Device: DeviceType


class GetGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str


class GetGroupResponse(TypedDict):
    Group: NotRequired[GroupType]


class GetIdentityProviderByIdentifierRequest(TypedDict):
    UserPoolId: str
    IdpIdentifier: str


class GetIdentityProviderByIdentifierResponse(TypedDict):
    IdentityProvider: IdentityProviderType


class GetLogDeliveryConfigurationRequest(TypedDict):
    UserPoolId: str


class GetLogDeliveryConfigurationResponse(TypedDict):
    LogDeliveryConfiguration: NotRequired[LogDeliveryConfigurationType]


class GetProvisionedLimitRequest(TypedDict):
    LimitDefinition: LimitDefinitionType


class GetProvisionedLimitResponse(TypedDict):
    Limit: LimitType


class GetSigningCertificateRequest(TypedDict):
    UserPoolId: str


class GetSigningCertificateResponse(TypedDict):
    Certificate: NotRequired[str]


class GetTokensFromRefreshTokenRequest(TypedDict):
    RefreshToken: str
    ClientId: str
    ClientSecret: NotRequired[str]
    DeviceKey: NotRequired[str]
    ClientMetadata: NotRequired[dict[str, str]]


class GetTokensFromRefreshTokenResponse(TypedDict):
    AuthenticationResult: NotRequired[AuthenticationResultType]


class GetUICustomizationRequest(TypedDict):
    UserPoolId: str
    ClientId: NotRequired[str]


class GetUICustomizationResponse(TypedDict):
    UICustomization: UICustomizationType


class GetUserAttributeVerificationCodeRequest(TypedDict):
    AccessToken: str
    AttributeName: str
    ClientMetadata: NotRequired[dict[str, str]]


class GetUserAttributeVerificationCodeResponse(TypedDict):
    CodeDeliveryDetails: NotRequired[CodeDeliveryDetailsType]


class GetUserAuthFactorsRequest(TypedDict):
    AccessToken: str


class GetUserAuthFactorsResponse(TypedDict):
    Username: str
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]
    ConfiguredUserAuthFactors: NotRequired[list[AuthFactorType]]


class GetUserPoolClientSessionConfigurationRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class GetUserPoolClientSessionConfigurationResponse(TypedDict):
    UserPoolId: NotRequired[str]
    ClientId: NotRequired[str]
    SSOSession: NotRequired[ClientSSOSessionConfigType]


class GetUserPoolMfaConfigRequest(TypedDict):
    UserPoolId: str


class GetUserPoolMfaConfigResponse(TypedDict):
    SmsMfaConfiguration: NotRequired[SmsMfaConfigType]
    SoftwareTokenMfaConfiguration: NotRequired[SoftwareTokenMfaConfigType]
    EmailMfaConfiguration: NotRequired[EmailMfaConfigType]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    WebAuthnConfiguration: NotRequired[WebAuthnConfigurationType]


class GetUserPoolSessionConfigurationRequest(TypedDict):
    UserPoolId: str


class GetUserPoolSessionConfigurationResponse(TypedDict):
    UserPoolId: NotRequired[str]
    UserSessionTracking: NotRequired[UserSessionTrackingType]
    TokenSession: NotRequired[UserPoolTokenSessionConfigType]


class GetUserRequest(TypedDict):
    AccessToken: str


class GetUserResponse(TypedDict):
    Username: str
    UserAttributes: list[AttributeType]
    MFAOptions: NotRequired[list[MFAOptionType]]
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]


class GlobalSignOutRequest(TypedDict):
    AccessToken: str


class GlobalSignOutResponse(TypedDict):
    pass


class GroupType(TypedDict):
    GroupName: NotRequired[str]
    UserPoolId: NotRequired[str]
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class HttpHeader(TypedDict):
    headerName: NotRequired[str]
    headerValue: NotRequired[str]


class IdentityProviderType(TypedDict):
    UserPoolId: NotRequired[str]
    ProviderName: NotRequired[str]
    ProviderType: NotRequired[IdentityProviderTypeType]
    ProviderDetails: NotRequired[dict[str, str]]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class InboundFederationLambdaType(TypedDict):
    LambdaVersion: InboundFederationLambdaVersionType
    LambdaArn: str


class InitiateAuthRequest(TypedDict):
    AuthFlow: AuthFlowType
    AuthParameters: NotRequired[dict[str, str]]
    ClientMetadata: NotRequired[dict[str, str]]
    ClientId: str
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    UserContextData: NotRequired[UserContextDataType]
    Session: NotRequired[str]


InitiateAuthResponse = TypedDict("InitiateAuthResponse", {
    "ChallengeName": "NotRequired[ChallengeNameType]",
    "Session": "NotRequired[str]",
    "ChallengeParameters": "NotRequired[dict[str, str]]",
    "AuthenticationResult": "NotRequired[AuthenticationResultType]",
    "AvailableChallenges": "NotRequired[list[ChallengeNameType]]",
})


class InitiatePointInTimeRecoveryRequest(TypedDict):
    UserPoolId: str
    RestoreTimestamp: float


class InitiatePointInTimeRecoveryResponse(TypedDict):
    Restoration: NotRequired[RestorationType]


class IssuerConfigurationType(TypedDict):
    Type: NotRequired[IssuerType]


class KeyConfigurationType(TypedDict):
    KeyType: NotRequired[EncryptionKeyType]
    KmsKeyArn: NotRequired[str]


class LambdaConfigType(TypedDict):
    PreSignUp: NotRequired[str]
    CustomMessage: NotRequired[str]
    PostConfirmation: NotRequired[str]
    PreAuthentication: NotRequired[str]
    PostAuthentication: NotRequired[str]
    DefineAuthChallenge: NotRequired[str]
    CreateAuthChallenge: NotRequired[str]
    VerifyAuthChallengeResponse: NotRequired[str]
    PreTokenGeneration: NotRequired[str]
    UserMigration: NotRequired[str]
    PreTokenGenerationConfig: NotRequired[PreTokenGenerationVersionConfigType]
    CustomSMSSender: NotRequired[CustomSMSLambdaVersionConfigType]
    CustomEmailSender: NotRequired[CustomEmailLambdaVersionConfigType]
    KMSKeyID: NotRequired[str]
    InboundFederation: NotRequired[InboundFederationLambdaType]


LimitDefinitionType = TypedDict("LimitDefinitionType", {
    "LimitClass": "LimitClass",
    "Attributes": "dict[str, str]",
})


class LimitType(TypedDict):
    LimitDefinition: LimitDefinitionType
    ProvisionedLimitValue: int
    FreeLimitValue: int


class ListCIMDPoliciesRequest(TypedDict):
    UserPoolId: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListCIMDPoliciesResponse(TypedDict):
    NextToken: NotRequired[str]
    CIMDPolicies: list[CIMDPolicySummaryType]


class ListClientMetadataURLsRequest(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListClientMetadataURLsResponse(TypedDict):
    NextToken: NotRequired[str]
    ClientMetadataURLs: list[ClientMetadataURLType]


class ListDevicesRequest(TypedDict):
    AccessToken: str
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]


class ListDevicesResponse(TypedDict):
    Devices: NotRequired[list[DeviceType]]
    PaginationToken: NotRequired[str]


class ListGroupsRequest(TypedDict):
    UserPoolId: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class ListGroupsResponse(TypedDict):
    Groups: NotRequired[list[GroupType]]
    NextToken: NotRequired[str]


class ListIdentityProvidersRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListIdentityProvidersResponse(TypedDict):
    Providers: list[ProviderDescription]
    NextToken: NotRequired[str]


class ListPointInTimeRecoveriesRequest(TypedDict):
    UserPoolId: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListPointInTimeRecoveriesResponse(TypedDict):
    Restorations: NotRequired[list[RestorationDescriptionType]]
    NextToken: NotRequired[str]


class ListResourceServersRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListResourceServersResponse(TypedDict):
    ResourceServers: list[ResourceServerType]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListTermsRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListTermsResponse(TypedDict):
    Terms: list[TermsDescriptionType]
    NextToken: NotRequired[str]


class ListUserImportJobsRequest(TypedDict):
    UserPoolId: str
    MaxResults: int
    PaginationToken: NotRequired[str]


class ListUserImportJobsResponse(TypedDict):
    UserImportJobs: NotRequired[list[UserImportJobType]]
    PaginationToken: NotRequired[str]


class ListUserPoolClientSecretsRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    NextToken: NotRequired[str]


class ListUserPoolClientSecretsResponse(TypedDict):
    ClientSecrets: NotRequired[list[ClientSecretDescriptorType]]
    NextToken: NotRequired[str]


class ListUserPoolClientsRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    ClientType: NotRequired[ClientTypeType]


class ListUserPoolClientsResponse(TypedDict):
    UserPoolClients: NotRequired[list[UserPoolClientDescription]]
    NextToken: NotRequired[str]


class ListUserPoolReplicasRequest(TypedDict):
    UserPoolId: str
    NextToken: NotRequired[str]


class ListUserPoolReplicasResponse(TypedDict):
    UserPoolReplicas: NotRequired[list[UserPoolReplicaType]]
    NextToken: NotRequired[str]


class ListUserPoolsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: int


class ListUserPoolsResponse(TypedDict):
    UserPools: NotRequired[list[UserPoolDescriptionType]]
    NextToken: NotRequired[str]


class ListUserSessionsRequest(TypedDict):
    AccessToken: str
    NextToken: NotRequired[str]


class ListUserSessionsResponse(TypedDict):
    Sessions: NotRequired[list[SessionDescriptionType]]
    NextToken: NotRequired[str]


class ListUsersInGroupRequest(TypedDict):
    UserPoolId: str
    GroupName: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class ListUsersInGroupResponse(TypedDict):
    Users: NotRequired[list[UserType]]
    NextToken: NotRequired[str]


class ListUsersRequest(TypedDict):
    UserPoolId: str
    AttributesToGet: NotRequired[list[str]]
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]
    Filter: NotRequired[str]


class ListUsersResponse(TypedDict):
    Users: NotRequired[list[UserType]]
    PaginationToken: NotRequired[str]


class ListWebAuthnCredentialsRequest(TypedDict):
    AccessToken: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListWebAuthnCredentialsResponse(TypedDict):
    Credentials: list[WebAuthnCredentialDescription]
    NextToken: NotRequired[str]


LogConfigurationType = TypedDict("LogConfigurationType", {
    "LogLevel": "LogLevel",
    "EventSource": "EventSourceName",
    "CloudWatchLogsConfiguration": "NotRequired[CloudWatchLogsConfigurationType]",
    "S3Configuration": "NotRequired[S3ConfigurationType]",
    "FirehoseConfiguration": "NotRequired[FirehoseConfigurationType]",
})


class LogDeliveryConfigurationType(TypedDict):
    UserPoolId: str
    LogConfigurations: list[LogConfigurationType]


class MFAOptionType(TypedDict):
    DeliveryMedium: NotRequired[DeliveryMediumType]
    AttributeName: NotRequired[str]


class ManagedLoginBrandingType(TypedDict):
    ManagedLoginBrandingId: NotRequired[str]
    UserPoolId: NotRequired[str]
    UseCognitoProvidedValues: NotRequired[bool]
    Settings: NotRequired[Document]
    Assets: NotRequired[list[AssetType]]
    CreationDate: NotRequired[float]
    LastModifiedDate: NotRequired[float]


class MessageTemplateType(TypedDict):
    SMSMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]


class NewDeviceMetadataType(TypedDict):
    DeviceKey: NotRequired[str]
    DeviceGroupKey: NotRequired[str]


class NotifyConfigurationType(TypedDict):
    From: NotRequired[str]
    ReplyTo: NotRequired[str]
    SourceArn: str
    BlockEmail: NotRequired[NotifyEmailType]
    NoActionEmail: NotRequired[NotifyEmailType]
    MfaEmail: NotRequired[NotifyEmailType]


class NotifyEmailType(TypedDict):
    Subject: str
    HtmlBody: NotRequired[str]
    TextBody: NotRequired[str]


class NumberAttributeConstraintsType(TypedDict):
    MinValue: NotRequired[str]
    MaxValue: NotRequired[str]


class PasswordPolicyType(TypedDict):
    MinimumLength: NotRequired[int]
    RequireUppercase: NotRequired[bool]
    RequireLowercase: NotRequired[bool]
    RequireNumbers: NotRequired[bool]
    RequireSymbols: NotRequired[bool]
    PasswordHistorySize: NotRequired[int]
    TemporaryPasswordValidityDays: NotRequired[int]


class PreTokenGenerationVersionConfigType(TypedDict):
    LambdaVersion: PreTokenGenerationLambdaVersionType
    LambdaArn: str


class ProviderDescription(TypedDict):
    ProviderName: NotRequired[str]
    ProviderType: NotRequired[IdentityProviderTypeType]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class ProviderUserIdentifierType(TypedDict):
    ProviderName: NotRequired[str]
    ProviderAttributeName: NotRequired[str]
    ProviderAttributeValue: NotRequired[str]


class RecoveryOptionType(TypedDict):
    Priority: int
    Name: RecoveryOptionNameType


class RefreshTokenRotationType(TypedDict):
    Feature: FeatureType
    RetryGracePeriodSeconds: NotRequired[int]


class ResendConfirmationCodeRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    UserContextData: NotRequired[UserContextDataType]
    Username: str
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    ClientMetadata: NotRequired[dict[str, str]]


class ResendConfirmationCodeResponse(TypedDict):
    CodeDeliveryDetails: NotRequired[CodeDeliveryDetailsType]


class ResourceServerScopeType(TypedDict):
    ScopeName: str
    ScopeDescription: str


class ResourceServerType(TypedDict):
    UserPoolId: NotRequired[str]
    Identifier: NotRequired[str]
    Name: NotRequired[str]
    Scopes: NotRequired[list[ResourceServerScopeType]]
    ManagedBy: NotRequired[ResourceServerManagedByType]


RespondToAuthChallengeRequest = TypedDict("RespondToAuthChallengeRequest", {
    "ClientId": "str",
    "ChallengeName": "ChallengeNameType",
    "Session": "NotRequired[str]",
    "ChallengeResponses": "NotRequired[dict[str, str]]",
    "AnalyticsMetadata": "NotRequired[AnalyticsMetadataType]",
    "UserContextData": "NotRequired[UserContextDataType]",
    "ClientMetadata": "NotRequired[dict[str, str]]",
})


RespondToAuthChallengeResponse = TypedDict("RespondToAuthChallengeResponse", {
    "ChallengeName": "NotRequired[ChallengeNameType]",
    "Session": "NotRequired[str]",
    "ChallengeParameters": "NotRequired[dict[str, str]]",
    "AuthenticationResult": "NotRequired[AuthenticationResultType]",
    "AvailableChallenges": "NotRequired[list[ChallengeNameType]]",
})


class RestorationDescriptionType(TypedDict):
    RestoreId: NotRequired[str]
    RestoreStatus: NotRequired[RestoreStatusType]
    RestoreTimestamp: NotRequired[float]


class RestorationType(TypedDict):
    RestoreId: NotRequired[str]
    RestoreStatus: NotRequired[RestoreStatusType]
    RestoreTimestamp: NotRequired[float]
    TriggerTimestamp: NotRequired[float]
    RestorePreview: NotRequired[list[RestorePreviewType]]


class RestorePreviewType(TypedDict):
    Entity: NotRequired[str]
    CreateCount: NotRequired[int]
    UpdateCount: NotRequired[int]
    DeleteCount: NotRequired[int]


class RevokeTokenRequest(TypedDict):
    Token: str
    ClientId: str
    ClientSecret: NotRequired[str]
    RevokeAssociatedSessions: NotRequired[RevokeAssociatedSessionsType]


class RevokeTokenResponse(TypedDict):
    pass


class RevokeUserSessionRequest(TypedDict):
    AccessToken: str
    SessionId: str
    RevokeAssociatedSessions: NotRequired[RevokeAssociatedSessionsType]


class RevokeUserSessionResponse(TypedDict):
    pass


class RiskConfigurationType(TypedDict):
    UserPoolId: NotRequired[str]
    ClientId: NotRequired[str]
    CompromisedCredentialsRiskConfiguration: NotRequired[CompromisedCredentialsRiskConfigurationType]
    AccountTakeoverRiskConfiguration: NotRequired[AccountTakeoverRiskConfigurationType]
    RiskExceptionConfiguration: NotRequired[RiskExceptionConfigurationType]
    LastModifiedDate: NotRequired[float]


class RiskExceptionConfigurationType(TypedDict):
    BlockedIPRangeList: NotRequired[list[str]]
    SkippedIPRangeList: NotRequired[list[str]]


class RoutingType(TypedDict):
    Failover: NotRequired[FailoverType]


class S3ConfigurationType(TypedDict):
    BucketArn: NotRequired[str]


class SMSMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


SchemaAttributeType = TypedDict("SchemaAttributeType", {
    "Name": "NotRequired[str]",
    "AttributeDataType": "NotRequired[AttributeDataType]",
    "DeveloperOnlyAttribute": "NotRequired[bool]",
    "Mutable": "NotRequired[bool]",
    "Required": "NotRequired[bool]",
    "NumberAttributeConstraints": "NotRequired[NumberAttributeConstraintsType]",
    "StringAttributeConstraints": "NotRequired[StringAttributeConstraintsType]",
})


SessionDescriptionType = TypedDict("SessionDescriptionType", {
    "SessionId": "NotRequired[str]",
    "SessionType": "NotRequired[SessionTypeType]",
    "ClientId": "NotRequired[str]",
    "CreateDate": "NotRequired[float]",
    "LastActiveDate": "NotRequired[float]",
    "DeviceType": "NotRequired[str]",
    "LastIPAddress": "NotRequired[str]",
    "LastLocation": "NotRequired[SessionLocationType]",
    "OriginSessionId": "NotRequired[str]",
    "IsCurrentSession": "NotRequired[bool]",
})


class SessionLocationType(TypedDict):
    City: NotRequired[str]
    Country: NotRequired[str]


class SetLogDeliveryConfigurationRequest(TypedDict):
    UserPoolId: str
    LogConfigurations: list[LogConfigurationType]


class SetLogDeliveryConfigurationResponse(TypedDict):
    LogDeliveryConfiguration: NotRequired[LogDeliveryConfigurationType]


class SetRiskConfigurationRequest(TypedDict):
    UserPoolId: str
    ClientId: NotRequired[str]
    CompromisedCredentialsRiskConfiguration: NotRequired[CompromisedCredentialsRiskConfigurationType]
    AccountTakeoverRiskConfiguration: NotRequired[AccountTakeoverRiskConfigurationType]
    RiskExceptionConfiguration: NotRequired[RiskExceptionConfigurationType]


class SetRiskConfigurationResponse(TypedDict):
    RiskConfiguration: RiskConfigurationType


class SetUICustomizationRequest(TypedDict):
    UserPoolId: str
    ClientId: NotRequired[str]
    CSS: NotRequired[str]
    ImageFile: NotRequired[bytes]


class SetUICustomizationResponse(TypedDict):
    UICustomization: UICustomizationType


class SetUserMFAPreferenceRequest(TypedDict):
    SMSMfaSettings: NotRequired[SMSMfaSettingsType]
    SoftwareTokenMfaSettings: NotRequired[SoftwareTokenMfaSettingsType]
    EmailMfaSettings: NotRequired[EmailMfaSettingsType]
    WebAuthnMfaSettings: NotRequired[WebAuthnMfaSettingsType]
    AccessToken: str


class SetUserMFAPreferenceResponse(TypedDict):
    pass


class SetUserPoolClientSessionConfigurationRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    SSOSession: ClientSSOSessionConfigType


class SetUserPoolClientSessionConfigurationResponse(TypedDict):
    UserPoolId: NotRequired[str]
    ClientId: NotRequired[str]
    SSOSession: NotRequired[ClientSSOSessionConfigType]


class SetUserPoolMfaConfigRequest(TypedDict):
    UserPoolId: str
    SmsMfaConfiguration: NotRequired[SmsMfaConfigType]
    SoftwareTokenMfaConfiguration: NotRequired[SoftwareTokenMfaConfigType]
    EmailMfaConfiguration: NotRequired[EmailMfaConfigType]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    WebAuthnConfiguration: NotRequired[WebAuthnConfigurationType]


class SetUserPoolMfaConfigResponse(TypedDict):
    SmsMfaConfiguration: NotRequired[SmsMfaConfigType]
    SoftwareTokenMfaConfiguration: NotRequired[SoftwareTokenMfaConfigType]
    EmailMfaConfiguration: NotRequired[EmailMfaConfigType]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    WebAuthnConfiguration: NotRequired[WebAuthnConfigurationType]


class SetUserPoolSessionConfigurationRequest(TypedDict):
    UserPoolId: str
    UserSessionTracking: UserSessionTrackingType
    TokenSession: UserPoolTokenSessionConfigType


class SetUserPoolSessionConfigurationResponse(TypedDict):
    UserPoolId: NotRequired[str]
    UserSessionTracking: NotRequired[UserSessionTrackingType]
    TokenSession: NotRequired[UserPoolTokenSessionConfigType]


class SetUserSettingsRequest(TypedDict):
    AccessToken: str
    MFAOptions: list[MFAOptionType]


class SetUserSettingsResponse(TypedDict):
    pass


class SignInPolicyType(TypedDict):
    AllowedFirstAuthFactors: NotRequired[list[AuthFactorType]]


class SignUpRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    Username: str
    Password: NotRequired[str]
    UserAttributes: NotRequired[list[AttributeType]]
    ValidationData: NotRequired[list[AttributeType]]
    AnalyticsMetadata: NotRequired[AnalyticsMetadataType]
    UserContextData: NotRequired[UserContextDataType]
    ClientMetadata: NotRequired[dict[str, str]]


class SignUpResponse(TypedDict):
    UserConfirmed: bool
    CodeDeliveryDetails: NotRequired[CodeDeliveryDetailsType]
    UserSub: str
    Session: NotRequired[str]


class SmsConfigurationType(TypedDict):
    SnsCallerArn: NotRequired[str]
    ExternalId: NotRequired[str]
    SnsRegion: NotRequired[str]
    EumsSms: NotRequired[EumsSmsConfigurationType]


class SmsMfaConfigType(TypedDict):
    SmsAuthenticationMessage: NotRequired[str]
    SmsConfiguration: NotRequired[SmsConfigurationType]


class SoftwareTokenMfaConfigType(TypedDict):
    Enabled: NotRequired[bool]


class SoftwareTokenMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


class StartPointInTimeRecoveryRequest(TypedDict):
    UserPoolId: str
    RestoreId: str


class StartPointInTimeRecoveryResponse(TypedDict):
    Restoration: NotRequired[RestorationType]


class StartUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class StartUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired[UserImportJobType]


class StartWebAuthnRegistrationRequest(TypedDict):
    AccessToken: str


class StartWebAuthnRegistrationResponse(TypedDict):
    CredentialCreationOptions: Document


class StopUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class StopUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired[UserImportJobType]


class StringAttributeConstraintsType(TypedDict):
    MinLength: NotRequired[str]
    MaxLength: NotRequired[str]


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class TermsDescriptionType(TypedDict):
    TermsId: str
    TermsName: str
    Enforcement: TermsEnforcementType
    CreationDate: float
    LastModifiedDate: float


class TermsType(TypedDict):
    TermsId: str
    UserPoolId: str
    ClientId: str
    TermsName: str
    TermsSource: TermsSourceType
    Enforcement: TermsEnforcementType
    Links: dict[str, str]
    CreationDate: float
    LastModifiedDate: float


class TokenValidityUnitsType(TypedDict):
    AccessToken: NotRequired[TimeUnitsType]
    IdToken: NotRequired[TimeUnitsType]
    RefreshToken: NotRequired[TimeUnitsType]


class UICustomizationType(TypedDict):
    UserPoolId: NotRequired[str]
    ClientId: NotRequired[str]
    ImageUrl: NotRequired[str]
    CSS: NotRequired[str]
    CSSVersion: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateAuthEventFeedbackRequest(TypedDict):
    UserPoolId: str
    Username: str
    EventId: str
    FeedbackToken: str
    FeedbackValue: FeedbackValueType


class UpdateAuthEventFeedbackResponse(TypedDict):
    pass


class UpdateCIMDPolicyRequest(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str
    ClientId: str
    PolicyName: NotRequired[str]
    CacheDuration: NotRequired[int]
    URLPatterns: list[str]


class UpdateCIMDPolicyResponse(TypedDict):
    CIMDPolicy: CIMDPolicyType


class UpdateClientMetadataURLStateRequest(TypedDict):
    UserPoolId: str
    CIMDPolicyId: str
    URL: str
    Action: CIMDCacheActionType


class UpdateClientMetadataURLStateResponse(TypedDict):
    pass


class UpdateDeviceStatusRequest(TypedDict):
    AccessToken: str
    DeviceKey: str
    DeviceRememberedStatus: NotRequired[DeviceRememberedStatusType]


class UpdateDeviceStatusResponse(TypedDict):
    pass


class UpdateGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]


class UpdateGroupResponse(TypedDict):
    Group: NotRequired[GroupType]


class UpdateIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str
    ProviderDetails: NotRequired[dict[str, str]]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]


class UpdateIdentityProviderResponse(TypedDict):
    IdentityProvider: IdentityProviderType


class UpdateManagedLoginBrandingRequest(TypedDict):
    UserPoolId: NotRequired[str]
    ManagedLoginBrandingId: NotRequired[str]
    UseCognitoProvidedValues: NotRequired[bool]
    Settings: NotRequired[Document]
    Assets: NotRequired[list[AssetType]]


class UpdateManagedLoginBrandingResponse(TypedDict):
    ManagedLoginBranding: NotRequired[ManagedLoginBrandingType]


class UpdateProvisionedLimitRequest(TypedDict):
    LimitDefinition: LimitDefinitionType
    RequestedLimitValue: int


class UpdateProvisionedLimitResponse(TypedDict):
    Limit: LimitType


class UpdateResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str
    Name: str
    Scopes: NotRequired[list[ResourceServerScopeType]]


class UpdateResourceServerResponse(TypedDict):
    ResourceServer: ResourceServerType


class UpdateTermsRequest(TypedDict):
    TermsId: str
    UserPoolId: str
    TermsName: NotRequired[str]
    TermsSource: NotRequired[TermsSourceType]
    Enforcement: NotRequired[TermsEnforcementType]
    Links: NotRequired[dict[str, str]]


class UpdateTermsResponse(TypedDict):
    Terms: NotRequired[TermsType]


class UpdateUserAttributesRequest(TypedDict):
    UserAttributes: list[AttributeType]
    AccessToken: str
    ClientMetadata: NotRequired[dict[str, str]]


class UpdateUserAttributesResponse(TypedDict):
    CodeDeliveryDetailsList: NotRequired[list[CodeDeliveryDetailsType]]


class UpdateUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientName: NotRequired[str]
    RefreshTokenValidity: NotRequired[int]
    AccessTokenValidity: NotRequired[int]
    IdTokenValidity: NotRequired[int]
    TokenValidityUnits: NotRequired[TokenValidityUnitsType]
    ReadAttributes: NotRequired[list[str]]
    WriteAttributes: NotRequired[list[str]]
    ExplicitAuthFlows: NotRequired[list[ExplicitAuthFlowsType]]
    SupportedIdentityProviders: NotRequired[list[str]]
    CallbackURLs: NotRequired[list[str]]
    LogoutURLs: NotRequired[list[str]]
    DefaultRedirectURI: NotRequired[str]
    AllowedOAuthFlows: NotRequired[list[OAuthFlowType]]
    AllowedOAuthScopes: NotRequired[list[str]]
    AllowedOAuthFlowsUserPoolClient: NotRequired[bool]
    AnalyticsConfiguration: NotRequired[AnalyticsConfigurationType]
    PreventUserExistenceErrors: NotRequired[PreventUserExistenceErrorTypes]
    EnableTokenRevocation: NotRequired[bool]
    EnablePropagateAdditionalUserContextData: NotRequired[bool]
    AuthSessionValidity: NotRequired[int]
    RefreshTokenRotation: NotRequired[RefreshTokenRotationType]
    PublishSecretsInAWSSecretsManager: NotRequired[bool]


class UpdateUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired[UserPoolClientType]


class UpdateUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str
    ManagedLoginVersion: NotRequired[int]
    CustomDomainConfig: NotRequired[CustomDomainConfigType]
    Routing: NotRequired[RoutingType]


class UpdateUserPoolDomainResponse(TypedDict):
    ManagedLoginVersion: NotRequired[int]
    CloudFrontDomain: NotRequired[str]
    Routing: NotRequired[RoutingType]


class UpdateUserPoolReplicaRequest(TypedDict):
    UserPoolId: str
    RegionName: str
    Status: UpdateReplicaStatusType


class UpdateUserPoolReplicaResponse(TypedDict):
    UserPoolReplica: NotRequired[UserPoolReplicaType]


class UpdateUserPoolRequest(TypedDict):
    UserPoolId: str
    Policies: NotRequired[UserPoolPolicyType]
    DeletionProtection: NotRequired[DeletionProtectionType]
    LambdaConfig: NotRequired[LambdaConfigType]
    AutoVerifiedAttributes: NotRequired[list[VerifiedAttributeType]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired[VerificationMessageTemplateType]
    SmsAuthenticationMessage: NotRequired[str]
    UserAttributeUpdateSettings: NotRequired[UserAttributeUpdateSettingsType]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    DeviceConfiguration: NotRequired[DeviceConfigurationType]
    EmailConfiguration: NotRequired[EmailConfigurationType]
    SmsConfiguration: NotRequired[SmsConfigurationType]
    UserPoolTags: NotRequired[dict[str, str]]
    AdminCreateUserConfig: NotRequired[AdminCreateUserConfigType]
    UserPoolAddOns: NotRequired[UserPoolAddOnsType]
    DcrConfiguration: NotRequired[DcrConfigurationType]
    AccountRecoverySetting: NotRequired[AccountRecoverySettingType]
    PoolName: NotRequired[str]
    UserPoolTier: NotRequired[UserPoolTierType]
    KeyConfiguration: NotRequired[KeyConfigurationType]
    IssuerConfiguration: NotRequired[IssuerConfigurationType]
    AcrConfiguration: NotRequired[dict[str, AcrLevelConfigType]]


class UpdateUserPoolResponse(TypedDict):
    pass


class UserAttributeUpdateSettingsType(TypedDict):
    AttributesRequireVerificationBeforeUpdate: NotRequired[list[VerifiedAttributeType]]


class UserContextDataType(TypedDict):
    IpAddress: NotRequired[str]
    EncodedData: NotRequired[str]


class UserImportJobType(TypedDict):
    JobName: NotRequired[str]
    JobId: NotRequired[str]
    UserPoolId: NotRequired[str]
    PreSignedUrl: NotRequired[str]
    CreationDate: NotRequired[float]
    StartDate: NotRequired[float]
    CompletionDate: NotRequired[float]
    Status: NotRequired[UserImportJobStatusType]
    CloudWatchLogsRoleArn: NotRequired[str]
    ImportedUsers: NotRequired[int]
    SkippedUsers: NotRequired[int]
    FailedUsers: NotRequired[int]
    CompletionMessage: NotRequired[str]
    PasswordHashingAlgorithm: NotRequired[PasswordHashingAlgorithmType]


class UserPoolAddOnsType(TypedDict):
    AdvancedSecurityMode: AdvancedSecurityModeType
    AdvancedSecurityAdditionalFlows: NotRequired[AdvancedSecurityAdditionalFlowsType]


class UserPoolClientDescription(TypedDict):
    ClientId: NotRequired[str]
    UserPoolId: NotRequired[str]
    ClientName: NotRequired[str]


class UserPoolClientType(TypedDict):
    UserPoolId: NotRequired[str]
    ClientName: NotRequired[str]
    ClientId: NotRequired[str]
    ClientSecret: NotRequired[str]
    ClientSecretArn: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    RefreshTokenValidity: NotRequired[int]
    AccessTokenValidity: NotRequired[int]
    IdTokenValidity: NotRequired[int]
    TokenValidityUnits: NotRequired[TokenValidityUnitsType]
    ReadAttributes: NotRequired[list[str]]
    WriteAttributes: NotRequired[list[str]]
    ExplicitAuthFlows: NotRequired[list[ExplicitAuthFlowsType]]
    SupportedIdentityProviders: NotRequired[list[str]]
    CallbackURLs: NotRequired[list[str]]
    LogoutURLs: NotRequired[list[str]]
    DefaultRedirectURI: NotRequired[str]
    AllowedOAuthFlows: NotRequired[list[OAuthFlowType]]
    AllowedOAuthScopes: NotRequired[list[str]]
    AllowedOAuthFlowsUserPoolClient: NotRequired[bool]
    AnalyticsConfiguration: NotRequired[AnalyticsConfigurationType]
    PreventUserExistenceErrors: NotRequired[PreventUserExistenceErrorTypes]
    EnableTokenRevocation: NotRequired[bool]
    EnablePropagateAdditionalUserContextData: NotRequired[bool]
    AuthSessionValidity: NotRequired[int]
    RefreshTokenRotation: NotRequired[RefreshTokenRotationType]
    ClientType: NotRequired[ClientTypeType]


class UserPoolDescriptionType(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    LambdaConfig: NotRequired[LambdaConfigType]
    Status: NotRequired[StatusType]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    ReplicaRegions: NotRequired[list[str]]


class UserPoolPolicyType(TypedDict):
    PasswordPolicy: NotRequired[PasswordPolicyType]
    SignInPolicy: NotRequired[SignInPolicyType]


class UserPoolReplicaType(TypedDict):
    RegionName: NotRequired[str]
    Status: NotRequired[ReplicaStatusType]
    Role: NotRequired[ReplicaRoleType]
    UserPoolArn: NotRequired[str]


class UserPoolTokenSessionConfigType(TypedDict):
    MaxPerUser: int


class UserPoolType(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    Policies: NotRequired[UserPoolPolicyType]
    DeletionProtection: NotRequired[DeletionProtectionType]
    LambdaConfig: NotRequired[LambdaConfigType]
    Status: NotRequired[StatusType]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    SchemaAttributes: NotRequired[list[SchemaAttributeType]]
    AutoVerifiedAttributes: NotRequired[list[VerifiedAttributeType]]
    AliasAttributes: NotRequired[list[AliasAttributeType]]
    UsernameAttributes: NotRequired[list[UsernameAttributeType]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired[VerificationMessageTemplateType]
    SmsAuthenticationMessage: NotRequired[str]
    UserAttributeUpdateSettings: NotRequired[UserAttributeUpdateSettingsType]
    MfaConfiguration: NotRequired[UserPoolMfaType]
    DeviceConfiguration: NotRequired[DeviceConfigurationType]
    EstimatedNumberOfUsers: NotRequired[int]
    EmailConfiguration: NotRequired[EmailConfigurationType]
    SmsConfiguration: NotRequired[SmsConfigurationType]
    UserPoolTags: NotRequired[dict[str, str]]
    SmsConfigurationFailure: NotRequired[str]
    EmailConfigurationFailure: NotRequired[str]
    Domain: NotRequired[str]
    CustomDomain: NotRequired[str]
    AdminCreateUserConfig: NotRequired[AdminCreateUserConfigType]
    UserPoolAddOns: NotRequired[UserPoolAddOnsType]
    DcrConfiguration: NotRequired[DcrConfigurationType]
    UsernameConfiguration: NotRequired[UsernameConfigurationType]
    Arn: NotRequired[str]
    AccountRecoverySetting: NotRequired[AccountRecoverySettingType]
    UserPoolTier: NotRequired[UserPoolTierType]
    KeyConfiguration: NotRequired[KeyConfigurationType]
    IssuerConfiguration: NotRequired[IssuerConfigurationType]
    AcrConfiguration: NotRequired[dict[str, AcrLevelConfigType]]


class UserType(TypedDict):
    Username: NotRequired[str]
    Attributes: NotRequired[list[AttributeType]]
    UserCreateDate: NotRequired[float]
    UserLastModifiedDate: NotRequired[float]
    Enabled: NotRequired[bool]
    UserStatus: NotRequired[UserStatusType]
    MFAOptions: NotRequired[list[MFAOptionType]]


class UsernameConfigurationType(TypedDict):
    CaseSensitive: bool


class VerificationMessageTemplateType(TypedDict):
    SmsMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]
    EmailMessageByLink: NotRequired[str]
    EmailSubjectByLink: NotRequired[str]
    DefaultEmailOption: NotRequired[DefaultEmailOptionType]


class VerifySoftwareTokenRequest(TypedDict):
    AccessToken: NotRequired[str]
    Session: NotRequired[str]
    UserCode: str
    FriendlyDeviceName: NotRequired[str]


class VerifySoftwareTokenResponse(TypedDict):
    Status: NotRequired[VerifySoftwareTokenResponseType]
    Session: NotRequired[str]


class VerifyUserAttributeRequest(TypedDict):
    AccessToken: str
    AttributeName: str
    Code: str


class VerifyUserAttributeResponse(TypedDict):
    pass


class WebAuthnConfigurationType(TypedDict):
    RelyingPartyId: NotRequired[str]
    UserVerification: NotRequired[UserVerificationType]
    FactorConfiguration: NotRequired[WebAuthnFactorConfigurationType]


class WebAuthnCredentialDescription(TypedDict):
    CredentialId: str
    FriendlyCredentialName: str
    RelyingPartyId: str
    AuthenticatorAttachment: NotRequired[str]
    AuthenticatorTransports: list[str]
    CreatedAt: float


class WebAuthnMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]


class AccessDeniedException(ServiceError):
    code: ClassVar[str] = "AccessDeniedException"
    status: ClassVar[int] = 400


class AliasExistsException(ServiceError):
    code: ClassVar[str] = "AliasExistsException"
    status: ClassVar[int] = 400


class CachedCIMDURLDoesNotExistException(ServiceError):
    code: ClassVar[str] = "CachedCIMDURLDoesNotExistException"
    status: ClassVar[int] = 400


class CodeDeliveryFailureException(ServiceError):
    code: ClassVar[str] = "CodeDeliveryFailureException"
    status: ClassVar[int] = 400


class CodeMismatchException(ServiceError):
    code: ClassVar[str] = "CodeMismatchException"
    status: ClassVar[int] = 400


class ConcurrentModificationException(ServiceError):
    code: ClassVar[str] = "ConcurrentModificationException"
    status: ClassVar[int] = 400


class DeviceKeyExistsException(ServiceError):
    code: ClassVar[str] = "DeviceKeyExistsException"
    status: ClassVar[int] = 400


class DuplicateProviderException(ServiceError):
    code: ClassVar[str] = "DuplicateProviderException"
    status: ClassVar[int] = 400


class EnableSoftwareTokenMFAException(ServiceError):
    code: ClassVar[str] = "EnableSoftwareTokenMFAException"
    status: ClassVar[int] = 400


class ExpiredCodeException(ServiceError):
    code: ClassVar[str] = "ExpiredCodeException"
    status: ClassVar[int] = 400


class FeatureUnavailableInTierException(ServiceError):
    code: ClassVar[str] = "FeatureUnavailableInTierException"
    status: ClassVar[int] = 400


class ForbiddenException(ServiceError):
    code: ClassVar[str] = "ForbiddenException"
    status: ClassVar[int] = 400


class GroupExistsException(ServiceError):
    code: ClassVar[str] = "GroupExistsException"
    status: ClassVar[int] = 400


class InternalErrorException(ServiceError):
    code: ClassVar[str] = "InternalErrorException"
    status: ClassVar[int] = 500


class InternalServerException(ServiceError):
    code: ClassVar[str] = "InternalServerException"
    status: ClassVar[int] = 500


class InvalidEmailRoleAccessPolicyException(ServiceError):
    code: ClassVar[str] = "InvalidEmailRoleAccessPolicyException"
    status: ClassVar[int] = 400


class InvalidLambdaResponseException(ServiceError):
    code: ClassVar[str] = "InvalidLambdaResponseException"
    status: ClassVar[int] = 400


class InvalidOAuthFlowException(ServiceError):
    code: ClassVar[str] = "InvalidOAuthFlowException"
    status: ClassVar[int] = 400


class InvalidParameterException(ServiceError):
    code: ClassVar[str] = "InvalidParameterException"
    status: ClassVar[int] = 400


class InvalidPasswordException(ServiceError):
    code: ClassVar[str] = "InvalidPasswordException"
    status: ClassVar[int] = 400


class InvalidSmsRoleAccessPolicyException(ServiceError):
    code: ClassVar[str] = "InvalidSmsRoleAccessPolicyException"
    status: ClassVar[int] = 400


class InvalidSmsRoleTrustRelationshipException(ServiceError):
    code: ClassVar[str] = "InvalidSmsRoleTrustRelationshipException"
    status: ClassVar[int] = 400


class InvalidUserPoolConfigurationException(ServiceError):
    code: ClassVar[str] = "InvalidUserPoolConfigurationException"
    status: ClassVar[int] = 400


class LimitExceededException(ServiceError):
    code: ClassVar[str] = "LimitExceededException"
    status: ClassVar[int] = 400


class MFAMethodNotFoundException(ServiceError):
    code: ClassVar[str] = "MFAMethodNotFoundException"
    status: ClassVar[int] = 400


class ManagedLoginBrandingExistsException(ServiceError):
    code: ClassVar[str] = "ManagedLoginBrandingExistsException"
    status: ClassVar[int] = 400


class NotAuthorizedException(ServiceError):
    code: ClassVar[str] = "NotAuthorizedException"
    status: ClassVar[int] = 400


class OperationNotEnabledException(ServiceError):
    code: ClassVar[str] = "OperationNotEnabledException"
    status: ClassVar[int] = 400


class PasswordHistoryPolicyViolationException(ServiceError):
    code: ClassVar[str] = "PasswordHistoryPolicyViolationException"
    status: ClassVar[int] = 400


class PasswordResetRequiredException(ServiceError):
    code: ClassVar[str] = "PasswordResetRequiredException"
    status: ClassVar[int] = 400


class PreconditionNotMetException(ServiceError):
    code: ClassVar[str] = "PreconditionNotMetException"
    status: ClassVar[int] = 400


class RefreshTokenReuseException(ServiceError):
    code: ClassVar[str] = "RefreshTokenReuseException"
    status: ClassVar[int] = 400


class ResourceNotFoundException(ServiceError):
    code: ClassVar[str] = "ResourceNotFoundException"
    status: ClassVar[int] = 400


class ScopeDoesNotExistException(ServiceError):
    code: ClassVar[str] = "ScopeDoesNotExistException"
    status: ClassVar[int] = 400


class ServiceQuotaExceededException(ServiceError):
    code: ClassVar[str] = "ServiceQuotaExceededException"
    status: ClassVar[int] = 400


class SoftwareTokenMFANotFoundException(ServiceError):
    code: ClassVar[str] = "SoftwareTokenMFANotFoundException"
    status: ClassVar[int] = 400


class TermsExistsException(ServiceError):
    code: ClassVar[str] = "TermsExistsException"
    status: ClassVar[int] = 400


class TierChangeNotAllowedException(ServiceError):
    code: ClassVar[str] = "TierChangeNotAllowedException"
    status: ClassVar[int] = 400


class TooManyFailedAttemptsException(ServiceError):
    code: ClassVar[str] = "TooManyFailedAttemptsException"
    status: ClassVar[int] = 400


class TooManyRequestsException(ServiceError):
    code: ClassVar[str] = "TooManyRequestsException"
    status: ClassVar[int] = 400


class UnauthorizedException(ServiceError):
    code: ClassVar[str] = "UnauthorizedException"
    status: ClassVar[int] = 400


class UnexpectedLambdaException(ServiceError):
    code: ClassVar[str] = "UnexpectedLambdaException"
    status: ClassVar[int] = 400


class UnsupportedIdentityProviderException(ServiceError):
    code: ClassVar[str] = "UnsupportedIdentityProviderException"
    status: ClassVar[int] = 400


class UnsupportedOperationException(ServiceError):
    code: ClassVar[str] = "UnsupportedOperationException"
    status: ClassVar[int] = 400


class UnsupportedTokenTypeException(ServiceError):
    code: ClassVar[str] = "UnsupportedTokenTypeException"
    status: ClassVar[int] = 400


class UnsupportedUserStateException(ServiceError):
    code: ClassVar[str] = "UnsupportedUserStateException"
    status: ClassVar[int] = 400


class UserImportInProgressException(ServiceError):
    code: ClassVar[str] = "UserImportInProgressException"
    status: ClassVar[int] = 400


class UserLambdaValidationException(ServiceError):
    code: ClassVar[str] = "UserLambdaValidationException"
    status: ClassVar[int] = 400


class UserNotConfirmedException(ServiceError):
    code: ClassVar[str] = "UserNotConfirmedException"
    status: ClassVar[int] = 400


class UserNotFoundException(ServiceError):
    code: ClassVar[str] = "UserNotFoundException"
    status: ClassVar[int] = 400


class UserPoolAddOnNotEnabledException(ServiceError):
    code: ClassVar[str] = "UserPoolAddOnNotEnabledException"
    status: ClassVar[int] = 400


class UserPoolTaggingException(ServiceError):
    code: ClassVar[str] = "UserPoolTaggingException"
    status: ClassVar[int] = 400


class UsernameExistsException(ServiceError):
    code: ClassVar[str] = "UsernameExistsException"
    status: ClassVar[int] = 400


class WebAuthnChallengeNotFoundException(ServiceError):
    code: ClassVar[str] = "WebAuthnChallengeNotFoundException"
    status: ClassVar[int] = 400


class WebAuthnClientMismatchException(ServiceError):
    code: ClassVar[str] = "WebAuthnClientMismatchException"
    status: ClassVar[int] = 400


class WebAuthnConfigurationMissingException(ServiceError):
    code: ClassVar[str] = "WebAuthnConfigurationMissingException"
    status: ClassVar[int] = 400


class WebAuthnCredentialNotSupportedException(ServiceError):
    code: ClassVar[str] = "WebAuthnCredentialNotSupportedException"
    status: ClassVar[int] = 400


class WebAuthnNotEnabledException(ServiceError):
    code: ClassVar[str] = "WebAuthnNotEnabledException"
    status: ClassVar[int] = 400


class WebAuthnOriginNotAllowedException(ServiceError):
    code: ClassVar[str] = "WebAuthnOriginNotAllowedException"
    status: ClassVar[int] = 400


class WebAuthnRelyingPartyMismatchException(ServiceError):
    code: ClassVar[str] = "WebAuthnRelyingPartyMismatchException"
    status: ClassVar[int] = 400

