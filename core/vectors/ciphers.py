"""Ciphers: texts encrypted, and texts that cannot be decrypted."""

import base64
import json
from collections.abc import Callable

from Crypto.Cipher import AES
from primitives import IV, KEYS, encrypt, encrypt_bytes

OURS = "aes-ecb:zero:base64"
KEY = KEYS[16]


# AES-GCM Test Cases 1 to 3, 9 and 15 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B,
# which NIST has validated implementations by: key, nonce, plain text, and encrypted text with its tag.
_PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
_KEY, _NONCE = "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888"
GCM = (
    ("00" * 16, "00" * 12, "", "58e2fccefa7e3061367f1d57a4e7455a"),
    ("00" * 16, "00" * 12, "00" * 16, "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
    (
        _KEY,
        _NONCE,
        _PLAIN,
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
        "4d5c2af327cd64a62cf35abd2ba6fab4",
    ),
    (
        _KEY + _KEY[:16],
        _NONCE,
        _PLAIN,
        "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
        "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256"
        "9924a7c8587336bfb118024db8674a14",
    ),
    (
        _KEY * 2,
        _NONCE,
        _PLAIN,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
        "b094dac5d93471bdec1a502270e3cc6c",
    ),
)

FEISHU = "aes-cbc:pkcs7:base64:iv=prefix:key=sha256:wrap=/encrypt"
WECHAT = "aes-cbc:pkcs7-32:base64:iv=key:key=base64:wrap=/encrypt:frame=wechat('wx-fake-id')"
# 43 characters, as WeChat gives them; the last one has two bits too many.
WECHAT_KEY = "fakefakefakefakefakefakefakefakefakefakefa3"
PAY = "aes-gcm:none:base64:iv=field(/resource/nonce):aad=field(/resource/associated_data):wrap=/resource/ciphertext"
PRESETS = ((FEISHU, "fake-key-of-any-length"), (WECHAT, WECHAT_KEY), (PAY, KEYS[32]))
FORMS = (
    ("aes-ecb:zero:base64url", KEYS[16]),
    ("aes-ecb:pkcs7-32:hex", KEYS[24]),
    ("aes-cbc:pkcs7:base64:iv=key:key=hex", KEYS[16].encode().hex()),
    ("aes-cbc:pkcs7:base64:iv=key:key=base64", base64.b64encode(KEYS[24].encode()).decode()),
    ("aes-cbc:zero:base64:iv=prefix:key=md5", "fake-key-of-any-length"),
    ("aes-ecb:zero:base64:wrap=/data", KEYS[16]),
    ("aes-ecb:pkcs7:hex:wrap=/a/b/c", KEYS[16]),
    ("aes-cbc:pkcs7:base64:iv=field(/iv):wrap=/data", KEYS[16]),
    ("aes-ecb:pkcs7:base64:frame=wechat('')", KEYS[16]),
    ("aes-gcm:none:base64:iv=prefix", KEYS[16]),
    ("aes-gcm:none:base64url:iv=prefix", KEYS[24]),
    ("aes-gcm:none:hex:iv=prefix:key=sha256:aad='some data'", "fake-key-of-any-length"),
    ("aes-gcm:none:base64:iv=key:wrap=/data", KEYS[32]),
)
FIELDS = {"X-Nonce": IV[:12].hex(), "X-Iv": IV.hex(), "X-Id": "fake id"}
IN_HEADERS = (
    ("aes-cbc:pkcs7:base64:iv=header(X-Iv)", KEYS[16]),
    ("aes-gcm:none:base64:iv=header(X-Nonce):aad=header(X-Id)", KEYS[32]),
    ("aes-gcm:none:base64:iv=header(X-Nonce):aad=header(X-Absent)", KEYS[32]),
)


def encrypted() -> list[dict[str, object]]:
    """Texts that decrypt to what they were."""
    ivs = ["prefix", "key", "f0e0d0c0b0a090807060504030201000"]
    modes = ["aes-ecb:{}:{}"] + ["aes-cbc:{}:{}:iv=" + iv for iv in ivs]
    all_ciphers = [m.format(p, e) for m in modes for p in ("zero", "pkcs7") for e in ("base64", "hex")]
    cases: list[dict[str, object]] = []

    def both(about: str, cipher: str, key: str, plain: bytes) -> None:
        case: dict[str, object] = {"about": about, "do": "both", "cipher": cipher, "key": key}
        if any(needs in cipher for needs in ("iv=prefix", "iv=field", "frame=")):
            case["iv"] = IV.hex()
        cases.append(case | {"plain": plain.hex(), "text": encrypt(cipher, plain, key)})

    both("the vendor's own example", OURS, KEY, b"TaskID=69f531a01a9df58aa6de2487be610abb")
    for text in ("", "0123456789abcdef", '{"name":"测试"}'):
        both("a known answer of the documented algorithm", OURS, KEY, text.encode())
    for length in range(65):
        for key_length in KEYS:
            both(f"{length} bytes", OURS, KEYS[key_length], bytes(97 + n % 26 for n in range(length)))
    for cipher in all_ciphers:
        for length in (0, 15, 16, 33):
            both("every mode, padding, encoding and iv", cipher, KEYS[32], bytes(65 + n for n in range(length)))
    for cipher, key in (*FORMS, *PRESETS):
        for length in (0, 2, 11, 12, 28, 100):
            both("every form", cipher, key, bytes(65 + n % 50 for n in range(length)))
    both("zero bytes inside stay", OURS, KEY, b"a\0b")
    both("PKCS#7 keeps zero bytes at the end", "aes-ecb:pkcs7:base64", KEY, b"a\0\0")
    return cases


def with_fields() -> list[dict[str, object]]:
    """Texts that need header fields, or that come in another shape than the library gives them."""
    cases: list[dict[str, object]] = []
    plain = b'{"a":"0123456789"}'

    def reads(about: str, cipher: str, key: str, text: str, headers: dict[str, str] | None = None) -> None:
        case: dict[str, object] = {"about": about, "do": "decrypt", "cipher": cipher, "key": key, "plain": plain.hex()}
        cases.append(case | {"text": text} | ({"headers": list((headers or {}).items())} if headers else {}))

    for key, nonce, clear, sealed in GCM:
        cipher = f"aes-gcm:none:hex:iv={nonce}:key=hex"
        about = {"about": "a test case of GCM's authors", "do": "both"}
        cases.append(about | {"cipher": cipher, "key": key, "plain": clear, "text": sealed})
    for cipher, key in IN_HEADERS:
        case: dict[str, object] = {"about": "fields of the header", "do": "both", "cipher": cipher, "key": key}
        text = encrypt(cipher, plain, key, FIELDS)
        cases.append(case | {"headers": list(FIELDS.items()), "plain": plain.hex(), "text": text})
    cipher, key = IN_HEADERS[0]
    sealed = encrypt(cipher, plain, key)
    reads("an iv in Base64", cipher, key, sealed, {"x-iv": base64.b64encode(IV).decode()})
    letters = "0123456789abcdef"
    sealed = encrypt(f"aes-cbc:pkcs7:base64:iv={letters.encode().hex()}", plain, key)
    reads("an iv as text", cipher, key, sealed, {"X-IV": f" {letters} "})
    wrapped = "aes-ecb:pkcs7:base64:wrap=/data"
    inner = encrypt(wrapped.removesuffix(":wrap=/data"), plain, KEYS[16])
    for about, text in (
        ("other fields around it", f' {{"b":[{{"data":1}}],"data" : "{inner}" , "c":{{"data":""}}}} '),
        ("its slashes escaped", '{"data":"' + inner.replace("/", "\\/") + '"}'),
        ("twice, of which the last one counts", f'{{"data":"","data":"{inner}"}}'),
        ("without its wrapper", inner),
        ("in lines", "\r\n".join(inner[at : at + 16] for at in range(0, len(inner), 16))),
        ("a JSON string", f'"{inner}"'),
    ):
        reads(about, wrapped, KEYS[16], text)
    quoted = "aes-ecb:pkcs7:base64:wrap='/a:)b'"
    reads("a name with a colon", quoted, KEYS[16], '{"a:)b":"' + inner + '"}')
    reads("a number on the way", "aes-ecb:pkcs7:base64:wrap=/a/1/b~1c", KEYS[16], f'{{"a":[0,{{"b/c":"{inner}"}}]}}')
    # As WeChat Pay's document shows it: a nonce of twelve characters, and additional data in the body.
    nonce = b"fake-nonce12"
    gcm = AES.new(KEYS[32].encode(), AES.MODE_GCM, nonce=nonce).update(b"transaction")
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(b"".join(gcm.encrypt_and_digest(plain))).decode(),
        "associated_data": "transaction",
        "nonce": nonce.decode(),
    }
    reads("as WeChat Pay sends it", "wechat-pay-v3", KEYS[32], json.dumps({"id": "fake", "resource": resource}))
    reads("as Feishu sends it", "feishu", "fake-key", encrypt(FEISHU, plain, "fake-key"))
    for name in ("wecom", "dingtalk"):
        reads("a frame without an id to check", name, WECHAT_KEY, encrypt(WECHAT, plain, WECHAT_KEY))
    mini = encrypt(WECHAT, plain, WECHAT_KEY).replace("encrypt", "Encrypt")
    reads("as WeChat's mini programs get it", "wechat", WECHAT_KEY, mini)
    for raw in ("aes-ecb:zero:raw", "aes-gcm:none:raw:iv=prefix"):
        case = {"about": "bytes", "do": "decrypt", "cipher": raw, "key": KEYS[16], "plain": plain.hex()}
        cases.append(case | {"text_hex": encrypt_bytes(raw, plain, KEYS[16]).hex()})
    return cases


