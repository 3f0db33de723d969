"""Signs what is sent as the platform does, and asks of every answer what the protocol does."""

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

DATA = pathlib.Path(os.environ["MERCHANT_DATA"])
PLATFORM = load_pem_private_key((DATA / "platform.private.pem").read_bytes(), None)
MERCHANT = load_pem_public_key((DATA / "merchant.public.pem").read_bytes())

# The requests that were successful and their answers, by their ID.
registered = {}
# Each is another number.
numbers = itertools.count()


def signed_content(path, client_id, time, body):
    return f"POST {path}\n{client_id}.{time}.".encode() + body


def body_of(request):
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


class Signed(AuthBase):
    """The headers of a signature, over the bytes as they are sent."""

    def __call__(self, request):
        time = datetime.datetime.now(datetime.timezone.utc).isoformat()
        content = signed_content(request.path_url, "PLATFORM", time, body_of(request))
        signature = base64.b64encode(PLATFORM.sign(content, PKCS1v15(), SHA256()))
        request.headers["Client-Id"] = "PLATFORM"
        request.headers["Request-Time"] = time
        request.headers["Signature"] = (
            f"algorithm=RSA256, keyVersion=1, signature={urllib.parse.quote_plus(signature)}"
        )
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    # Headers that are wrong on purpose stay as they are.
    if case.method == "POST" and not case.meta.is_negative_at(ParameterLocation.HEADER):
        kwargs["auth"] = Signed()
    # Most requests are made of the same sample: every second one gets an ID of its own.
    is_valid = case.method == "POST" and not case.meta.generation.mode.is_negative
    if is_valid and case.body["requestId"] in registered and (number := next(numbers)) % 2:
        case.body["requestId"] = f"N-{number}"


@schemathesis.check
def answer_is_signed(ctx, response, case):
    if not case.path.startswith("/v2/") or response.status_code in (400, 405, 431):
        return
    header = response.headers["signature"][0]
    signature = base64.b64decode(urllib.parse.unquote(header.rpartition("signature=")[2]))
    path, time = response.request.path_url, response.headers["response-time"][0]
    content = signed_content(path, "MERCHANT", time, response.content)
    MERCHANT.verify(signature, content, PKCS1v15(), SHA256())


@schemathesis.check
def result_is_right(ctx, response, case):
    if case.method != "POST" or not case.path.startswith("/v2/") or response.status_code != 200:
        return
    result = response.json()["result"]
    said = result["resultStatus"], result["resultCode"]
    if case.meta.is_negative_at(ParameterLocation.HEADER):
        assert said == ("F", "ACCESS_DENIED"), said
    elif case.meta.generation.mode.is_negative:
        assert said in [("F", "PARAM_ILLEGAL"), ("F", "ACCESS_DENIED")], said
        # Of what is signed, only another content type than JSON is denied.
        assert said[1] == "PARAM_ILLEGAL" or "Content-Type" in result["resultMessage"], result
    else:
        request = json.loads(body_of(response.request))
        # An optional row that is null is as one that is absent.
        if request.get("extendInfo", "") is None:
            del request["extendInfo"]
        content = json.dumps(request, sort_keys=True)
        first = registered.setdefault(request["requestId"], (content, response.content))
        if content == first[0]:
            assert said == ("S", "SUCCESS"), said
            assert response.content == first[1]
        else:
            assert said == ("F", "REPEAT_REQ_INCONSISTENT"), said
