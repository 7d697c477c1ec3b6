"""ARNs of resources as identity policies may write them."""

from collections.abc import Iterator

_IAM_PATHS = (
    *("user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/"),
    *("sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"),
)
_COLONS = 5
"""Colons of a whole ARN."""


def fault_of(resource: str) -> str | None:
    """Return what is wrong with a resource, in IAM's words, or None; see also `fails_legacy_parsing`."""
    return None if resource == "*" else next(_faults(resource), None)


def _faults(resource: str) -> Iterator[str]:
    _, colon, rest = resource.partition(":")
    if not colon:
        yield f'Resource {resource} must be in ARN format or "*".'
    partition, _, rest = rest.partition(":")
    if partition != "aws":
        shown = ":".join(_four(rest))
        yield f'Partition "{partition}" is not valid for resource "arn:{partition}:{shown}".'
    service, region, account, name = (*rest.split(":", 3), "", "", "")[:4]
    if not rest or "*" in service or "?" in service:
        yield "Resource vendor must be fully qualified and cannot contain regexes."
    if service == "iam" and region:
        yield f"IAM resource {resource} cannot contain region information."
    if service == "s3" and region and not account:
        yield f"Resource {resource} can not contain region information."
    if service == "iam" and name != "*" and not name.startswith(_IAM_PATHS):
        yield f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.'


def fails_legacy_parsing(resource: str) -> bool:
    """Whether an ARN leaves its service out, or is cut short between colons."""
    if resource == "*":
        return False
    return resource.split(":")[2] == "" or (resource.count(":") < _COLONS and "::" in resource)


def _four(rest: str) -> list[str]:
    """Return the parts behind the partition as IAM shows them: `*` for those that are not there."""
    parts = rest.split(":", 3) if rest else []
    return [*parts, "*", "*", "*", "*"][:4]
