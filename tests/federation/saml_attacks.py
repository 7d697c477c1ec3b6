"""Signature wrapping, and what else is done to signed SAML: each function makes a document about `admin`.

XSW1 to XSW8 are numbered as in "On Breaking SAML: Be Whoever You Want to Be" (2012).
"""

from collections.abc import Callable

from lxml import etree

from tests.fixtures.saml_provider import PLACE, SamlProvider

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
Attack = Callable[[SamlProvider], str]


def _parsed(document: str) -> etree._Element:
    return etree.fromstring(document.encode())


def _text(element: etree._Element) -> str:
    return str(etree.tostring(element, encoding="unicode"))


def _without_signature(document: str) -> str:
    root = _parsed(document)
    root.remove(root.find(f"{DS}Signature"))
    return _text(root)


def _signature(document: str) -> str:
    return _text(_parsed(document).find(f"{DS}Signature"))


def _evil(idp: SamlProvider, inside: str = "", **changes: str) -> str:
    """Return an unsigned assertion about the admin, with something in the place of its signature."""
    return idp.assertion("admin", **changes).replace(PLACE, inside)


def _inside(signature: str, what: str) -> str:
    return signature.replace("</ds:Signature>", f"{what}</ds:Signature>")


def xsw1(idp: SamlProvider) -> str:
    """A forged response whose signature holds the real one."""
    good = idp.signed_response()
    return idp.response(_evil(idp), place=_inside(_signature(good), _without_signature(good)))


def xsw2(idp: SamlProvider) -> str:
    """A forged response with the signature and the real one beside each other."""
    good = idp.signed_response()
    return idp.response(_evil(idp), place=_without_signature(good) + _signature(good))


def xsw3(idp: SamlProvider) -> str:
    """The forged assertion before the real one."""
    return idp.response(_evil(idp) + idp.signed())


def xsw3_behind(idp: SamlProvider) -> str:
    """The forged assertion behind the real one."""
    return idp.response(idp.signed() + _evil(idp))


def xsw4(idp: SamlProvider) -> str:
    """The real assertion inside the forged one."""
    return idp.response(_evil(idp, idp.signed()))


def xsw5(idp: SamlProvider) -> str:
    """The forged assertion has the signature, the real one stands behind it."""
    good = idp.signed()
    return idp.response(_evil(idp, _signature(good)) + _without_signature(good))


def xsw6(idp: SamlProvider) -> str:
    """The forged assertion has the signature, in which the real one is."""
    good = idp.signed()
    return idp.response(_evil(idp, _inside(_signature(good), _without_signature(good))))


def xsw7(idp: SamlProvider) -> str:
    """The forged assertion in the response's extensions."""
    return idp.response(f"<samlp:Extensions>{_evil(idp)}</samlp:Extensions>{idp.signed()}")


def xsw7_swapped(idp: SamlProvider) -> str:
    """The real assertion in the response's extensions."""
    return idp.response(f"<samlp:Extensions>{idp.signed()}</samlp:Extensions>{_evil(idp)}")


def xsw8(idp: SamlProvider) -> str:
    """The forged assertion has the signature, with the real one in an object of it."""
    good = idp.signed()
    return idp.response(_evil(idp, _inside(_signature(good), f"<ds:Object>{_without_signature(good)}</ds:Object>")))


def in_advice(idp: SamlProvider) -> str:
    """The real assertion as advice of the forged one."""
    good = idp.signed()
    return _evil(idp, f"{_signature(good)}<saml:Advice>{_without_signature(good)}</saml:Advice>")


def in_status(idp: SamlProvider) -> str:
    """The real assertion in the details of the status."""
    detail = f"<samlp:StatusDetail>{idp.signed()}</samlp:StatusDetail></samlp:Status>"
    return idp.response(_evil(idp)).replace("</samlp:Status>", detail)


def in_logout(idp: SamlProvider) -> str:
    """A signed assertion in a response of another kind."""
    return idp.response(idp.signed("admin")).replace("samlp:Response", "samlp:LogoutResponse")


def in_another_namespace(idp: SamlProvider) -> str:
    """The forged assertion has no namespace, for readers that look at local names."""
    return idp.response(f"{_evil(idp).replace('saml:', '')}{idp.signed()}")


def same_id(idp: SamlProvider) -> str:
    """The forged assertion has the real one's id and signature."""
    good = idp.signed()
    return _evil(idp, _signature(good), ID=_parsed(good).get("ID"))


def same_id_twice(idp: SamlProvider) -> str:
    """The forged assertion has the real one's id, and both are there."""
    good = idp.signed()
    extensions = f"<samlp:Extensions>{_without_signature(good)}</samlp:Extensions>"
    return idp.response(f"{extensions}{_evil(idp, _signature(good), ID=_parsed(good).get('ID'))}")


def another_attribute_is_the_id(idp: SamlProvider) -> str:
    """Something else has the forged assertion's id under another attribute's name."""
    good = idp.signed()
    identifier = _parsed(good).get("ID")
    return _evil(idp, _signature(good), ID=identifier, Id=identifier)


def another_element_has_the_id(idp: SamlProvider) -> str:
    """Something in the signed response has the assertion's id as `Id`."""
    good = idp.signed()
    identifier = _parsed(good).get("ID")
    extensions = f'<samlp:Extensions><x Id="{identifier}"/></samlp:Extensions>'
    return idp.response(f"{extensions}{_evil(idp, _signature(good), ID=identifier)}")


def signature_of_the_response_only_in_name(idp: SamlProvider) -> str:
    """The response carries the assertion's signature."""
    good = idp.signed()
    return idp.response(_without_signature(good).replace("somebody", "admin"), place=_signature(good))


def signed_response_unsigned_assertion_swapped(idp: SamlProvider) -> str:
    """The assertion in a signed response is replaced."""
    good = _parsed(idp.signed_response())
    good.replace(good.find(f"{SAML}Assertion"), _parsed(_evil(idp)))
    return _text(good)


def signed_response_with_another_signed_assertion(idp: SamlProvider) -> str:
    """A signed response whose assertion is replaced by one that is signed too: neither may cover for the other."""
    good = _parsed(idp.signed_response())
    good.replace(good.find(f"{SAML}Assertion"), _parsed(idp.signed("admin")))
    return _text(good)


def unsigned(idp: SamlProvider) -> str:
    """Nothing is signed."""
    return _evil(idp)


def unsigned_response(idp: SamlProvider) -> str:
    """Nothing is signed in a response."""
    return idp.response(_evil(idp))


WRAPPED: tuple[Attack, ...] = (
    xsw1,
    xsw2,
    xsw3,
    xsw3_behind,
    xsw4,
    xsw5,
    xsw6,
    xsw7,
    xsw7_swapped,
    xsw8,
    in_advice,
    in_status,
    in_logout,
)
"""Documents with a signature that is good as such: of something else than what a careless reader reads."""
FORGED: tuple[Attack, ...] = (
    *WRAPPED,
    same_id,
    same_id_twice,
    another_attribute_is_the_id,
    another_element_has_the_id,
    signature_of_the_response_only_in_name,
    signed_response_unsigned_assertion_swapped,
    signed_response_with_another_signed_assertion,
    unsigned,
    unsigned_response,
)
