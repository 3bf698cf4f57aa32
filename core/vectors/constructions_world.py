"""Constructions of clouds and services outside China."""

from deliveries import (
    BODY,
    DELIVERY_ID,
    MILLIS,
    NONCE,
    TIME,
    URL,
    Case,
    b64,
    case,
    dense,
    form,
    hm,
    pairs,
    plain_hash,
)
from primitives import SECRET

HEX_SECRET = "66616b652d7365637265742d696e2d68657864696769747321"
BASE64_SECRET = b64(b"fake-secret-in-base64-32-bytes!!")

# An HMAC over the body alone: vendor, hash, encoding, field of the header, prefix.
OVER_BODY = [
    ("GitHub, the older field", "sha1", "hex", "X-Hub-Signature", "sha1="),
    ("Intercom", "sha1", "hex", "X-Hub-Signature", "sha1="),
    ("Dropbox", "sha256", "hex", "X-Dropbox-Signature", ""),
    ("PagerDuty", "sha256", "hex", "X-PagerDuty-Signature", "v1="),
    ("Typeform", "sha256", "base64", "Typeform-Signature", "sha256="),
    ("Lemon Squeezy", "sha256", "hex", "X-Signature", ""),
    ("Razorpay", "sha256", "hex", "X-Razorpay-Signature", ""),
    ("Paystack", "sha512", "hex", "X-Paystack-Signature", ""),
    ("Coinbase Commerce", "sha256", "hex", "X-CC-Webhook-Signature", ""),
    ("Meta, WhatsApp", "sha256", "hex", "X-Hub-Signature-256", "sha256="),
    ("LINE", "sha256", "base64", "x-line-signature", ""),
    ("Vercel", "sha1", "hex", "x-vercel-signature", ""),
    ("Intuit QuickBooks", "sha256", "base64", "intuit-signature", ""),
    ("WooCommerce", "sha256", "base64", "X-WC-Webhook-Signature", ""),
    ("Sentry", "sha256", "hex", "Sentry-Hook-Signature", ""),
    ("Linear", "sha256", "hex", "Linear-Signature", ""),
    ("Asana", "sha256", "hex", "X-Hook-Signature", ""),
    ("Notion", "sha256", "hex", "X-Notion-Signature", "sha256="),
    ("Bitbucket, Jira", "sha256", "hex", "X-Hub-Signature", "sha256="),
    ("Discourse", "sha256", "hex", "X-Discourse-Event-Signature", "sha256="),
    ("DocuSign Connect", "sha256", "base64", "X-DocuSign-Signature-1", ""),
    ("Xero", "sha256", "base64", "x-xero-signature", ""),
    ("Segment", "sha1", "hex", "X-Signature", ""),
    ("Heroku", "sha256", "base64", "Heroku-Webhook-Hmac-SHA256", ""),
    ("Checkout.com", "sha256", "hex", "Cko-Signature", ""),
    ("Dwolla", "sha256", "hex", "X-Request-Signature-SHA-256", ""),
]

# An HMAC-SHA-256 over a time, a full stop and the body: vendor, field, the items with time and signature, separator.
LISTS = [
    ("Calendly", "Calendly-Webhook-Signature", "t", "v1", ","),
    ("Persona", "Persona-Signature", "t", "v1", ","),
    ("Mux", "Mux-Signature", "t", "v1", ","),
    ("Cloudflare Stream", "Webhook-Signature", "time", "sig1", ","),
    ("ElevenLabs", "ElevenLabs-Signature", "t", "v0", ","),
    ("Buildkite", "X-Buildkite-Signature", "timestamp", "signature", ","),
    ("TikTok for Developers", "TikTok-Signature", "t", "s", ","),
    ("WorkOS", "WorkOS-Signature", "t", "v1", ", "),
]


def over_body() -> list[Case]:
    cases = []
    for vendor, name, encoding, field, prefix in OVER_BODY:
        digest = hm(name, SECRET, BODY)
        text = digest.hex() if encoding == "hex" else b64(digest)
        option = f";prefix='{prefix}'" if prefix else ""
        cases.append(case(vendor, f"hmac-{name}:{encoding}:body;in=header({field}){option}", {field: prefix + text}))
    airtable = "hmac-sha256:hex:body;in=header(X-Airtable-Content-MAC);prefix='hmac-sha256=';secret=base64"
    signed = hm("sha256", b"fake-secret-in-base64-32-bytes!!", BODY)
    cases.append(
        case("Airtable", airtable, {"X-Airtable-Content-MAC": "hmac-sha256=" + signed.hex()}, secret=BASE64_SECRET)
    )
    teams = "hmac-sha256:base64:body;in=header(Authorization);prefix='HMAC ';secret=base64"
    cases.append(case("Microsoft Teams", teams, {"Authorization": "HMAC " + b64(signed)}, secret=BASE64_SECRET))
    adyen = "hmac-sha256:base64:body;in=header(HmacSignature);secret=hex"
    signed = hm("sha256", bytes.fromhex(HEX_SECRET), BODY)
    cases.append(case("Adyen, platforms", adyen, {"HmacSignature": b64(signed)}, secret=HEX_SECRET))
    circle = hm("sha256", SECRET, BODY).hex()
    scheme = "hmac-sha256:hex:body;in=header(circleci-signature,v1)"
    cases.append(case("CircleCI", scheme, {"circleci-signature": f"v1={circle}"}))
    return cases


