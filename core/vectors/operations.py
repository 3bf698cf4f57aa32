"""Calls: a request, its response, and parameters that are refused, of every operation."""

from typing import Any
from urllib.parse import quote, urlencode

from primitives import KEYS, SECRET, compact, digest, encrypt, sign

TOKEN = "fake-token"
SIGN_KEY = "0123456789abcdef0123456789abcdef"
BASE_URL = "https://api.example.test"
QUERY_WINDOW = {"start_time": "2023-09-01 00:00:00+08:00", "end_time": "2023-09-30 23:59:59+08:00"}
HUAWEI = {"call_id": "call-1", "channel": "HuaWei", "channel_id": "channel-1", "user": {"id": "user-1", "name": "Ana"}}

# Name, method and path, how it is authorized, envelope, parameters, and the `data` of the response.
OPERATIONS: list[tuple[str, str, str, str, dict[str, Any], Any]] = [
    (
        "auth.token",
        "POST /service/cloud/auth",
        "none",
        "cloud",
        {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"},
        {"token": "t"},
    ),
    (
        "workflow.create_instance",
        "POST /service/cloud/workflow/createinstance",
        "token",
        "cloud",
        {"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00", "auto_finish": 2},
        {"workflow_id": "wf-1", "newer": [1]},
    ),
    (
        "workflow.upload_details",
        "POST /service/cloud/workflow/uploaddetails",
        "token",
        "cloud",
        {
            "workflow_id": "wf-1",
            "details": [
                {"callee": "+6212345678", "platform": "TEMP1", "caseid": "c-1", "variables": {"customer_name": "测试"}}
            ],
        },
        {"workflow_id": "wf-1"},
    ),
    (
        "workflow.detail_instances",
        "POST /service/cloud/workflow/detailinstances",
        "token",
        "cloud",
        {"case_id": "c-1"} | QUERY_WINDOW,
        {"rows": [{"workflow_id": "wf-1", "status": "finished"}, {"status": "newer"}]},
    ),
    (
        "workflow.verify_api_node_push",
        "POST /service/cloud/workflow/apinoticeinfo",
        "token",
        "cloud",
        {"workflow_id": "wf-1", "node_id": "node-1", "callee": "+6212345678"},
        {"whatever": True},
    ),
    (
        "workflow.task_detail",
        "POST /service/cloud/workflow/taskdetail",
        "token",
        "cloud",
        {"workflow_id": "wf-1", "of_your_own": {"page": 1}},
        [],
    ),
    (
        "tasks.create",
        "POST /service/cloud/task",
        "token",
        "cloud",
        {
            "TaskName": "july",
            "ScheduleStartTime": "2020-09-15 11:14:37",
            "ScheduleEndTime": "2020-09-15 12:14:37",
            "RobotID": "robot-1",
            "SIPLine": "line-1",
            "RepeatInterval": 1,
            "RepeatNumber": 2,
            "Type": "normal",
            "Details": [
                {
                    "Mobile": "+6212345678",
                    "Platform": "TEMP1",
                    "Debtor": "Ana",
                    "Arrears": 12.5,
                    "borrowed_date": "2020-09-01",
                }
            ],
        },
        {"TaskID": "task-1"},
    ),
    (
        "tasks.list",
        "GET /service/cloud/list",
        "token",
        "cloud",
        {"Number": 10, "Page": 1, "Type": "normal"},
        {"Tasks": []},
    ),
    ("tasks.stop", "POST /service/cloud/operation", "token", "cloud", {"TaskID": "task-1", "Action": "Stop"}, {}),
    (
        "tasks.cancel_call",
        "POST /service/cloud/cancelphonecall",
        "token",
        "cloud",
        {"TaskID": "task-1", "CalleeNumber": "+6212345678"},
        {},
    ),
    ("tasks.detail", "GET /service/cloud/detail", "token", "cloud", {"TaskID": "69f531a01a9df58aa6de2487be610abb"}, []),
    (
        "tasks.recording",
        "GET /service/cloud/case",
        "token",
        "cloud",
        {"TaskID": "task-1", "Callee": "+6212345678"},
        {"Url": "https://example.test/1.wav"},
    ),
    (
        "tasks.recordings",
        "GET /service/cloud/recording",
        "token",
        "cloud",
        {"TaskID": "task-1"},
        {"Url": "https://example.test/task-1.zip"},
    ),
    ("tasks.recordings", "GET /service/cloud/recording", "token", "cloud", {"TaskID": "a b&c=é+%"}, {}),
    ("robots.list", "GET /service/cloud/robot", "token", "cloud", {}, [{"RobotID": "r"}]),
    (
        "chat.session_messages",
        "POST /api/v1/session/messages",
        "sign",
        "chat",
        {"call_id": "call-1", "last_msg_id": "", "size": 20, "type": "single"},
        [{"msg_id": "m", "content": {"type": "text", "text": "hi"}}],
    ),
    (
        "chat.huawei_message",
        "POST /api/v1/channel/huawei/message",
        "sign",
        "chat",
        HUAWEI
        | {
            "messages": [
                {"type": "text", "text": "hi"},
                {"type": "file", "media": {"origin_url": "https://example.test/bill.pdf", "name": "bill.pdf"}},
                {
                    "type": "interactive",
                    "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Pay now"}},
                },
            ]
        },
        {},
    ),
    (
        "sms.send",
        "POST /service/sms/message/v2/send",
        "token",
        "sms",
        {"to": ["+6212345678"], "message": "hi", "from": "Lender", "callbackUrl": "https://example.test/sms"},
        {"messageId": "m"},
    ),
    (
        "process.query_task_qian",
        "POST /api/v1/process/queryTaskQian",
        "headers",
        "process",
        {
            "header": {"payloadVersion": 0, "traceId": "trace-1"},
            "payload": {"procInstId": "process-1", "taskKey": "key-1"},
        },
        {"read": ["a"], "unRead": []},
    ),
]

