"""Values on the wire: what is read, what is written, what is refused."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws import model
from ostiary.aws.errors import AccessDeniedError, SerializationError, ServiceError
from ostiary.aws.protocols import json_values, query, rest_xml, scalars, timestamps, xml_parse, xml_values
from ostiary.aws.wire import Request, fields, text, wire


def shape(kind: Any, **traits: Any) -> model.Shape:
    return model.Shape("S", kind, {"type": kind, **traits})


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (1422172800, 1422172800),
        (1422172800.5, 1422172800.5),
        ("1422172800", 1422172800),
        ("2015-01-25T08:00:00Z", 1422172800),
        ("2015-01-25t08:00:00.250z", 1422172800.25),
        ("2015-01-25T09:00:00+01:00", 1422172800),
        ("Sun, 25 Jan 2015 08:00:00 GMT", 1422172800),
        (-1, -1),
    ],
)
def test_a_timestamp_is_read_in_every_form(sent: Any, seconds: float) -> None:
    assert timestamps.parsed(sent) == seconds


@pytest.mark.parametrize("sent", [True, None, [], "", "x", "2015-01-25", 1e300, math.nan, "99999999999999999999"])
def test_what_is_no_timestamp_is_refused(sent: Any) -> None:
    with pytest.raises(SerializationError):
        timestamps.parsed(sent)


@pytest.mark.parametrize(
    ("epoch", "form", "sent"),
    [
        (1689885426.1071, "unixTimestamp", 1689885426.107),
        (1689885426.0, "unixTimestamp", 1689885426),
        (1689885426, "iso8601", "2023-07-20T20:37:06Z"),
        (1689885426.107, "iso8601", "2023-07-20T20:37:06.107Z"),
        (1689885426.9999, "iso8601", "2023-07-20T20:37:06.999Z"),
        (1689885426.5, "rfc822", "Thu, 20 Jul 2023 20:37:06 GMT"),
    ],
)
def test_a_timestamp_is_written_as_its_form_asks(epoch: float, form: Any, sent: Any) -> None:
    assert timestamps.rendered(epoch, form) == sent


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", 2**31),
        ("integer", "1"),
        ("integer", True),
        ("long", 2**63),
        ("long", -(2**63) - 1),
        ("double", "x"),
        ("double", 10**400),
        ("boolean", "true"),
        ("boolean", 1),
        ("blob", "no base64!"),
        ("blob", "é"),
        ("string", 1.5),
    ],
)
def test_a_json_value_of_another_type_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(SerializationError, match=r"can not be converted to an? "):
        json_values.reader(shape(kind))(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "x"), ("integer", "2147483648"), ("long", "1e3"), ("boolean", "1"), ("double", "1_0"), ("blob", "*")],
)
def test_a_text_of_another_type_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(SerializationError):
        scalars.read(shape(kind), value)


def test_a_fraction_is_cut_off_where_a_whole_number_is_wanted() -> None:
    assert json_values.reader(shape("integer"))(3.9) == 3


def test_half_a_surrogate_pair_is_written_as_a_question_mark() -> None:
    assert json_values.encode({"a": ["\ud800x"]}) == b'{"a":["?x"]}'


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    """ROB-03."""
    assert json_values.decode(b"[" * 100 + b"]" * 100)
    with pytest.raises(SerializationError, match="too deep"):
        json_values.decode(b"[" * 101 + b"]" * 101)
    assert len(json_values.decode(b"[" + b"[]," * 5000 + b"[]]")) == 5001


@given(st.binary(max_size=200))
def test_bytes_of_the_wire_come_back_as_they_were(raw: bytes) -> None:
    assert wire(text(raw)) == raw


def test_a_form_is_read_as_browsers_write_it() -> None:
    assert fields("a=b+c&d=%C3%A9&e&f==&&") == [("a", "b c"), ("d", "é"), ("e", ""), ("f", "=")]


@pytest.mark.parametrize("form", ["a=%ff", "a=%00", "\udcff=a", "&".join(["a=b"] * 1001)])
def test_a_form_that_is_not_text_or_too_long_is_refused(form: str) -> None:
    """ROB-02, ROB-04."""
    with pytest.raises(SerializationError):
        fields(form)


def test_a_list_of_a_form_is_in_the_order_of_its_numbers() -> None:
    operation = model.service("sts").operations["AssumeRole"]
    body = "&".join(f"Tags.member.{n}.Key=k{n}&Tags.member.{n}.Value=v{n}" for n in (10, 2, 1))
    request = Request("POST", "/", "", [("content-type", "application/x-www-form-urlencoded")], body.encode())
    assert [tag["Key"] for tag in query.parse(operation, request)["Tags"]] == ["k1", "k2", "k10"]


@given(st.text())
def test_any_text_goes_through_xml_except_what_xml_cannot_hold(value: str) -> None:
    body = f"<a>{xml_values.escaped(value)}</a>".encode()
    assert xml_parse.parse(body).text == xml_values._NOT_XML.sub("\ufffd", value)  # noqa: SLF001 - the same set


BOMB = (
    b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<Delete><Object><Key>&c;</Key></Object></Delete>"
)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>",
        b"",
        b"{}",
        b"<a>&unknown;</a>",
        b"<a/><b/>",
        b"<a>\x00</a>",
        b"<a>" * 101 + b"</a>" * 101,
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>\xff</a>",
    ],
)
def test_xml_with_a_doctype_or_that_is_none_is_refused(body: bytes) -> None:
    """No entity, no file, no depth: the gateway reads bodies of strangers with this."""
    with pytest.raises(SerializationError):
        xml_parse.parse(body)


class NoSuchKeyError(ServiceError):
    """An error of S3."""

    code = "NoSuchKey"
    status = 404


def test_an_s3_error_is_a_bare_error_element() -> None:
    answer = rest_xml.error(None, NoSuchKeyError("The specified key does not exist.", Key="a<b"), "an-id")
    assert answer.status == 404
    assert dict(answer.headers)["x-amz-request-id"] == "an-id"
    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        "<Message>The specified key does not exist.</Message><Key>a&lt;b</Key><RequestId>an-id</RequestId></Error>"
    )


def test_an_error_common_to_all_services_has_two_names() -> None:
    error = AccessDeniedError("no")
    assert b"<Code>AccessDenied</Code>" in query.error(model.service("sts"), error, "an-id").body
    assert query.error(model.service("sts"), error, "an-id").status == 403