def lists() -> list[Case]:
    cases = []
    for vendor, field, time, name, separator in LISTS:
        moment = MILLIS if vendor == "WorkOS" else TIME
        signed = hm("sha256", SECRET, f"{moment}.{BODY}").hex()
        scheme = f"hmac-sha256:hex:time(header({field},{time}))+'.'+body;in=header({field},{name})"
        cases.append(case(vendor, scheme, {field: f"{time}={moment}{separator}{name}={signed}"}))
    signed = hm("sha256", SECRET, f"{TIME}:{BODY}").hex()
    paddle = "hmac-sha256:hex:time(header(Paddle-Signature,ts))+':'+body;in=header(Paddle-Signature,h1)"
    cases.append(case("Paddle", paddle, {"Paddle-Signature": f"ts={TIME};h1={signed}"}))
    signed = hm("sha256", SECRET, f"{BODY}{MILLIS}").hex()
    retell = "hmac-sha256:hex:body+time(header(X-Retell-Signature,v));in=header(X-Retell-Signature,d)"
    cases.append(case("Retell", retell, {"X-Retell-Signature": f"v={MILLIS},d={signed}"}))
    text = f"id:8812;request-id:{DELIVERY_ID};ts:{TIME};"
    mercado = (
        "hmac-sha256:hex:'id:'+query(data.id)+';request-id:'+header(x-request-id)+';ts:'+time(header(x-signature,ts))+';'"
        ";in=header(x-signature,v1);weak"
    )
    fields = {"x-signature": f"ts={TIME},v1={hm('sha256', SECRET, text).hex()}", "x-request-id": DELIVERY_ID}
    cases.append(case("Mercado Pago", mercado, fields, url=URL + "?data.id=8812&type=payment"))
    return cases


def with_time() -> list[Case]:
    """A time in a field of its own, the signature behind a prefix, and an id in another field."""
    cases = []
    zoom = hm("sha256", SECRET, f"v0:{TIME}:{BODY}").hex()
    for vendor, time, field in (
        ("Zoom", "x-zm-request-timestamp", "x-zm-signature"),
        ("Frame.io", "X-Frameio-Request-Timestamp", "X-Frameio-Signature"),
    ):
        scheme = f"hmac-sha256:hex:'v0:'+time(header({time}))+':'+body;in=header({field});prefix='v0='"
        cases.append(case(vendor, scheme, {time: TIME, field: "v0=" + zoom}))
    svix = b64(hm("sha256", b"fake-secret-in-base64-32-bytes!!", f"msg_fake.{TIME}.{BODY}"))
    scheme = "hmac-sha256:base64:header(svix-id)+'.'+time(header(svix-timestamp))+'.'+body;in=header(svix-signature)"
    fields = {"svix-id": "msg_fake", "svix-timestamp": TIME, "svix-signature": f"v1,{'A' * 43}= v1,{svix}"}
    scheme += ";prefix='v1,';secret='whsec_'+base64"
    cases.append(case("Svix, Clerk, Resend", scheme, fields, secret="whsec_" + BASE64_SECRET))
    twitch = hm("sha256", SECRET, f"{DELIVERY_ID}2024-07-05T06:05:00.123456789Z{BODY}").hex()
    eventsub = "Twitch-Eventsub-Message"
    scheme = (
        f"hmac-sha256:hex:header({eventsub}-Id)+time(header({eventsub}-Timestamp))+body"
        f";in=header({eventsub}-Signature);prefix='sha256='"
    )
    fields = {f"{eventsub}-Id": DELIVERY_ID, f"{eventsub}-Timestamp": "2024-07-05T06:05:00.123456789Z"}
    cases.append(case("Twitch", scheme, fields | {f"{eventsub}-Signature": "sha256=" + twitch}))
    return cases


