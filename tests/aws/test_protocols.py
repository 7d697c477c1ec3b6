"""AWS's own protocol cases, turned round: what their clients send is parsed, what we render their clients read back."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser

from ostiary.aws import model
from ostiary.aws.errors import ServiceError
from ostiary.aws.model import Operation, Shape
from ostiary.aws.protocols import json as aws_json
from ostiary.aws.protocols import query, rest_json, rest_xml, xml_parse
from ostiary.aws.wire import Request, Response
from tests.fixtures.required import CORPORA, corpus

PROTOCOLS = {"json": aws_json, "query": query, "rest-json": rest_json, "rest-xml": rest_xml}
Case = tuple[dict[str, Any], dict[str, Any]]

SEEN_OTHERWISE = {
    # The client makes up a token; the server reads it.
    "RestJsonQueryIdempotencyTokenAutoFill": {"token": "00000000-0000-4000-8000-000000000000"},
    "QueryIdempotencyTokenAutoFill": {"token": "00000000-0000-4000-8000-000000000000"},
    "QueryProtocolIdempotencyTokenAutoFill": {"token": "00000000-0000-4000-8000-000000000000"},
    # Two values for one parameter: the client sends only the one that has a member of its own.
    "RestJsonQueryPrecedence": {"foo": "named", "baz": {"bar": "named", "qux": "alsoFromMap"}},
    "RestXmlQueryPrecedence": {"foo": "named", "baz": {"bar": "named", "qux": "alsoFromMap"}},
    # Nothing in a form stands for an empty map.
    "QueryEmptyQueryMaps": {},
    # A payload structure without members goes out as an empty object.
    "RestJsonHttpWithEmptyStructurePayload": {"payloadConfig": {}},
    "RestJsonHttpWithHeadersButNoPayload": {"testId": "t-12345", "payloadConfig": {}},
}
"""What arrives where a client's serializer does not send its parameters one to one."""


UNREADABLE = {"RestJsonHttpPayloadWithUnsetUnion", "RestXmlHttpPayloadWithUnsetUnion"}
"""Cases whose own empty body botocore's parser refuses, because it counts a union's members."""


COMPRESSED = "PutWithContentEncoding"
"""An operation with compressed bodies, which the corpus does not give; no service of ours has one."""

MISREAD = {"QueryXmlLists", "XmlLists", "BodyWithXmlName"}
"""Cases whose flattened lists and renamed members botocore's parser does not find in their own bodies either."""


MISREAD_HEADERS = {
    "RestJsonInputAndOutputWithQuotedStringHeaders",
    "RestJsonInputAndOutputWithTimestampHeaders",
    "InputAndOutputWithTimestampHeaders",
}
"""Cases whose lists in headers botocore's parser splits at every comma."""


def cases(direction: str) -> list[Any]:
    """Return a parameter for every case of the corpus, or one that reports the corpus missing."""
    found = []
    for protocol in PROTOCOLS:
        path = CORPORA / "aws-protocols" / direction / f"{protocol}.json"
        suites = json.loads(path.read_text()) if path.exists() else []
        for suite in suites:
            given = [case for case in suite["cases"] if case["given"]["name"] != COMPRESSED]
            found += [pytest.param((suite, case), id=f"{protocol}-{case['id']}") for case in given]
    return found or [pytest.param(None, id="missing")]


def operation_of(case: Case) -> Operation:
    suite, given = case[0], case[1]["given"]
    document = {"metadata": suite["metadata"], "shapes": suite["shapes"], "operations": {given["name"]: given}}
    return model.linked("corpus", document).operations[given["name"]]


def request_of(serialized: Mapping[str, Any]) -> Request:
    address = urlsplit(serialized["uri"])
    headers = [(name.lower(), value) for name, value in serialized.get("headers", {}).items()]
    return Request(
        serialized["method"], address.path or "/", address.query, headers, serialized.get("body", "").encode()
    )


def handled(  # noqa: PLR0911 - one for each type
    shape: Shape, value: Any
) -> Any:
    """Return a value of the corpus as handlers have it: blobs are bytes, special floats floats, null is absent."""
    match shape.type:
        case _ if shape.document:
            return value
        case "structure":
            members = shape.members.items()
            return {
                name: json.loads(value[name]) if member.traits.get("jsonvalue") else handled(member.shape, value[name])
                for name, member in members
                if value.get(name) is not None and not (unsent(member) and value[name] in ({}, []))
            }
        case "list" if shape.item:
            return [handled(shape.item.shape, inner) for inner in value if inner is not None]
        case "map" if shape.item:
            return {k: handled(shape.item.shape, inner) for k, inner in value.items() if inner is not None}
        case "blob":
            return value.encode()
        case "float" | "double":
            return float(value)
        case _:
            return value


def unsent(member: model.Member) -> bool:
    """Whether nothing is sent for this member when it is empty."""
    return member.location in {"querystring", "headers"}


