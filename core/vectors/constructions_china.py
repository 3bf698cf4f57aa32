"""Constructions of Chinese vendors."""

from urllib.parse import quote

from deliveries import (
    BODY,
    DELIVERY_ID,
    MILLIS,
    NONCE,
    SIGN_KEY,
    TIME,
    URL,
    Case,
    b64,
    b64url,
    case,
    dense,
    form,
    hm,
    pairs,
    plain_hash,
)
from primitives import SECRET

ORDER = {"app_key": "12345678", "method": "taobao.trade.updated", "tid": "t-778", "status": "PAID", "v": "2.0"}


def sha1(*texts: str) -> str:
    return plain_hash("sha1", "".join(texts)).hex()


def sha256(*texts: str) -> str:
    return plain_hash("sha256", "".join(texts)).hex()


def md5(*texts: str) -> str:
    return plain_hash("md5", "".join(texts)).hex()


def messengers() -> list[Case]:
    """Feishu, DingTalk and WeChat."""
    encrypt = b64(b"what a cipher makes of an event, here as long as four blocks ...")
    wrapped = dense({"encrypt": encrypt})
    query = f"{URL}?signature={{}}&timestamp={TIME}&nonce={NONCE}"
    lark = "X-Lark-Request"
    stamped = b64(hm("sha256", SECRET, f"{MILLIS}\n{SECRET}"))
    ding = query.replace("signature", "msg_signature").format(sha1(*sorted([SECRET, TIME, NONCE, encrypt])))
    token = query.format(sha1(*sorted([SECRET, TIME, NONCE])))
    bot = {"timestamp": TIME, "sign": b64(hm("sha256", f"{TIME}\n{SECRET}", "")), "msg_type": "text"}
    return [
        case(
            "Feishu, Lark",
            f"sha256:hex:time(header({lark}-Timestamp))+header({lark}-Nonce)+secret+body;in=header(X-Lark-Signature);weak",
            {
                f"{lark}-Timestamp": TIME,
                f"{lark}-Nonce": NONCE,
                "X-Lark-Signature": sha256(TIME, NONCE, SECRET, BODY),
            },
        ),
        case(
            "Feishu, robot",
            "hmac-sha256(time(field(/timestamp))+'\\n'+secret):base64:'';in=field(/sign);weak",
            {},
            dense(dict(bot)),
        ),
        case(
            "DingTalk, robot",
            "hmac-sha256:base64:time(header(timestamp))+'\\n'+secret;in=header(sign);weak",
            {"timestamp": MILLIS, "sign": stamped},
        ),
        case(
            "DingTalk, events; WeCom, encrypted JSON",
            "sha1:hex:sorted(secret,time(query(timestamp)),query(nonce),field(/encrypt));in=query(msg_signature);weak",
            {},
            wrapped,
            url=ding,
        ),
        case(
            "WeChat official account",
            "sha1:hex:sorted(secret,time(query(timestamp)),query(nonce));in=query(signature);weak",
            {},
            url=token,
        ),
    ]


def content() -> list[Case]:
    """Video, games and forums."""
    payment = {"timestamp": TIME, "nonce": NONCE, "msg": '{"order":"o-1"}', "type": "payment"}
    signed = sha1(*sorted([SECRET, TIME, NONCE, payment["msg"]]))
    meiqia = b64(hm("sha1", SECRET, BODY).hex())
    return [
        case(
            "Douyin, web hooks",
            "sha1:hex:secret+body;in=header(X-Douyin-Signature);weak",
            {"X-Douyin-Signature": sha1(SECRET, BODY)},
        ),
        case(
            "ByteDance, payments",
            "sha1:hex:sorted(secret,field(/timestamp),field(/nonce),field(/msg));in=field(/msg_signature);weak",
            {},
            dense(payment | {"msg_signature": signed}),
        ),
        case("Kuaishou", "md5:hex:body+secret;in=header(kwaisign)", {"kwaisign": md5(BODY, SECRET)}),
        case(
            "Meiqia",
            "hmac-sha1:base64(hex):body;in=header(Authorization);prefix='meiqia_sign:'",
            {"Authorization": "meiqia_sign:" + meiqia},
        ),
    ]


