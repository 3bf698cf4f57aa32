"""Ciphers: texts encrypted, and texts that cannot be decrypted."""

from primitives import IV, KEYS, encrypt

OURS = "aes-ecb:zero:base64"
KEY = KEYS[16]


def encrypted() -> list[dict[str, object]]:
    """Texts that decrypt to what they were."""
    ivs = ["prefix", "key", "f0e0d0c0b0a090807060504030201000"]
    modes = ["aes-ecb:{}:{}"] + ["aes-cbc:{}:{}:iv=" + iv for iv in ivs]
    all_ciphers = [m.format(p, e) for m in modes for p in ("zero", "pkcs7") for e in ("base64", "hex")]
    cases: list[dict[str, object]] = []

    def both(about: str, cipher: str, key: str, plain: bytes) -> None:
        case: dict[str, object] = {"about": about, "do": "both", "cipher": cipher, "key": key}
        if "iv=prefix" in cipher:
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
    both("zero bytes inside stay", OURS, KEY, b"a\0b")
    both("PKCS#7 keeps zero bytes at the end", "aes-ecb:pkcs7:base64", KEY, b"a\0\0")
    return cases


def refused() -> list[dict[str, object]]:
    """Texts, keys and ciphers that cannot be used."""
    cases: list[dict[str, object]] = []

    def fails(about: str, do: str, error: str, **fields: str) -> None:
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
    for wrong in (
        "",
        "aes",
        "aes-gcm:zero:base64",
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


def cipher_cases() -> list[dict[str, object]]:
    return encrypted() + refused()