def with_bare_time() -> list[Case]:
    """A time in a field of its own, and the signature alone in another."""
    cases = []

    def add(vendor: str, scheme: str, signed: str, field: str, **others: str) -> None:
        named = {name.replace("_", "-"): value for name, value in others.items()}
        cases.append(case(vendor, f"{scheme};in=header({field.split(':')[0]})", named | {field: signed}))

    add(
        "HubSpot v3",
        "hmac-sha256:base64:method+url+body+time(header(X-HubSpot-Request-Timestamp))",
        b64(hm("sha256", SECRET, f"POST{URL}{BODY}{MILLIS}")),
        "X-HubSpot-Signature-v3",
        X_HubSpot_Request_Timestamp=MILLIS,
    )
    add(
        "Zendesk",
        "hmac-sha256:base64:time(header(X-Zendesk-Webhook-Signature-Timestamp))+body",
        b64(hm("sha256", SECRET, f"2024-07-05T06:05:00Z{BODY}")),
        "X-Zendesk-Webhook-Signature",
        X_Zendesk_Webhook_Signature_Timestamp="2024-07-05T06:05:00Z",
    )
    add(
        "Cashfree",
        "hmac-sha256:base64:time(header(x-webhook-timestamp))+body",
        b64(hm("sha256", SECRET, f"{MILLIS}{BODY}")),
        "x-webhook-signature",
        x_webhook_timestamp=MILLIS,
    )
    add(
        "Webflow",
        "hmac-sha256:hex:time(header(x-webflow-timestamp))+':'+body",
        hm("sha256", SECRET, f"{MILLIS}:{BODY}").hex(),
        "x-webflow-signature",
        x_webflow_timestamp=MILLIS,
    )
    add(
        "Sinch",
        "hmac-sha256:base64:body+'.'+header(x-sinch-webhook-signature-nonce)+'.'"
        "+time(header(x-sinch-webhook-signature-timestamp))",
        b64(hm("sha256", SECRET, f"{BODY}.{NONCE}.{TIME}")),
        "x-sinch-webhook-signature",
        x_sinch_webhook_signature_nonce=NONCE,
        x_sinch_webhook_signature_timestamp=TIME,
        x_sinch_webhook_signature_algorithm="HmacSHA256",
    )
    add(
        "Cloudinary",
        "sha1:hex:body+time(header(X-Cld-Timestamp))+secret",
        plain_hash("sha1", f"{BODY}{TIME}{SECRET}").hex(),
        "X-Cld-Signature",
        X_Cld_Timestamp=TIME,
    )
    return cases


def with_url() -> list[Case]:
    call = {"CallSid": "CA0001", "From": "+6212345678", "To": "+6587654321", "CallStatus": "completed"}
    sorted_call = pairs(dict(call), "", "")
    query = URL + f"?nonce={NONCE}&timestamp={TIME}"
    vonage = {"msisdn": "6212345678", "message-timestamp": "2024-07-05 06:05:00", "timestamp": TIME}
    vonage_sig = plain_hash("md5", "&" + pairs(dict(vonage)) + SECRET).hex()
    plivo = {"X-Plivo-Signature-V2-Nonce": NONCE, "X-Plivo-Signature-V2": b64(hm("sha256", SECRET, URL + NONCE))}
    return [
        case(
            "Twilio, a JSON body",
            "hmac-sha1:base64:url;in=header(X-Twilio-Signature);weak",
            {"X-Twilio-Signature": b64(hm("sha1", SECRET, query))},
            url=query,
        ),
        case(
            "Mandrill",
            "hmac-sha1:base64:url+params(,,all);in=header(X-Mandrill-Signature)",
            {"X-Mandrill-Signature": b64(hm("sha1", SECRET, URL + sorted_call))},
            form(call),
        ),
        case(
            "Square",
            "hmac-sha256:base64:url+body;in=header(x-square-hmacsha256-signature)",
            {"x-square-hmacsha256-signature": b64(hm("sha256", SECRET, URL + BODY))},
        ),
        case(
            "Trello",
            "hmac-sha1:base64:body+url;in=header(X-Trello-Webhook)",
            {"X-Trello-Webhook": b64(hm("sha1", SECRET, BODY + URL))},
        ),
        case(
            "HubSpot v2",
            "sha256:hex:secret+method+url+body;in=header(X-HubSpot-Signature);weak",
            {"X-HubSpot-Signature": plain_hash("sha256", f"{SECRET}POST{URL}{BODY}").hex()},
        ),
        case(
            "Shopee",
            "hmac-sha256:hex:url+'|'+body;in=header(Authorization)",
            {"Authorization": hm("sha256", SECRET, f"{URL}|{BODY}").hex()},
        ),
        case(
            "Plivo v2",
            "hmac-sha256:base64:url+header(X-Plivo-Signature-V2-Nonce);in=header(X-Plivo-Signature-V2);weak",
            plivo,
        ),
        case(
            "Vonage",
            "md5:hex:'&'+params(&,=,query)+secret;in=query(sig);weak",
            {},
            url=f"{URL}?{form(vonage | {'sig': vonage_sig})}",
        ),
    ]