def refused() -> list[dict[str, object]]:
    """Texts, keys and ciphers that cannot be used."""
    cases: list[dict[str, object]] = []

    def fails(about: str, do: str, error: str, **fields: object) -> None:
        cases.append({"about": about, "do": do, "cipher": OURS, "key": KEY} | fields | {"error": error})

    whole = encrypt(OURS, b"0123456789abcdef", KEY)
    fails("truncated in the middle of a group", "decrypt", "E6002", text=whole[:-3])
    fails("truncated to half a block", "decrypt", "E6002", text=whole[:32])
    fails("empty", "decrypt", "E6002", text="")
    fails("no Base64", "decrypt", "E6002", text="{}")
    fails("two alphabets at once", "decrypt", "E6002", text="_+" + whole[2:])
    fails("an odd number of hex digits", "decrypt", "E6002", cipher="aes-ecb:zero:hex", text="abc")
    fails("only the iv", "decrypt", "E6002", cipher="aes-cbc:zero:hex:iv=prefix", text=IV.hex())
    fails("less than the iv", "decrypt", "E6002", cipher="aes-cbc:zero:hex:iv=prefix", text="00")
    fails("zero padding is no PKCS#7", "decrypt", "E6003", cipher="aes-ecb:pkcs7:base64", text=whole)
    fails(
        "another key leaves no PKCS#7",
        "decrypt",
        "E6003",
        cipher="aes-ecb:pkcs7:base64",
        text=encrypt("aes-ecb:pkcs7:base64", b"text", KEYS[32]),
    )
    fails("the padding would be lost", "encrypt", "E6006", plain="6100")
    fails("no iv is given", "encrypt", "E6007", cipher="aes-cbc:zero:hex:iv=prefix", plain="61")
    for wrong in ("", "fake-key-of-15b", "fake-key-of-17-by", "测试测试测试"):
        fails("a key of another length", "encrypt", "E6001", key=wrong, plain="61")
    for wrong in (" " * 16, "fake-key-of-15b\n", " fake-key-of-15b", "fake-key-13b\u200b"):
        fails("a key with white space", "encrypt", "E6001", key=wrong, plain="61")
    fails_of_forms(fails)
    for wrong in (
        "",
        "aes",
        "aes-gcm:zero:base64",
        "aes-gcm:none:base64",
        "aes-gcm:none:base64:iv=00",
        "aes-cbc:none:base64:iv=key",
        "aes-cbc:pkcs7:base64:iv=key:iv=key",
        "aes-cbc:pkcs7:base64:iv=field(/iv)",
        "aes-cbc:pkcs7:base64:iv=header()",
        "aes-cbc:pkcs7:base64:iv=key:aad='a'",
        "aes-ecb:pkcs7:base64:key=sha1",
        "aes-ecb:pkcs7:base64:wrap=data",
        "aes-ecb:pkcs7:raw:wrap=/data",
        "aes-ecb:pkcs7:base64:frame=other",
        "aes-ecb:pkcs7:base64:frame=wechat('",
        "wechat-pay",
        "aes-ecb:none:base64",
        "aes-ecb:zero:base32",
        "AES-ECB:zero:base64",
        "aes-ecb:zero:base64:iv=key",
        "aes-cbc:zero:base64",
        "aes-cbc:zero:base64:prefix",
        "aes-cbc:zero:base64:iv=",
        "aes-cbc:zero:base64:iv=00",
        "aes-cbc:zero:base64:iv=key:more",
    ):
        fails("not a cipher", "encrypt", "E6005", cipher=wrong, plain="61")
    return cases


