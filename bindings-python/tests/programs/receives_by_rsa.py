"""A receiver by ASGI (`app`) and by WSGI (`application`) that verifies what WeChat Pay's version 3 would send."""

import base64
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from airudder import Webhooks
from airudder.integrations import asgi, wsgi

KEY = load_pem_public_key(os.environ["PUBLIC_KEY"].encode())


def verify(body, headers):
    timestamp, nonce = headers.get("Wechatpay-Timestamp", ""), headers.get("Wechatpay-Nonce", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        KEY.verify(base64.b64decode(headers["Wechatpay-Signature"]), message, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def store(event):
    print(event.type, event.verified, flush=True)


hooks = Webhooks(verify=verify)
app = asgi(hooks, store)
application = wsgi(hooks, store)
