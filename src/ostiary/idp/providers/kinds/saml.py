"""Any provider of SAML 2.0: what it is stands in its metadata, which may have to be fetched."""

from collections.abc import Mapping

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.federation.saml_metadata import Metadata, metadata_of
from ostiary.federation.saml_xml import XmlError
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.idp.providers.kinds.kind import ProviderKind, check_url
from ostiary.runtime.addresses import Reach

_FLAGS = ("IDPSignout", "IDPInit", "EncryptedResponses")


def _of_metadata(ctx: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    if bool(given.get("MetadataURL")) == bool(given.get("MetadataFile")):
        raise InvalidParameterException("ProviderDetails: exactly one of MetadataURL and MetadataFile is required")
    for name in _FLAGS:
        if given.get(name, "true").lower() not in {"true", "false"}:
            raise InvalidParameterException(f"ProviderDetails: {name} must be true or false")
    if given.get("RequestSigningAlgorithm", "rsa-sha256") != "rsa-sha256":
        raise InvalidParameterException("ProviderDetails: RequestSigningAlgorithm must be rsa-sha256")
    metadata = _metadata(ctx, given)
    if not metadata.is_valid(ctx.clock.now()):
        raise InvalidParameterException("The metadata is not valid any more.")
    if not metadata.sign_in_url:
        raise InvalidParameterException("Metadata has no SingleSignOnService with the HTTP-Redirect binding.")
    sign_out = {"SLORedirectBindingURI": metadata.sign_out_url} if metadata.sign_out_url else {}
    return {"SSORedirectBindingURI": metadata.sign_in_url, **sign_out}


def _metadata(ctx: Context, given: Mapping[str, str]) -> Metadata:
    url = given.get("MetadataURL", "")
    if url:
        check_url("MetadataURL", url)
        if not url.lower().startswith("https://") and not Reach.of_tenants(ctx.settings).private:
            raise InvalidParameterException("ProviderDetails: MetadataURL must begin with https://")
    try:
        return metadata_of(ctx.http_of(ctx.account), given, fresh_within=0)
    except InvalidTokenError:
        raise InvalidParameterException(f"Error retrieving metadata from {url}") from None
    except XmlError:
        raise InvalidParameterException("Error parsing metadata file.") from None


SAML = ProviderKind(type="SAML", derived=_of_metadata, elsewhere=frozenset({"ActiveEncryptionCertificate"}))
