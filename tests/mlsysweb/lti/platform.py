"""A learning platform for tests: a key of its own, served on localhost as a key set, tokens, and a gradebook."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.test import Client
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm

from mlsysweb.lti.models import Platform

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
TEACHER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def new_key():
    return generate_private_key(public_exponent=65537, key_size=2048)


class MockPlatform:
    """The platform. `scores` are what its gradebook received; `refuses` are users whose scores it refuses."""

    def __init__(self):
        self.key, self.kid = new_key(), "platform-key"
        self.scores, self.assertions, self.refuses, self.token_status = [], [], set(), 200
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.home = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def register(self, **changes):
        row = {
            "name": "Moodle",
            "issuer": "https://moodle.example.edu",
            "client_id": "walls",
            "deployments": "1 2",
            "auth_url": f"{self.home}/auth",
            "token_url": f"{self.home}/token",
            "key_set_url": f"{self.home}/keys/{id(self)}",
        }
        return Platform.objects.create(**row | changes)

    def _handler(platform):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                key = RSAAlgorithm.to_jwk(platform.key.public_key(), as_dict=True)
                self.answer({"keys": [key | {"kid": platform.kid, "use": "sig", "alg": "RS256"}]})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/token":
                    platform.assertions.append({name: each[0] for name, each in parse_qs(body).items()})
                    self.answer({"access_token": "access", "expires_in": 3600}, platform.token_status)
                else:
                    score = json.loads(body)
                    refused = score["userId"] in platform.refuses
                    if not refused:
                        platform.scores.append((self.path, self.headers["Authorization"], score))
                    self.answer({}, 422 if refused else 200)

            def answer(self, data, status=200):
                sent = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_):
                pass

        return Handler

    def begin(self, client, **changes):
        """Begin a launch. Return the fields that the platform is sent."""
        said = {"iss": "https://moodle.example.edu", "login_hint": "7", "client_id": "walls", "lti_message_hint": "h"}
        answer = client.post(reverse("lti:login"), said | changes)
        assert answer.status_code == 302, answer.content.decode()
        return {name: each[0] for name, each in parse_qs(urlsplit(answer.url).query).items()}

    def claims(self, asked, user="u1", role=LEARNER, custom=None, **changes):
        now = int(time.time())
        return {
            "iss": "https://moodle.example.edu",
            "aud": "walls",
            "sub": user,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "name": f"Student {user}",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": "1",
            f"{CLAIM}roles": [role],
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Economics of fleets"},
            f"{CLAIM}custom": {"lesson": "economics"} if custom is None else custom,
            GRADES: {"scope": [SCORE], "lineitem": f"{self.home}/courses/3/items/9?type=x"},
        } | changes

    def token(self, claims, **changes):
        signing = {"key": self.key, "algorithm": "RS256", "headers": {"kid": self.kid}} | changes
        return jwt.encode(claims, **signing)

    def answer(self, client, asked, token):
        """Send the browser back with a token."""
        return client.post(reverse("lti:launch"), {"state": asked["state"], "id_token": token})

    def open(self, user="u1", role=LEARNER, client=None, custom=None, **changes):
        """Open the link as a user. Return the browser and the response at the end of the redirects."""
        client = client or Client()
        asked = self.begin(client)
        launched = self.answer(client, asked, self.token(self.claims(asked, user, role, custom, **changes)))
        assert launched.status_code == 302, launched.content.decode()
        return client, client.get(launched.url)