def own_parameters(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    """Return the members without those parameters of query maps that have a member of their own as well."""
    in_query = {m.wire_name for m in shape.members.values() if m.location == "querystring" and m.shape.type != "map"}
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if shape.members[name].location == "querystring" and shape.members[name].shape.type == "map":
            kept = {k: v for k, v in inner.items() if k not in in_query}
            found |= {name: kept} if kept else {}
        else:
            found[name] = inner
    return found


def same(left: Any, right: Any) -> bool:
    """Compare, NaN being like itself."""
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


@pytest.mark.parametrize("case", cases("input"))
def test_a_request_of_awss_client_is_parsed_into_its_parameters(case: Case | None) -> None:
    if case is None:
        corpus("aws-protocols")
        raise AssertionError
    operation, serialized = operation_of(case), case[1]["serialized"]
    protocol = PROTOCOLS[operation.service.protocol]
    parsed = protocol.parse(operation, request_of(serialized))
    wanted = SEEN_OTHERWISE.get(case[1]["id"], case[1]["params"])
    expected = handled(operation.input, wanted) if operation.input else {}
    if operation.input:
        parsed, expected = own_parameters(operation.input, parsed), own_parameters(operation.input, expected)
    assert same(parsed, expected), (parsed, expected)


class CorpusError(ServiceError):
    """An error of the corpus."""


@pytest.mark.parametrize("case", cases("output"))
def test_an_answer_reads_back_in_awss_client(case: Case | None) -> None:
    if case is None:
        corpus("aws-protocols")
        raise AssertionError
    operation, document = operation_of(case), case[1]
    protocol = PROTOCOLS[operation.service.protocol]
    output = handled(operation.output, document.get("result", {})) if operation.output else {}
    if "errorCode" in document:
        answer = protocol.error(operation.service, error_of(document), "an-id")
        told = read_back(case, answer)["Error"]
        assert told["Code"].partition(":")[0] == document["errorCode"]
        assert (told.get("Message") or "") == document.get("errorMessage", "")
    else:
        answer = protocol.render(operation, output, "an-id")
        if document["id"] in MISREAD_HEADERS:
            sent = {name.lower(): value for name, value in answer.headers}
            assert sent.items() >= {k.lower(): v for k, v in document["response"]["headers"].items()}.items()
            return
        if document["id"] in MISREAD:
            assert tree(answer.body) == tree(document["response"]["body"].encode())
            return
        read = read_back(case, answer)
        assert same(read, output), (read, output, answer.body)
    assert answer.status == document["response"]["status_code"]


def tree(body: bytes) -> Any:
    """Return the elements of an XML body with their texts, to compare; without the request id."""

    def branch(element: xml_parse.Element) -> Any:
        inside = [branch(child) for child in element.children if child.name != "ResponseMetadata"]
        return (element.name, inside or element.text)

    return branch(xml_parse.parse(body))


def error_of(document: Mapping[str, Any]) -> ServiceError:
    """Return the case's error, of a class like those of the types modules."""
    members = {"code": document["errorCode"], "status": document["response"]["status_code"]}
    error: ServiceError = type("CorpusError", (ServiceError,), members)(document.get("errorMessage", ""))
    return error


def read_back(case: Case, answer: Response) -> dict[str, Any]:
    """Return what botocore's parser makes of an answer, as handlers have it."""
    suite, given = case[0], case[1]["given"]
    if not answer.body and case[1]["id"] in UNREADABLE:
        return {}
    if "output" in given:
        given = {**given, "output": {**given["output"], "resultWrapper": f"{given['name']}Result"}}
    service = ServiceModel({"metadata": suite["metadata"], "shapes": suite["shapes"], "operations": {}})
    shape = OperationModel(given, service, given["name"]).output_shape
    ours = {"content-type", "x-amzn-RequestId", "x-amzn-ErrorMessage"}
    headers = HeadersDict({name: value for name, value in answer.headers if name not in ours})
    response = {"headers": headers, "body": answer.body, "status_code": answer.status, "context": {}}
    parsed: dict[str, Any] = create_parser(suite["metadata"]["protocol"]).parse(response, shape)
    parsed.pop("ResponseMetadata")
    operation = operation_of(case)
    return read_value(operation.output, parsed) if operation.output and "Error" not in parsed else parsed


def read_value(  # noqa: PLR0911 - one for each type
    shape: Shape, value: Any
) -> Any:
    """Return a value of botocore's parser as handlers have it."""
    if isinstance(value, datetime):
        return int(value.timestamp()) if value.microsecond == 0 else value.timestamp()
    if shape.type in {"float", "double"}:
        return float(value)
    if shape.type == "blob" and isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and shape.type == "structure" and not shape.document:
        kept = {name: inner for name, inner in value.items() if not (unsent(shape.members[name]) and inner in ({}, []))}
        if kept.get(shape.payload) == "":
            kept.pop(shape.payload)  # what botocore makes of a body that is not there
        return {name: read_value(shape.members[name].shape, inner) for name, inner in kept.items()}
    if isinstance(value, list) and shape.item:
        return [read_value(shape.item.shape, inner) for inner in value]
    if isinstance(value, dict) and shape.item:
        return {name: read_value(shape.item.shape, inner) for name, inner in value.items()}
    return value