def commerce() -> list[Case]:
    """Shops: most sign sorted parameters by MD5."""
    joined = pairs(dict(ORDER), "", "")
    top = md5(SECRET, joined, SECRET).upper()
    query = f"{URL}?{form(ORDER)}&sign={md5(SECRET, joined, BODY, SECRET).upper()}"
    food = {"app_id": "71", "order_id": "o-9", "timestamp": TIME, "status": "4"}
    meituan = md5(f"{URL}?{pairs(dict(food))}{SECRET}")
    push = {"appId": 71, "message": '{"id":"m-1"}', "requestId": DELIVERY_ID, "timestamp": int(MILLIS), "type": 10}
    eleme = md5(pairs(dict(push), ""), SECRET).upper()
    store = {"Client-Id": "fake-client", "Event-Type": "trade", "Event-Sign": md5("fake-client", BODY, SECRET)}
    esign = "X-Tsign-Open"
    jd = {"app_key": "12345678", "timestamp": "2024-07-05 14:05:00", "v": "2.0"}
    jd_sign = md5(SECRET, pairs(jd | {"360buy_param_json": BODY}, "", ""), SECRET).upper()
    epay = {"money": "1.00", "out_trade_no": "o-1", "pid": "1001", "trade_status": "TRADE_SUCCESS", "name": "课程"}
    return [
        case("Taobao TOP", "md5:HEX:secret+params(,)+secret;in=field(/sign)", {}, form(ORDER | {"sign": top})),
        case(
            "Taobao, Qimen",
            "md5:HEX:secret+params(,,query)+body+secret;in=query(sign)",
            {},
            url=query,
        ),
        case(
            "Pinduoduo",
            "md5:HEX:secret+params(,)+secret;in=field(/sign)",
            {},
            dense(ORDER | {"sign": top}),
        ),
        case(
            "JD",
            "md5:HEX:secret+params(,)+secret;in=field(/sign)",
            {},
            form(jd | {"360buy_param_json": BODY, "sign": jd_sign}),
        ),
        case(
            "Meituan",
            "md5:hex:url+'?'+params(&,=)+secret;in=field(/sig)",
            {},
            form(food | {"sig": meituan}),
        ),
        case("Ele.me", "md5:HEX:params(,=)+secret;in=field(/signature)", {}, dense(push | {"signature": eleme})),
        case("Youzan", "md5:hex:header(Client-Id)+body+secret;in=header(Event-Sign)", store),
        case(
            "Payment gateways (epay)",
            "md5:hex:params(&,=)+secret;in=field(/sign)",
            {},
            form(epay | {"sign": md5(pairs(dict(epay)), SECRET)}),
        ),
        case(
            "e签宝 (eSign)",
            f"hmac-sha256:hex:time(header({esign}-TIMESTAMP))+body;in=header({esign}-SIGNATURE)",
            {f"{esign}-TIMESTAMP": MILLIS, f"{esign}-SIGNATURE": hm("sha256", SECRET, MILLIS + BODY).hex()},
        ),
    ]


def couriers() -> list[Case]:
    data = {"msgData": dense({"orderId": "SF-1", "language": "zh-CN"}), "timestamp": MILLIS}
    encoded = quote(data["msgData"] + MILLIS + SECRET, safe="*-._")
    data["msgDigest"] = b64(plain_hash("md5", encoded))
    logistics = {"logistics_interface": BODY, "msg_type": "TRACE"}
    logistics["data_digest"] = b64(plain_hash("md5", BODY + SECRET))
    track = {"param": BODY, "sign": md5(BODY, SECRET).upper()}
    return [
        case(
            "SF Express",
            "md5:base64:percent(field(/msgData)+field(/timestamp)+secret);in=field(/msgDigest);weak",
            {},
            form(data),
        ),
        case(
            "ZTO",
            "md5:base64:body+secret;in=header(x-dataDigest)",
            {"x-companyId": "fake-company", "x-dataDigest": b64(plain_hash("md5", BODY + SECRET))},
        ),
        case(
            "Cainiao, YTO",
            "md5:base64:field(/logistics_interface)+secret;in=field(/data_digest);weak",
            {},
            form(logistics),
        ),
        case("Kuaidi100", "md5:HEX:field(/param)+secret;in=field(/sign);weak", {}, form(track)),
    ]


def talk() -> list[Case]:
    """Messages and calls."""
    netease = {"CurTime": MILLIS, "MD5": md5(BODY), "CheckSum": sha1(SECRET, md5(BODY), MILLIS), "AppKey": "fake-app"}
    rong = f"{URL}?appKey=fake&nonce={NONCE}&signTimestamp={MILLIS}&signature={sha1(SECRET, NONCE, MILLIS)}"
    zego = {"event": "room_create", "nonce": NONCE, "timestamp": int(TIME), "room_id": "r-1"}
    zego["signature"] = sha1(*sorted([SECRET, TIME, NONCE]))
    tencent_im = f"{URL}?SdkAppid=1400&CallbackCommand=C2C&RequestTime={TIME}&Sign={sha256(SECRET, TIME)}"
    live = {"event_type": 1, "stream_id": "s-1", "t": int(TIME), "sign": md5(SECRET, TIME)}
    easemob = {"callId": "easemob_1", "eventType": "chat", "timestamp": int(MILLIS), "chat_type": "chat"}
    easemob["security"] = md5("easemob_1", SECRET, MILLIS)
    return [
        case(
            "Netease IM",
            "sha1:hex:secret+md5(body)+time(header(CurTime));in=header(CheckSum);weak",
            netease,
        ),
        case(
            "RongCloud",
            "sha1:hex:secret+query(nonce)+time(query(signTimestamp));in=query(signature);weak",
            {},
            url=rong,
        ),
        case(
            "ZEGO",
            "sha1:hex:sorted(secret,time(field(/timestamp)),field(/nonce));in=field(/signature);weak",
            {},
            dense(dict(zego)),
        ),
        case(
            "Agora",
            "hmac-sha256:hex:body;in=header(Agora-Signature-V2)",
            {
                "Agora-Signature": hm("sha1", "another-fake-secret", BODY).hex(),
                "Agora-Signature-V2": hm("sha256", SECRET, BODY).hex(),
            },
        ),
        case(
            "Tencent TRTC",
            "hmac-sha256:base64:body;in=header(Sign)",
            {"SdkAppId": "1400000001", "Sign": b64(hm("sha256", SECRET, BODY))},
        ),
        case(
            "Tencent IM",
            "sha256:hex:secret+time(query(RequestTime));in=query(Sign);weak",
            {},
            url=tencent_im,
        ),
        case("Tencent live", "md5:hex:secret+time(field(/t));in=field(/sign);weak", {}, dense(dict(live))),
        case(
            "Easemob",
            "md5:hex:field(/callId)+secret+time(field(/timestamp));in=field(/security);weak",
            {},
            dense(dict(easemob)),
        ),
    ]


