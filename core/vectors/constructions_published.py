"""Vectors that vendors publish, with the values as they are there."""

import json
from base64 import b64decode
from urllib.parse import urlencode

from deliveries import Case, b64, case, dense, hm, pairs, plain_hash

SLACK_BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
WECHAT_KEY = "192006250b4c09247ec02edce69f6a2d"
WECHAT = {
    "appid": "wxd930ea5d5a258f4f",
    "mch_id": "10000100",
    "device_info": "1000",
    "body": "test",
    "nonce_str": "ibuaiVcKdpRxkhJA",
}
ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
ADYEN_FIELDS = (
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "amount/value",
    "amount/currency",
    "eventCode",
    "success",
)


STRIPE_EVENT = {
    "id": "evt_123",
    "object": "event",
    "account": "acct_123",
    "api_version": "2017-05-25",
    "created": 1533204620,
    "data": {
        "object": {
            "id": "cus_123",
            "object": "customer",
            "created": 123456789,
            "email": "test@stripe.com",
            "livemode": False,
            "metadata": {},
        }
    },
    "livemode": False,
    "pending_webhooks": 1,
    "request": {"id": "req_123", "idempotency_key": "idempotency-key-123"},
    "type": "customer.created",
}


def checked(computed: str, published: str) -> str:
    """The published signature, where it is the one that is computed here."""
    if computed != published:
        raise ValueError(f"{computed} is not {published}, as it was published")
    return published


