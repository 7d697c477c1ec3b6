"""One port for all services, as real clients and hostile ones meet it (behaviour/clients.md 5-7, 11, 12)."""

import json
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.fixtures.waiting import PATIENCE
from tests.wire.conftest import KEY_ID, SECRET, TARGET, Live

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIGN_UP: dict[str, Any] = {"ClientId": "abc", "Username": "user", "Password": "password"}


def refused(call: Any, **members: Any) -> tuple[str, str, int]:
    """Return code, text and status of the error that a call of boto3 ends in."""
    with pytest.raises(ClientError) as error:
        call(**members)
    answer = error.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def assert_error(answer: httpx.Response, code: str, *, status: int = 400) -> None:
    """Assert that a JSON error is of AWS's form, in body and headers alike."""
    body = answer.json()
    assert (answer.status_code, body["__type"]) == (status, code), answer.text
    assert answer.headers["x-amzn-errortype"] == f"{code}:"
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert UUID.fullmatch(answer.headers["x-amzn-requestid"])
    assert isinstance(body["message"], str)


class TestAnswers:
    """What comes back when all is well, and the form of what comes back when it is not."""

    def test_boto3_calls_a_signed_operation(self, live: Live) -> None:
        answer = live.boto("cognito-idp").admin_get_user(UserPoolId="us-east-1_abc", Username="user")
        assert answer["Username"] == "user"
        assert answer["UserCreateDate"].timestamp() == 1689885426.107
        assert live.handlers.decided == [
            ("cognito-idp:AdminGetUser", "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_abc")
        ]

    def test_boto3_calls_a_query_operation(self, live: Live) -> None:
        answer = live.boto("sts").get_caller_identity()
        assert (answer["Arn"], answer["UserId"]) == ("arn:aws:iam::111111111111:<root>", "the-principal")
        assert UUID.fullmatch(answer["ResponseMetadata"]["RequestId"])
        assert not live.handlers.decided

    def test_a_presigned_address_is_good_for_a_get(self, live: Live) -> None:
        address = live.boto("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
        assert "<Account>111111111111</Account>" in live.http.get(address).text

    def test_absent_members_are_left_out_of_an_answer(self, live: Live) -> None:
        assert live.call("SignUp", json.dumps(SIGN_UP)).json() == {"UserConfirmed": False, "UserSub": "a-sub"}

    def test_null_is_absent(self, live: Live) -> None:
        """behaviour/clients.md 7."""
        extra = {"UserAttributes": None, "ClientMetadata": {"a": None, "b": "c"}, "UserContextData": None}
        assert live.call("SignUp", json.dumps({**SIGN_UP, **extra})).status_code == 200
        assert live.handlers.seen == [{**SIGN_UP, "ClientMetadata": {"b": "c"}}]

    def test_a_null_that_is_required_is_missing(self, live: Live) -> None:
        answer = live.call("SignUp", json.dumps({**SIGN_UP, "ClientId": None}))
        assert_error(answer, "InvalidParameterException")
        assert "Value null at 'clientId'" in answer.json()["message"]

    def test_an_operation_without_output_answers_an_empty_body(self, live: Live) -> None:
        answer = live.boto("cognito-idp").delete_user_pool(UserPoolId="us-east-1_abc")
        assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"

    def test_a_modelled_error_has_its_name_and_text(self, live: Live) -> None:
        """behaviour/clients.md 6."""
        idp = live.boto("cognito-idp")
        with pytest.raises(idp.exceptions.UserNotFoundException) as error:
            idp.admin_get_user(UserPoolId="us-east-1_abc", Username="nobody")
        assert error.value.response["Error"]["Message"] == "User does not exist."

    def test_identity_pools_call_a_broken_constraint_a_validation_exception(self, live: Live) -> None:
        code, text, status = refused(live.boto("cognito-identity").get_id, IdentityPoolId="x")
        assert (code, status) == ("ValidationException", 400)
        assert text.endswith(r"Member must satisfy regular expression pattern: [\w-]+:[0-9a-f-]+")

    def test_an_absent_operation_says_so(self, live: Live) -> None:
        answer = live.call("CreateUserPoolReplica")
        assert_error(answer, "NotImplementedException", status=501)
        assert "CreateUserPoolReplica" in answer.json()["message"]
        assert refused(live.boto("iam").list_users)[::2] == ("NotImplemented", 501)

    def test_a_query_error_is_xml(self, live: Live) -> None:
        answer = live.form("Action=Nothing&Version=2011-06-15")
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "text/xml"
        assert answer.text.startswith(
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            "<Code>InvalidAction</Code><Message>Could not find operation Nothing for version 2011-06-15</Message>"
        )

    def test_every_answer_has_one_date_and_a_request_id(self, live: Live) -> None:
        """SIG-03, behaviour/clients.md 12."""
        for answer in [live.call("SignUp", json.dumps(SIGN_UP)), live.call("Nothing"), live.form("Action=Nothing")]:
            assert len(answer.headers.get_list("date")) == 1
            assert UUID.fullmatch(answer.headers["x-amzn-requestid"])

    def test_an_unexpected_failure_tells_only_its_request_id(self, live: Live) -> None:
        with capture_logs() as logged:
            answer = live.call("DeleteUser", '{"AccessToken":"a"}')
        assert_error(answer, "InternalFailure", status=500)
        assert "nobody outside" not in answer.text
        assert [(line["request_id"], line["operation"]) for line in logged] == [
            (answer.headers["x-amzn-requestid"], "DeleteUser")
        ]

    def test_a_handler_runs_again_when_the_database_asks_for_it(self, live: Live) -> None:
        live.handlers.failures = 2
        assert live.call("GetUser", '{"AccessToken":"a"}').status_code == 200
        live.handlers.failures = 3
        assert_error(live.call("GetUser", '{"AccessToken":"a"}'), "InternalFailure", status=500)


class TestSignatures:
    """Who may call what."""

    def test_an_unsigned_operation_takes_no_notice_of_a_signature(self, live: Live) -> None:
        """SIG-13, behaviour/clients.md 5."""
        body = json.dumps(SIGN_UP)
        for authorization in ["", "garbage", "Bearer x", f"AWS4-HMAC-SHA256 Credential={KEY_ID}/1/2/3/4"]:
            assert live.call("SignUp", body, authorization=authorization).status_code == 200
        assert live.call("SignUp", body, x_amz_security_token="expired").status_code == 200

    @pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic eDp4", "AWS x:y", "AWS4-ECDSA-P256-SHA256 a=b"])
    def test_a_signed_operation_refuses_what_is_no_signature(self, live: Live, authorization: str) -> None:
        """SIG-13, SIG-15."""
        headers = {"authorization": authorization} if authorization else {}
        answer = live.call("AdminGetUser", '{"UserPoolId":"us-east-1_a","Username":"u"}', **headers)
        assert_error(answer, "IncompleteSignatureException" if authorization else "MissingAuthenticationTokenException")
        assert not live.handlers.seen

    @pytest.mark.parametrize(
        ("changed", "json_code", "query_code", "text"),
        [
            (
                {"secret": "wrong"},
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
                "The request signature we calc",
            ),
            ({"key": "AKIAUNKNOWN"}, "UnrecognizedClientException", "InvalidClientTokenId", "The security token incl"),
            (
                {"token": "dead"},
                "ExpiredTokenException",
                "ExpiredToken",
                "The security token included in the request is",
            ),
        ],
    )
    def test_a_bad_signature_is_refused(
        self, live: Live, changed: dict[str, str], json_code: str, query_code: str, text: str
    ) -> None:
        """SIG-12: the three errors of the real service, in both forms."""
        idp = refused(live.boto("cognito-idp", **changed).admin_get_user, UserPoolId="us-east-1_a", Username="u")
        sts = refused(live.boto("sts", **changed).get_caller_identity)
        assert (idp[0], idp[2]) == (json_code, 400)
        assert (sts[0], sts[2]) == (query_code, 403)
        assert idp[1].startswith(text)
        assert sts[1].startswith(text)
        assert not live.handlers.seen

    def test_a_missing_signature_is_told_by_query_services_in_their_words(self, live: Live) -> None:
        answer = live.form("Action=GetCallerIdentity&Version=2011-06-15")
        assert answer.status_code == 403
        assert "<Code>MissingAuthenticationToken</Code>" in answer.text
        assert "<Message>Request is missing Authentication Token</Message>" in answer.text

    def test_a_signature_of_another_service_or_region_is_refused(self, live: Live) -> None:
        """SIG-04."""
        address = live.boto("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
        moved = live.http.get(address.replace("%2Fsts%2F", "%2Fiam%2F"))
        assert "<Code>SignatureDoesNotMatch</Code>" in moved.text

    def test_a_body_changed_after_signing_is_refused(self, live: Live) -> None:
        """SIG-06."""
        from ostiary.aws import sigv4  # noqa: PLC0415 - only here
        from ostiary.runtime.clock import Clock  # noqa: PLC0415 - only here

        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{TARGET}.AdminGetUser"}
        for declared in [sigv4.UNSIGNED_PAYLOAD, sigv4.EMPTY_HASH, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]:
            signed = sigv4.sign(
                "POST",
                f"{live.url}/",
                headers,
                declared,
                KEY_ID,
                SECRET,
                None,
                "us-east-1",
                "cognito-idp",
                Clock().now(),
            )
            answer = live.http.post(live.url, content='{"UserPoolId":"us-east-1_a","Username":"u"}', headers=signed)
            assert_error(answer, "InvalidSignatureException")
        assert not live.handlers.seen

    def test_iam_has_the_last_word(self, live: Live) -> None:
        found = refused(live.boto("cognito-idp").admin_get_user, UserPoolId="us-east-1_denied", Username="u")
        assert found[0] == "AccessDeniedException"
        assert found[2] == 400
        assert not live.handlers.seen


class TestBrowsers:
    """Cross-origin requests (behaviour/clients.md 11)."""

    @pytest.mark.parametrize("path", ["/", "/identitypools/a/identities/b/datasets", "/anything"])
    def test_a_preflight_is_answered_for_every_path(self, live: Live, path: str) -> None:
        asked = "amz-sdk-invocation-id,authorization,cache-control,content-type,x-amz-target,x-amz-user-agent,x-mine"
        headers = {"origin": "https://a", "access-control-request-method": "POST"}
        headers["access-control-request-headers"] = asked
        answer = live.http.options(f"{live.url}{path}", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        allowed = set(answer.headers["access-control-allow-headers"].split(", "))
        assert allowed >= {*asked.split(","), "x-amz-security-token", "x-amz-content-sha256", "x-amz-date"}
        assert {"POST", "GET", "PUT", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))

    def test_what_a_preflight_repeats_is_only_names(self, live: Live) -> None:
        answer = live.http.options(live.url, headers={"access-control-request-headers": "a b, <x>, ok-name"})
        allowed = answer.headers["access-control-allow-headers"].split(", ")
        assert "ok-name" in allowed
        assert not {"a b", "<x>"} & set(allowed)

    def test_web_pages_may_read_answers_and_errors(self, live: Live) -> None:
        answers = [
            live.call("SignUp", json.dumps(SIGN_UP)),
            live.call("Nothing"),
            live.call("DeleteUser", '{"AccessToken":"a"}'),
            live.form("Action=Nothing"),
            live.call("SignUp", b"x" * 2_000_000),
        ]
        assert [answer.status_code for answer in answers] == [200, 400, 500, 400, 413]
        for answer in answers:
            assert answer.headers["access-control-allow-origin"] == "*"
            exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
            assert set(exposed) >= {"x-amzn-requestid", "x-amzn-errortype", "date", "etag", "x-amz-request-id"}


DEEP = 1000
BAD_BODIES: dict[str, bytes] = {
    "nothing but a brace": b"{",
    "no object": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "trailing": b"{} x",
    "single quotes": b"{'ClientId':'a'}",
    "NaN": b'{"ClientId":NaN}',
    "huge exponent": b'{"ClientId":1e999}',
    "1,000 deep": b'{"ClientMetadata":' * DEEP + b"{}" + b"}" * DEEP,
    "1,000 deep, unknown member": b'{"X":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "100,000 deep": b"[" * 100_000,
    "invalid UTF-8": b'{"ClientId":"\xff\xfe"}',
    "overlong UTF-8": b'{"ClientId":"\xc0\xaf"}',
    "UTF-16": '{"ClientId":"a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"ClientId":"a"}',
    "NUL": b'{"ClientId":"a","Username":"a\\u0000b","Password":"password"}',
    "NUL in a key": b'{"ClientId":"a","Username":"a","Password":"password","ClientMetadata":{"\\u0000":"x"}}',
    "raw NUL": b'{"ClientId":"a\x00"}',
    "lone surrogate": b'{"ClientId":"\\ud800"}',
    "reversed surrogates": b'{"ClientId":"\\udc00\\ud800"}',
    "number for a text": b'{"ClientId":1}',
    "list for a text": b'{"ClientId":[]}',
    "object for a text": b'{"ClientId":{}}',
    "text for a list": b'{"UserAttributes":"x"}',
    "text for an object": b'{"UserContextData":"x"}',
    "text for a map": b'{"ClientMetadata":"x"}',
    "true for a text": b'{"ClientId":true}',
}


class TestHostileRequests:
    """Nothing a client sends ends in a 500 (ROB-02 to ROB-04)."""

    @pytest.mark.parametrize("body", BAD_BODIES.values(), ids=list(BAD_BODIES))
    def test_a_body_that_cannot_be_read_is_a_serialization_error(self, live: Live, body: bytes) -> None:
        assert_error(live.call("SignUp", body), "SerializationException")
        assert not live.handlers.seen

    def test_an_escaped_backslash_is_no_nul(self, live: Live) -> None:
        body = b'{"ClientId":"a","Username":"a\\\\u0000b","Password":"password"}'
        assert live.call("SignUp", body).status_code == 200
        assert live.handlers.seen[0]["Username"] == r"a\u0000b"

    def test_an_empty_body_is_an_empty_request(self, live: Live) -> None:
        answer = live.call("SignUp", b"")
        assert answer.json()["message"].startswith("2 validation errors detected: ")

    @pytest.mark.parametrize("operation", ["Nothing", "", "SignUp ;", "signup", "AdminGetUser.SignUp", "a" * 10_000])
    def test_an_unknown_target_is_refused(self, live: Live, operation: str) -> None:
        assert_error(live.call(operation), "UnknownOperationException")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "x", "multipart/form-data; boundary=x"])
    def test_a_wrong_content_type_is_refused(self, live: Live, content_type: str) -> None:
        answer = live.call("SignUp", json.dumps(SIGN_UP), content_type=content_type)
        assert_error(answer, "UnknownOperationException")
        assert not live.handlers.seen

    @pytest.mark.parametrize(
        "body",
        [
            b"Action=%ff&Version=2011-06-15",
            b"Action=\xff",
            b"Action=AssumeRole&Version=2011-06-15&RoleArn=%00",
            b"&".join(b"a%d=b" % number for number in range(1001)),
            b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&" + b"a." * 1000 + b"=1",
            b"Action=AssumeRole&Version=2011-06-15&DurationSeconds=x",
            b"%",
            b"Action=%",
            b"=" * 1000,
        ],
        ids=range(9),
    )
    def test_a_form_that_cannot_be_read_is_refused(self, live: Live, body: bytes) -> None:
        answer = live.form(body)
        assert 400 <= answer.status_code < 500 or "<Code>NotImplemented</Code>" in answer.text

    @pytest.mark.parametrize("size", [1_048_577, 10 * 1_048_576])
    def test_a_body_beyond_the_limit_is_refused(self, live: Live, size: int) -> None:
        """ROB-02."""
        assert_error(live.call("SignUp", b"x" * size), "RequestEntityTooLargeException", status=413)

    def test_a_body_beyond_the_limit_in_chunks_is_refused(self, live: Live) -> None:
        """ROB-02: without a length announced."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{TARGET}.SignUp"}
        answer = live.http.post(live.url, content=(b"x" * 65_536 for _ in range(40)), headers=headers)
        assert_error(answer, "RequestEntityTooLargeException", status=413)

    def test_64_mib_are_refused_before_they_are_read(self, live: Live) -> None:
        """ROB-02."""
        head = (
            f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {64 * 1_048_576}\r\nX-Amz-Target: {TARGET}.SignUp\r\n\r\n"
        )
        assert raw(live, head.encode()).startswith(b"HTTP/1.1 413")

    def test_an_endless_address_or_header_is_refused(self, live: Live) -> None:
        """ROB-02."""
        assert raw(live, f"GET /{'a' * 20_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())[9:12] in {b"413", b"400"}
        assert raw(live, f"GET / HTTP/1.1\r\nHost: a\r\nX: {'a' * 70_000}\r\n\r\n".encode())[9:12] in {b"413", b"400"}

    def test_a_folded_header_is_refused(self, live: Live) -> None:
        """SIG-11."""
        head = f"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: {TARGET}.SignUp\r\nX-Folded: a\r\n b\r\n\r\n"
        assert raw(live, head.encode()).startswith(b"HTTP/1.1 400")

    def test_bytes_outside_utf_8_in_path_query_and_headers_are_refused_quietly(self, live: Live) -> None:
        for head in [
            b"GET /\xff?\xfe=\xfd HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /?Action=\xff HTTP/1.1\r\nHost: a\r\nAuthorization: \xff\r\n\r\n",
            b"GET /?Action=GetCallerIdentity&X-Amz-Signature=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: \xff\r\nContent-Length: 0\r\n\r\n",
        ]:
            assert raw(live, head)[9:10] == b"4"

    @given(body=st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_stands_in_a_member_it_is_read_or_refused(self, live: Live, body: Any) -> None:
        """ROB-03, ROB-11."""
        for member in ["ClientId", "UserAttributes", "ClientMetadata", "UserContextData"]:
            answer = live.call("SignUp", json.dumps({**SIGN_UP, member: body}))
            assert answer.status_code in {200, 400}
            if answer.status_code == 400:
                assert answer.json()["__type"] in {"SerializationException", "InvalidParameterException"}


def raw(live: Live, sent: bytes) -> bytes:
    """Send bytes as they are and return what comes back until the server closes or has answered."""
    address = urlsplit(live.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        return connection.recv(65_536)
