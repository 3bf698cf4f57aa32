//! Ciphers of well-known senders, by name.

/// The names, and what they stand for.
pub(super) const PRESETS: [(&str, &str); 5] = [
    ("feishu", "aes-cbc:pkcs7:base64:iv=prefix:key=sha256:wrap=/encrypt"),
    ("wechat", "aes-cbc:pkcs7-32:base64:iv=key:key=base64:wrap=/Encrypt:frame=wechat"),
    ("wecom", "aes-cbc:pkcs7-32:base64:iv=key:key=base64:wrap=/encrypt:frame=wechat"),
    ("dingtalk", "aes-cbc:pkcs7-32:base64:iv=key:key=base64:wrap=/encrypt:frame=wechat"),
    (
        "wechat-pay-v3",
        "aes-gcm:none:base64:iv=field(/resource/nonce):aad=field(/resource/associated_data):wrap=/resource/ciphertext",
    ),
];
