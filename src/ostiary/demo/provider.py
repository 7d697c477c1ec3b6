"""A small OpenID Connect provider: discovery, keys, and an endpoint that signs in whoever it is told to.

`python -m ostiary.demo.provider PORT`. `GET /sign-in?sub=…&email=…&client_id=…` answers `{"id_token": …}`. For the demo
only: it believes everybody.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from ostiary.runtime.clock import Clock

ID_TOKEN_SECONDS = 3600


class Provider(ThreadingHTTPServer):
    """The provider, with one signing key made at the start."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "demo-1", "use": "sig", "alg": "RS256"})

    def answer(self, path: str, query: dict[str, list[str]]) -> dict[str, Any] | None:
        """Return the JSON document at `path`, or None where there is none."""
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.issuer,
                    "jwks_uri": f"{self.issuer}/jwks",
                    "authorization_endpoint": f"{self.issuer}/sign-in",
                    "response_types_supported": ["id_token"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            case "/jwks":
                return {"keys": [self.key.as_dict(private=False)]}
            case "/sign-in":
                return {"id_token": self.id_token(query["sub"][0], query["email"][0], query["client_id"][0])}
        return None

    def id_token(self, subject: str, email: str, audience: str) -> str:
        """Return an ID token for `audience`, valid for an hour."""
        now = Clock().now_seconds()
        claims = {"iss": self.issuer, "sub": subject, "aud": audience, "email": email, "email_verified": True}
        times = {"iat": now, "exp": now + ID_TOKEN_SECONDS}
        return jwt.encode({"alg": "RS256", "kid": "demo-1"}, claims | times, self.key)


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        document = self.server.answer(url.path, parse_qs(url.query))
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document or {"error": "not_found"}).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: the query holds what somebody signs in with."""


if __name__ == "__main__":
    Provider(int(sys.argv[1])).serve_forever()