# What must be refused before anything is sent: operation, change of the parameters above (None removes), code, pointer.
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("auth.token", {"APPSecret": None}, "E1005", "/APPSecret"),
    ("workflow.create_instance", {"end_time": "2026-12-01"}, "E1007", "/end_time"),
    ("workflow.create_instance", {"workflow_template_id": "7"}, "E1006", "/workflow_template_id"),
    (
        "workflow.upload_details",
        {"details": [{"callee": "+62", "platform": "P" * 41, "variables": {}}]},
        "E1007",
        "/details/0/platform",
    ),
    (
        "workflow.upload_details",
        {"details": [{"callee": "62", "platform": "P", "variables": {}}]},
        "E1007",
        "/details/0/callee",
    ),
    ("workflow.upload_details", {"detials": []}, "E1004", "/detials"),
    ("workflow.detail_instances", {"case_id": None}, "E1005", ""),
    *(
        ("workflow.upload_details", {"details": [{"callee": callee, "platform": "P", "variables": {}}]}, "E1007", at)
        for at in ("/details/0/callee",)
        for callee in ("+62081234567", "'+6281234567", "6.28E+11", "0812345", "\u202a+6281234567", "+62\uff1881234567")
    ),
    *(
        (
            "workflow.upload_details",
            {"details": [{"callee": "+6212345678", "caseid": caseid, "platform": "P", "variables": {}}]},
            "E1007",
            "/details/0/caseid",
        )
        for caseid in (" c-1", "c-1 ", "c\u00a01", "c-1\u200b", "c\n1")
    ),
    ("workflow.verify_api_node_push", {"callee": "62 123"}, "E1007", "/callee"),
    ("workflow.verify_api_node_push", {"node_id": "n\u200b"}, "E1007", "/node_id"),
    ("tasks.create", {"ScheduleStartTime": "2020-09-15T11:14:37Z"}, "E1007", "/ScheduleStartTime"),
    ("tasks.create", {"Details": None}, "E1005", "/Details"),
    ("tasks.create", {"Details": [{"Mobile": "1", "Platform": "P"}]}, "E1007", "/Details/0/Mobile"),
    ("tasks.list", {"Number": "10"}, "E1006", "/Number"),
    ("tasks.stop", {"TaskId": "t"}, "E1004", "/TaskId"),
    ("tasks.cancel_call", {"CalleeNumber": "12"}, "E1007", "/CalleeNumber"),
    ("tasks.detail", {"TaskID": 1}, "E1006", "/TaskID"),
    ("tasks.detail", {"TaskID": "\ufefft"}, "E1007", "/TaskID"),
    ("tasks.create", {"Details": [{"Mobile": "+62081234567", "Platform": "P"}]}, "E1007", "/Details/0/Mobile"),
    ("tasks.recording", {"Callee": None}, "E1005", "/Callee"),
    ("tasks.recordings", {"TaskID": None}, "E1005", "/TaskID"),
    ("robots.list", {"Page": 1}, "E1004", "/Page"),
    ("chat.session_messages", {"size": "20"}, "E1006", "/size"),
    ("chat.huawei_message", {"messages": [{"text": "hi"}]}, "E1005", "/messages/0/type"),
    ("sms.send", {"to": "+6212345678"}, "E1006", "/to"),
    ("process.query_task_qian", {"header": {"payloadVersion": 0}}, "E1005", "/header/traceId"),
]