def github() -> Case:
    secret, body = "It's a Secret to Everybody", "Hello, World!"
    signed = checked(
        hm("sha256", secret, body).hex(), "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )
    scheme = "hmac-sha256:hex:body;in=header(X-Hub-Signature-256);prefix='sha256='"
    source = "docs.github.com, Validating webhook deliveries"
    return case("GitHub", scheme, {"X-Hub-Signature-256": "sha256=" + signed}, body, secret=secret, source=source)


def stripe() -> Case:
    secret, time, body = "webhook_secret", "1533204620", json.dumps(STRIPE_EVENT, indent=2) + "\n"
    signed = checked(
        hm("sha256", secret, f"{time}.{body}").hex(), "2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7"
    )
    older = "63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"  # an item that is not looked at
    scheme = "hmac-sha256:hex:time(header(Stripe-Signature,t))+'.'+body;in=header(Stripe-Signature,v1)"
    fields = {"Stripe-Signature": f"t={time},v1={signed},v0={older}"}
    source = "github.com/stripe/stripe-dotnet, tests of EventUtility"
    return case("Stripe", scheme, fields, body, secret=secret, source=source, received_ms=int(time) * 1000)


def shopify() -> Case:
    secret = "test-webhook-secret"
    body = '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}'
    signed = checked(b64(hm("sha256", secret, body)), "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=")
    scheme = "hmac-sha256:base64:body;in=header(X-Shopify-Hmac-Sha256)"
    source = "github.com/sqlpage/SQLPage, test of Shopify's webhooks"
    return case("Shopify", scheme, {"X-Shopify-Hmac-Sha256": signed}, body, secret=secret, source=source)


def slack() -> Case:
    secret, time = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
    signed = checked(
        hm("sha256", secret, f"v0:{time}:{SLACK_BODY}").hex(),
        "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    )
    scheme = (
        "hmac-sha256:hex:'v0:'+time(header(X-Slack-Request-Timestamp))+':'+body"
        ";in=header(X-Slack-Signature);prefix='v0='"
    )
    fields = {"X-Slack-Request-Timestamp": time, "X-Slack-Signature": "v0=" + signed}
    source = "api.slack.com, Verifying requests from Slack"
    return case("Slack", scheme, fields, SLACK_BODY, secret=secret, source=source, received_ms=int(time) * 1000)


def standard_webhooks() -> Case:
    secret, time, delivery = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "1614265330", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body = '{"test": 2432232314}'
    signed = checked(
        b64(hm("sha256", b64decode(secret), f"{delivery}.{time}.{body}")),
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    )
    scheme = (
        "hmac-sha256:base64:header(webhook-id)+'.'+time(header(webhook-timestamp))+'.'+body"
        ";in=header(webhook-signature);prefix='v1,';secret='whsec_'+base64"
    )
    fields = {"webhook-id": delivery, "webhook-timestamp": time, "webhook-signature": "v1," + signed}
    source = "standardwebhooks.com, tests of the reference libraries"
    received = int(time) * 1000
    return case(
        "Standard Webhooks", scheme, fields, body, secret="whsec_" + secret, source=source, received_ms=received
    )


def wechat_pay_v2() -> list[Case]:
    source = "pay.weixin.qq.com, version 2, signature algorithm"
    text = f"{pairs(dict(WECHAT))}&key={WECHAT_KEY}"
    md5 = checked(plain_hash("md5", text).hex().upper(), "9A0A8659F005D6984697E2CA0A9CF3B7")
    sha256 = checked(
        hm("sha256", WECHAT_KEY, text).hex().upper(),
        "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
    )
    message = "params(&,=)+'&key='+secret;in=field(/sign)"
    return [
        case(
            f"WeChat Pay v2, {name}",
            f"{digest}:HEX:{message}",
            {},
            dense(WECHAT | {"sign": sign}),
            secret=WECHAT_KEY,
            source=source,
        )
        for name, digest, sign in (("MD5", "md5", md5), ("HMAC", "hmac-sha256", sha256))
    ]


def twilio() -> Case:
    url, secret = "https://mycompany.com/myapp.php?foo=1&bar=2", "12345"
    call = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    signed = checked(b64(hm("sha1", secret, url + pairs(dict(call), "", ""))), "GvWf1cFY/Q7PnoempGyD5oXAezc=")
    scheme = "hmac-sha1:base64:url+params(,,all);in=header(X-Twilio-Signature)"
    source = "www.twilio.com, Security, validating requests"
    return case(
        "Twilio", scheme, {"X-Twilio-Signature": signed}, urlencode(call), secret=secret, url=url, source=source
    )


def box() -> Case:
    body = (
        '{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED",'
        '"source":{"id":"1234567890","type":"file","name":"Test.txt"}}'
    )
    time, secret = "2020-01-01T00:00:00-07:00", "SamplePrimaryKey"
    signed = checked(b64(hm("sha256", secret, body + time)), "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=")
    scheme = "hmac-sha256:base64:body+time(header(Box-Delivery-Timestamp));in=header(Box-Signature-Primary)"
    fields = {"Box-Delivery-Timestamp": time, "Box-Signature-Primary": signed}
    source, received = "github.com/box/box-node-sdk, tests of webhooks", 1_577_862_000_000
    return case("Box", scheme, fields, body, secret=secret, source=source, received_ms=received)


def adyen() -> Case:
    signed = checked(
        b64(
            hm(
                "sha256",
                bytes.fromhex(ADYEN_KEY),
                "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true",
            )
        ),
        "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=",
    )
    item = {
        "pspReference": "7914073381342284",
        "originalReference": "",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": "AUTHORISATION",
        "success": "true",
        "additionalData": {"hmacSignature": signed},
    }
    body = dense({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]})
    place = "/notificationItems/0/NotificationRequestItem"
    message = "+':'+".join(f"field({place}/{name})" for name in ADYEN_FIELDS)
    scheme = f"hmac-sha256:base64:{message};in=field({place}/additionalData/hmacSignature);secret=hex;weak"
    return case("Adyen", scheme, {}, body, secret=ADYEN_KEY, source="github.com/Adyen, tests of the libraries")


def douyin_live() -> Case:
    fields = {"x-msg-type": "live_gift", "x-nonce-str": "123456", "x-roomid": "268", "x-timestamp": "456789"}
    body, secret = "abc123你好", "123abc"
    text = "&".join(f"{name}={value}" for name, value in fields.items()) + body + secret
    signed = checked(b64(plain_hash("md5", text)), "PDcKhdlsrKEJif6uMKD2dw==")
    named = "+'&".join(f"{name}='+header({name})" for name in fields)
    scheme = f"md5:base64:'{named}+body+secret;in=header(x-signature)"
    source = "developer.open-douyin.com, data of live rooms"
    return case("Douyin, live rooms", scheme, fields | {"x-signature": signed}, body, secret=secret, source=source)


def published_cases() -> list[Case]:
    return [
        github(),
        stripe(),
        shopify(),
        slack(),
        standard_webhooks(),
        *wechat_pay_v2(),
        twilio(),
        box(),
        adyen(),
        douyin_live(),
    ]
