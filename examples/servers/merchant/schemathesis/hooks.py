"""Signs requests in the role of the platform, and checks responses against the protocol."""

import base64
import datetime
import itertools
import json
import os
import pathlib
import urllib.parse

import schemathesis
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from requests.auth import AuthBase
from schemathesis.core.parameters import ParameterLocation

DATA_DIRECTORY = pathlib.Path(os.environ["MERCHANT_DATA"])
PLATFORM_PRIVATE_KEY = load_pem_private_key((DATA_DIRECTORY / "platform.private.pem").read_bytes(), None)
MERCHANT_PUBLIC_KEY = load_pem_public_key((DATA_DIRECTORY / "merchant.public.pem").read_bytes())

# The content and the response of the first request with each ID.
first_responses = {}
# Numbers for unique request IDs.
request_numbers = itertools.count()


def signing_input(path, client_id, time, body):
    """Returns the bytes that a signature covers."""
    return f"POST {path}\n{client_id}.{time}.".encode() + body


def body_bytes(request):
    """Returns the body of a request as bytes."""
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


class SignatureAuth(AuthBase):
    """Adds the signature headers to a request."""

    def __call__(self, request):
        time = datetime.datetime.now(datetime.timezone.utc).isoformat()
        content = signing_input(request.path_url, "PLATFORM", time, body_bytes(request))
        signature = base64.b64encode(PLATFORM_PRIVATE_KEY.sign(content, PKCS1v15(), SHA256()))
        request.headers["Client-Id"] = "PLATFORM"
        request.headers["Request-Time"] = time
        request.headers["Signature"] = (
            f"algorithm=RSA256, keyVersion=1, signature={urllib.parse.quote_plus(signature)}"
        )
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    """Signs a request before it is sent, and sometimes replaces its ID."""
    # Intentionally invalid headers are not replaced.
    if case.method == "POST" and not case.meta.is_negative_at(ParameterLocation.HEADER):
        kwargs["auth"] = SignatureAuth()
    # Most requests are generated from the same example, so every second request with a known ID gets a new ID.
    is_valid = case.method == "POST" and not case.meta.generation.mode.is_negative
    if is_valid and case.body["requestId"] in first_responses and (number := next(request_numbers)) % 2:
        case.body["requestId"] = f"N-{number}"


@schemathesis.check
def response_is_signed(ctx, response, case):
    """Verifies the signature of a response from the endpoint."""
    if not case.path.startswith("/v2/") or response.status_code in (400, 405, 431):
        return
    header = response.headers["signature"][0]
    signature = base64.b64decode(urllib.parse.unquote(header.rpartition("signature=")[2]))
    path, time = response.request.path_url, response.headers["response-time"][0]
    content = signing_input(path, "MERCHANT", time, response.content)
    MERCHANT_PUBLIC_KEY.verify(signature, content, PKCS1v15(), SHA256())


@schemathesis.check
def result_is_correct(ctx, response, case):
    """Checks that the result matches the request: denied, invalid, new, retried or with a reused ID."""
    if case.method != "POST" or not case.path.startswith("/v2/") or response.status_code != 200:
        return
    result = response.json()["result"]
    actual = result["resultStatus"], result["resultCode"]
    if case.meta.is_negative_at(ParameterLocation.HEADER):
        assert actual == ("F", "ACCESS_DENIED"), actual
    elif case.meta.generation.mode.is_negative:
        assert actual in [("F", "PARAM_ILLEGAL"), ("F", "ACCESS_DENIED")], actual
        # A signed request is denied only for its content type.
        assert actual[1] == "PARAM_ILLEGAL" or "Content-Type" in result["resultMessage"], result
    else:
        request = json.loads(body_bytes(response.request))
        # An optional field that is null is equivalent to an absent field.
        if request.get("extendInfo", "") is None:
            del request["extendInfo"]
        content = json.dumps(request, sort_keys=True)
        first = first_responses.setdefault(request["requestId"], (content, response.content))
        if content == first[0]:
            assert actual == ("S", "SUCCESS"), actual
            assert response.content == first[1]
        else:
            assert actual == ("F", "REPEAT_REQ_INCONSISTENT"), actual
