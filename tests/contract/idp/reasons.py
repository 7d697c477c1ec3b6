"""Errors that models declare and that cannot occur here, each with the reason."""

from ostiary.aws.model import Operation

NOWHERE = {
    "ForbiddenException": "AWS WAF answers it; there is none.",
    "OperationNotEnabledException": "a region of a replicated pool answers it; there are no replicas.",
    "InternalErrorException": "a defect answers InternalFailure; nobody can ask for one.",
    "InternalServerException": "a defect answers InternalFailure; nobody can ask for one.",
    "TooManyRequestsException": "rates are limited where a server is told to; tests/idp/pools/test_rate_limits.py.",
    "AccessDeniedException": "IAM answers it on every operation; tests/iam tests it.",
    "InvalidSmsRoleAccessPolicyException": "SMS is not sent by a role of the account.",
    "InvalidSmsRoleTrustRelationshipException": "SMS is not sent by a role of the account.",
    "InvalidEmailRoleAccessPolicyException": "mail is not sent by a role of the account.",
    "CodeDeliveryFailureException": "messages are sent after the answer, and again until they arrive.",
    "TooManyFailedAttemptsException": "the answer is LimitExceededException (divergences.md).",
    "UserPoolTaggingException": "tags are part of the pool: they cannot fail alone.",
    "UserNotConfirmedException": "only confirmed users have tokens, and nobody becomes unconfirmed again.",
    "ConcurrentModificationException": "changes of one thing wait for each other.",
}
"""Error → why no operation answers it, but those that have a row."""

QUOTA = "AWS's quota is not kept."
MANY = "the three hundred that a pool may have are too many to make here."
ONE_EACH = "there is one for each client, and a second one exists already."
LATER = "a job tells what is missing when it is started."
NEVER = "nothing that it does can fail so."
BY_ADMINISTRATOR = "administrators may do it for whoever exists."
NOT_HERE: dict[tuple[str, str], str] = {
    ("AdminConfirmSignUp", "LimitExceededException"): "no code is tried.",
    ("AdminCreateUser", "PreconditionNotMetException"): NEVER,
    ("AdminDisableProviderForUser", "AliasExistsException"): "nobody gets an alias by it.",
    ("AdminLinkProviderForUser", "AliasExistsException"): "an identity that is linked is an InvalidParameterException.",
    ("AdminInitiateAuth", "UnsupportedOperationException"): "flows that are off are an InvalidParameterException.",
    ("InitiateAuth", "UnsupportedOperationException"): "flows that are off are an InvalidParameterException.",
    ("AdminInitiateAuth", "MFAMethodNotFoundException"): "InitiateAuth has no such error: InvalidParameterException.",
    ("AdminRespondToAuthChallenge", "MFAMethodNotFoundException"): "as for AdminInitiateAuth.",
    ("RespondToAuthChallenge", "MFAMethodNotFoundException"): "as for AdminInitiateAuth.",
    ("AdminRespondToAuthChallenge", "UserNotFoundException"): "the session of somebody who is gone is invalid.",
    ("RespondToAuthChallenge", "UserNotFoundException"): "the session of somebody who is gone is invalid.",
    ("AdminSetUserMFAPreference", "PasswordResetRequiredException"): BY_ADMINISTRATOR,
    ("ConfirmDevice", "InvalidPasswordException"): NEVER,
    ("ConfirmDevice", "InvalidLambdaResponseException"): "no function is asked.",
    ("ConfirmDevice", "UsernameExistsException"): NEVER,
    ("CreateGroup", "LimitExceededException"): QUOTA,
    ("CreateIdentityProvider", "LimitExceededException"): MANY,
    ("CreateManagedLoginBranding", "LimitExceededException"): ONE_EACH,
    ("CreateResourceServer", "LimitExceededException"): MANY,
    ("CreateTerms", "LimitExceededException"): ONE_EACH,
    ("CreateUserImportJob", "LimitExceededException"): "the thousand that a pool may have are too many to make here.",
    ("CreateUserImportJob", "PreconditionNotMetException"): LATER,
    ("CreateUserPool", "LimitExceededException"): QUOTA,
    ("CreateUserPool", "TierChangeNotAllowedException"): "a new pool has no plan to change.",
    ("CreateUserPoolClient", "LimitExceededException"): QUOTA,
    ("CreateUserPoolDomain", "LimitExceededException"): "a second domain is an InvalidParameterException.",
    ("DescribeUserPoolDomain", "ResourceNotFoundException"): "the description of an unknown domain is empty.",
    ("DeleteIdentityProvider", "UnsupportedIdentityProviderException"): "every kind can be deleted.",
    ("DeleteUserPoolClientSecret", "LimitExceededException"): "the last one is an InvalidParameterException.",
    ("DeleteWebAuthnCredential", "LimitExceededException"): NEVER,
    ("GetTokensFromRefreshToken", "UserNotFoundException"): "the token of a deleted user is NotAuthorizedException.",
    ("ListUserPoolClientSecrets", "LimitExceededException"): NEVER,
    ("ListWebAuthnCredentials", "LimitExceededException"): NEVER,
    ("SignUp", "LimitExceededException"): "messages have no quota.",
    ("StartWebAuthnRegistration", "LimitExceededException"): "a passkey too much is refused when it is registered.",
    ("UpdateIdentityProvider", "UnsupportedIdentityProviderException"): "every kind can be changed.",
    ("UpdateUserAttributes", "CodeMismatchException"): "no code is tried.",
    ("UpdateUserAttributes", "ExpiredCodeException"): "no code is tried.",
    ("VerifySoftwareToken", "CodeMismatchException"): "a wrong code is EnableSoftwareTokenMFAException.",
    ("VerifySoftwareToken", "InvalidUserPoolConfigurationException"): NEVER,
}
"""(operation, error) → why the operation does not answer this error of its model."""


def reason(operation: Operation, error: str) -> str:
    """Return why an operation cannot answer an error of its model; empty where it can."""
    if (operation.name, error) in NOT_HERE:
        return NOT_HERE[operation.name, error]
    if error == "NotAuthorizedException" and operation.signed:
        return "IAM refuses with AccessDeniedException."
    if error == "ResourceNotFoundException" and _by_token(operation):
        return "the tokens of a pool or a client that is gone are refused as NotAuthorizedException."
    if "Replica" in operation.name and error != "InvalidParameterException":
        return "nothing but OperationNotEnabledException: there are no replicas."
    return NOWHERE.get(error, "")


def _by_token(operation: Operation) -> bool:
    return operation.input is not None and "AccessToken" in operation.input.members