def wrap(envelope: str, data: object) -> str:
    return compact(
        {
            "cloud": {"data": data, "status": "OK", "code": 200},
            "chat": {"request_id": "r-1", "code": 200, "message": "Success", "data": data},
            "sms": {"code": 0, "body": data},
            "process": {"data": data, "msg": "", "retcode": 0, "traceId": "t"},
        }[envelope]
    )


def operation_cases() -> list[dict[str, object]]:
    cases: list[dict[str, object]] = []
    key = KEYS[16]
    json_type = ["Content-Type", "application/json"]
    for name, line, auth, envelope, params, data in OPERATIONS:
        method, path = line.split()
        plain = urlencode(params, quote_via=quote, safe="") if method == "GET" else compact(params)
        for encrypted in (False, True):
            sealed = encrypt("aes-ecb:zero:base64", plain.encode(), key) if encrypted else plain
            headers = [json_type, ["User-Agent", "Airudder"]]
            headers += [["Is-Encrypted", "1"], ["Signed", digest(plain)]] if encrypted else []
            body = "" if method == "GET" else sealed
            headers += {
                "token": [["Authorization", f"Token {TOKEN}"]],
                "sign": [
                    ["X-AIRudder-Sign", sign("hmac-sha256", "hex", body.encode(), SECRET)],
                    ["X-AIRudder-Sign-Key", SIGN_KEY],
                ],
            }.get(auth, [])
            url = BASE_URL + path + (f"?{sealed}" if method == "GET" and sealed else "")
            answer = wrap(envelope, data)
            response_headers = [json_type] + ([["Is-Encrypted", "1"], ["Signed", digest(answer)]] if encrypted else [])
            response_body = encrypt("aes-ecb:zero:base64", answer.encode(), key) if encrypted else answer
            cases.append(
                {
                    "operation": name,
                    "params": params,
                    "encryption_key": key if encrypted else None,
                    "request": {"method": method, "url": url, "headers": headers, "body": body},
                    "response": {"status": 200, "headers": response_headers, "body": response_body},
                    "result": data,
                }
            )
    for name in ("tasks.recording", "tasks.recordings"):
        case = next(case for case in cases if case["operation"] == name)
        sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        for kind in ("audio/x-wav", "text/csv; charset=utf-8", sheet):
            response = {"status": 200, "headers": [["Content-Type", kind]], "body": "RIFF"}
            cases.append(case | {"response": response, "result": None, "file": kind})
    for name, change, error, pointer in REFUSED:
        params = next(params for operation, *_, params, _ in OPERATIONS if operation == name) | change
        params = {field: value for field, value in params.items() if value is not None}
        cases.append({"operation": name, "params": params, "encryption_key": None, "error": error, "pointer": pointer})
    return cases