def live() -> list[Case]:
    """Live video and notices."""
    volc = {"EventType": "RoomCreate", "EventData": '{"RoomId":"r-1"}', "EventTime": "2024-07-05T06:05:00Z"}
    volc |= {"EventId": DELIVERY_ID, "AppId": "app-1", "Version": "2020-12-01", "Nonce": "Ab3d"}
    volc_fields = ",".join(f"field(/{name})" for name in volc)
    huawei = {"event": "PUBLISH", "domain": "push.example.test", "app": "live", "stream": "s-1"}
    huawei_text = "".join(huawei.values()) + TIME
    huawei |= {"auth_timestamp": int(TIME), "auth_sign": hm("sha256", SECRET, huawei_text).hex()}  # type: ignore[dict-item]
    huawei_parts = "+".join(f"field(/{name})" for name in ("event", "domain", "app", "stream"))
    jpush = {"nonce": NONCE, "timestamp": MILLIS, "type": "SMS_REPLY", "data": '{"phone":"+6212345678"}'}
    jpush["signature"] = sha1(f"appKey={SIGN_KEY}&appMasterSecret={SECRET}&nonce={NONCE}&timestamp={MILLIS}")
    return [
        case(
            "Volcengine RTC",
            f"sha256:hex:sorted({volc_fields},secret);in=field(/Signature);weak",
            {},
            dense(volc | {"Signature": sha256(*sorted([*volc.values(), SECRET]))}),
        ),
        case(
            "Huawei Cloud live",
            f"hmac-sha256:hex:{huawei_parts}+time(field(/auth_timestamp));in=field(/auth_sign);weak",
            {},
            dense(dict(huawei)),
        ),
        case(
            "Jiguang SMS",
            "sha1:hex:'appKey='+key+'&appMasterSecret='+secret+'&nonce='+field(/nonce)+'&timestamp='"
            "+time(field(/timestamp));in=field(/signature);weak",
            {},
            form(jpush),
        )
        | {"key": SIGN_KEY},
    ]


def clouds() -> list[Case]:
    path = "/airudder/events"
    vod = {"X-VOD-TIMESTAMP": TIME, "X-VOD-SIGNATURE": md5(f"{URL}|{TIME}|{SECRET}")}
    live = {"ALI-LIVE-TIMESTAMP": TIME, "ALI-LIVE-SIGNATURE": md5(f"hooks.example.test|{TIME}|{SECRET}")}
    gitee = b64(hm("sha256", SECRET, f"{MILLIS}\n{SECRET}"))
    return [
        case(
            "Alibaba Cloud VOD",
            "md5:hex:url+'|'+time(header(X-VOD-TIMESTAMP))+'|'+secret;in=header(X-VOD-SIGNATURE);weak",
            vod,
        ),
        case(
            "Alibaba Cloud live",
            "md5:hex:header(Host)+'|'+time(header(ALI-LIVE-TIMESTAMP))+'|'+secret;in=header(ALI-LIVE-SIGNATURE);weak",
            live,
        ),
        case(
            "Qiniu",
            "hmac-sha1:base64url:path+'\\n'+body;in=header(Authorization);prefix='QBox fake-access-key:'",
            {
                "Authorization": "QBox fake-access-key:" + b64url(hm("sha1", SECRET, f"{path}\nkey=a.mp3&size=10")),
            },
            "key=a.mp3&size=10",
        ),
        case(
            "Gitee, signature",
            "hmac-sha256:base64:time(header(X-Gitee-Timestamp))+'\\n'+secret;in=header(X-Gitee-Token);weak",
            {"X-Gitee-Timestamp": MILLIS, "X-Gitee-Token": gitee},
        ),
        case("Gitee, password", "none:text:secret;in=header(X-Gitee-Token);weak", {"X-Gitee-Token": SECRET}),
        case(
            "Coding",
            "hmac-sha1:hex:body;in=header(X-Coding-Signature);prefix='sha1='",
            {"X-Coding-Signature": "sha1=" + hm("sha1", SECRET, BODY).hex()},
        ),
    ]


def china_cases() -> list[Case]:
    return messengers() + content() + commerce() + couriers() + talk() + live() + clouds()