def with_path() -> list[Case]:
    contentful = (
        "hmac-sha256:hex:method+'\\n'+path+'\\nx-contentful-signed-headers:'+header(x-contentful-signed-headers)"
        "+';x-contentful-timestamp:'+time(header(x-contentful-timestamp))+'\\n'+body;in=header(x-contentful-signature)"
    )
    signed_headers = "x-contentful-signed-headers,x-contentful-timestamp"
    canonical = (
        f"POST\n/airudder/events\nx-contentful-signed-headers:{signed_headers};x-contentful-timestamp:{MILLIS}\n{BODY}"
    )
    return [
        case(
            "Contentful",
            contentful,
            {
                "x-contentful-signed-headers": signed_headers,
                "x-contentful-timestamp": MILLIS,
                "x-contentful-signature": hm("sha256", SECRET, canonical).hex(),
            },
        ),
    ]


def with_key_or_fields() -> list[Case]:
    app_key = "68xfakekey"
    lazada = hm("sha256", SECRET, app_key + BODY).hex()
    mailgun = {"timestamp": TIME, "token": NONCE * 5, "signature": hm("sha256", SECRET, TIME + NONCE * 5).hex()}
    order = {"order_id": "o-1", "status_code": "200", "gross_amount": "10000.00"}
    midtrans = plain_hash("sha512", "o-1" + "200" + "10000.00" + SECRET).hex()
    zalo = {"app_id": "3601", "event_name": "user_send_text", "timestamp": MILLIS, "message": {"text": "xin chào"}}
    zalo_mac = plain_hash("sha256", "3601" + dense(dict(zalo)) + MILLIS + SECRET).hex()
    momo = {"amount": "5000", "extraData": "", "message": "Success", "orderId": "o-1", "partnerCode": "FAKE"}
    momo_text = "accessKey=fakeaccess&" + "&".join(f"{name}={value}" for name, value in momo.items())
    ecwid = {"eventId": DELIVERY_ID, "eventCreated": int(TIME), "eventType": "order.created"}
    ecwid_sign = {"X-Ecwid-Webhook-Signature": b64(hm("sha256", SECRET, f"{TIME}.{DELIVERY_ID}"))}
    return [
        case("Lazada, TikTok Shop", "hmac-sha256:hex:key+body;in=header(Authorization)", {"Authorization": lazada})
        | {"key": app_key},
        case(
            "HubSpot v1",
            "sha256:hex:secret+body;in=header(X-HubSpot-Signature);weak",
            {"X-HubSpot-Signature": plain_hash("sha256", SECRET + BODY).hex()},
        ),
        case("GitLab", "none:text:secret;in=header(X-Gitlab-Token);weak", {"X-Gitlab-Token": SECRET}),
        case("Xendit", "none:text:secret;in=header(x-callback-token);weak", {"x-callback-token": SECRET}),
        case(
            "Mailgun",
            "hmac-sha256:hex:time(field(/signature/timestamp))+field(/signature/token)"
            ";in=field(/signature/signature);weak",
            {},
            dense({"signature": mailgun, "event-data": {"event": "delivered"}}),
        ),
        case(
            "Midtrans",
            "sha512:hex:field(/order_id)+field(/status_code)+field(/gross_amount)+secret;in=field(/signature_key);weak",
            {},
            dense(order | {"signature_key": midtrans}),
        ),
        case(
            "Zalo",
            "sha256:hex:field(/app_id)+body+time(field(/timestamp))+secret;in=header(X-ZEvent-Signature);prefix='mac='",
            {"X-ZEvent-Signature": "mac=" + zalo_mac},
            dense(dict(zalo)),
        ),
        case(
            "MoMo",
            "hmac-sha256:hex:'accessKey='+key+'&'+params(&,=,all);in=field(/signature)",
            {},
            dense(momo | {"signature": hm("sha256", SECRET, momo_text).hex()}),
        )
        | {"key": "fakeaccess"},
        case(
            "Ecwid",
            "hmac-sha256:base64:field(/eventCreated)+'.'+field(/eventId);in=header(X-Ecwid-Webhook-Signature);weak",
            ecwid_sign,
            dense(dict(ecwid)),
        ),
    ]


def world_cases() -> list[Case]:
    return over_body() + lists() + with_time() + with_bare_time() + with_url() + with_path() + with_key_or_fields()