def fails_of_forms(fails: Callable[..., None]) -> None:
    text = b"0123456789abcdef"
    wechat = encrypt(WECHAT, text, WECHAT_KEY)
    other = WECHAT.replace("wx-fake-id", "wx-other-id")
    fails("a frame for another receiver", "decrypt", "E6009", cipher=other, key=WECHAT_KEY, text=wechat)
    framed = "aes-ecb:pkcs7:base64:frame=wechat"
    for about, inside in (
        ("no frame", text),
        ("a frame that ends in its middle", IV + b"\0\0\0"),
        ("a frame that is shorter than it says", IV + b"\0\0\0\3" + b"ab"),
        ("a frame of 4 GiB", IV + b"\xff\xff\xff\xff" + text),
    ):
        fails(about, "decrypt", "E6009", cipher=framed, text=encrypt(framed.removesuffix(":frame=wechat"), inside, KEY))
    fails("a frame needs random bytes", "encrypt", "E6007", cipher=framed, plain="61")
    gcm = "aes-gcm:none:hex:iv=prefix"
    sealed = encrypt(gcm, text, KEY)
    for about, changed in (
        ("the nonce is changed", "ff" + sealed[2:]),
        ("the text is changed", sealed[:24] + "00" + sealed[26:]),
        ("the tag is changed", sealed[:-2] + "00"),
        ("the tag is cut", sealed[:-2]),
        ("the tag is another's", sealed[:-32] + "00" * 16),
    ):
        fails(about, "decrypt", "E6008", cipher=gcm, text=changed)
    fails("another aad", "decrypt", "E6008", cipher=f"{gcm}:aad='a'", text=sealed)
    fails("another key", "decrypt", "E6008", cipher=gcm, key=KEYS[32], text=sealed)
    fails("no whole tag", "decrypt", "E6002", cipher=gcm, text=sealed[:40])
    fails("only a part of the nonce", "decrypt", "E6002", cipher=gcm, text=sealed[:20])
    by_field = "aes-gcm:none:hex:iv=header(X-Nonce)"
    fails("the nonce is missing", "decrypt", "E6002", cipher=by_field, text=sealed)
    fails("the nonce is missing", "encrypt", "E6007", cipher=by_field, plain="61")
    short = [["X-Nonce", "0011"]]
    fails("the nonce is too short", "decrypt", "E6002", cipher=by_field, text=sealed, headers=short)
    fails("the nonce is too short", "encrypt", "E6007", cipher=by_field, plain="61", headers=short)
    fails("the nonce is no text", "decrypt", "E6002", cipher=PAY, text='{"resource":{"ciphertext":"","nonce":1}}')
    fails("raw gives no text", "encrypt", "E6005", cipher="aes-ecb:zero:raw", plain="61")
    fails("no raw blocks", "decrypt", "E6002", cipher="aes-ecb:zero:raw", text="0123")
    fails("the wrapper has no such string", "decrypt", "E6002", cipher=f"{OURS}:wrap=/data", text='{"data":1}')
    for form, key in (("hex", KEY), ("hex", "0011"), ("base64", "fake key"), ("base64", "ZmFrZQ=="), ("sha256", "")):
        fails(f"no key in {form}", "encrypt", "E6001", cipher=f"{OURS}:key={form}", key=key, plain="61")
    through = "aes-cbc:pkcs7:base64:iv=field(/a/b):wrap=/a"
    fails("one pointer leads through another", "encrypt", "E6005", cipher=through, iv=IV.hex(), plain="61")
    padding = encrypt("aes-ecb:zero:base64", bytes([33]) * 31, KEY)
    fails("padding of more than 32", "decrypt", "E6003", cipher="aes-ecb:pkcs7-32:base64", text=padding)


def cipher_cases() -> list[dict[str, object]]:
    return encrypted() + with_fields() + refused()
