//! Schemes of well-known services, by name. Each is only a spelling of a scheme.

use super::model::Scheme;

/// Name and spelling, in the order of the names.
const PRESETS: [(&str, &str); 30] = [
    (
        "calendly",
        "hmac-sha256:hex:time(header(Calendly-Webhook-Signature,t))+'.'+body;in=header(Calendly-Webhook-Signature,v1)",
    ),
    (
        "dingtalk",
        "sha1:hex:sorted(secret,time(query(timestamp)),query(nonce),field(/encrypt));in=query(msg_signature);weak",
    ),
    ("dingtalk-robot", "hmac-sha256:base64:time(header(timestamp))+'\\n'+secret;in=header(sign);weak"),
    ("douyin", "sha1:hex:secret+body;in=header(X-Douyin-Signature);weak"),
    ("dropbox", "hmac-sha256:hex:body;in=header(X-Dropbox-Signature)"),
    (
        "feishu",
        "sha256:hex:time(header(X-Lark-Request-Timestamp))+header(X-Lark-Request-Nonce)+secret+body;in=header(X-Lark-Signature);weak",
    ),
    ("gitee", "hmac-sha256:base64:time(header(X-Gitee-Timestamp))+'\\n'+secret;in=header(X-Gitee-Token);weak"),
    ("github", "hmac-sha256:hex:body;in=header(X-Hub-Signature-256);prefix='sha256='"),
    ("gitlab", "none:text:secret;in=header(X-Gitlab-Token);weak"),
    ("hubspot-v1", "sha256:hex:secret+body;in=header(X-HubSpot-Signature);weak"),
    (
        "hubspot-v3",
        "hmac-sha256:base64:method+url+body+time(header(X-HubSpot-Request-Timestamp));in=header(X-HubSpot-Signature-v3)",
    ),
    ("line", "hmac-sha256:base64:body;in=header(X-Line-Signature)"),
    ("netease-im", "sha1:hex:secret+md5(body)+time(header(CurTime));in=header(CheckSum);weak"),
    ("paddle", "hmac-sha256:hex:time(header(Paddle-Signature,ts))+':'+body;in=header(Paddle-Signature,h1)"),
    ("pagerduty", "hmac-sha256:hex:body;in=header(X-PagerDuty-Signature);prefix='v1='"),
    ("paystack", "hmac-sha512:hex:body;in=header(X-Paystack-Signature)"),
    ("razorpay", "hmac-sha256:hex:body;in=header(X-Razorpay-Signature)"),
    ("shopify", "hmac-sha256:base64:body;in=header(X-Shopify-Hmac-Sha256)"),
    (
        "slack",
        "hmac-sha256:hex:'v0:'+time(header(X-Slack-Request-Timestamp))+':'+body;in=header(X-Slack-Signature);prefix='v0='",
    ),
    ("square", "hmac-sha256:base64:url+body;in=header(X-Square-HmacSha256-Signature)"),
    (
        "standard-webhooks",
        "hmac-sha256:base64:header(webhook-id)+'.'+time(header(webhook-timestamp))+'.'+body;in=header(webhook-signature);prefix='v1,';secret='whsec_'+base64",
    ),
    ("stripe", "hmac-sha256:hex:time(header(Stripe-Signature,t))+'.'+body;in=header(Stripe-Signature,v1)"),
    (
        "svix",
        "hmac-sha256:base64:header(svix-id)+'.'+time(header(svix-timestamp))+'.'+body;in=header(svix-signature);prefix='v1,';secret='whsec_'+base64",
    ),
    ("twilio", "hmac-sha1:base64:url+params(,,all);in=header(X-Twilio-Signature)"),
    (
        "twitch",
        "hmac-sha256:hex:header(Twitch-Eventsub-Message-Id)+time(header(Twitch-Eventsub-Message-Timestamp))+body;in=header(Twitch-Eventsub-Message-Signature);prefix='sha256='",
    ),
    ("wechat", "sha1:hex:sorted(secret,time(query(timestamp)),query(nonce));in=query(signature);weak"),
    ("wechat-pay-v2", "md5:HEX:params(&,=)+'&key='+secret;in=field(/sign)"),
    (
        "wecom",
        "sha1:hex:sorted(secret,time(query(timestamp)),query(nonce),field(/encrypt));in=query(msg_signature);weak",
    ),
    (
        "zendesk",
        "hmac-sha256:base64:time(header(X-Zendesk-Webhook-Signature-Timestamp))+body;in=header(X-Zendesk-Webhook-Signature)",
    ),
    (
        "zoom",
        "hmac-sha256:hex:'v0:'+time(header(x-zm-request-timestamp))+':'+body;in=header(x-zm-signature);prefix='v0='",
    ),
];

impl Scheme {
    /// The names of the presets, and their spellings.
    pub fn presets() -> impl Iterator<Item = (&'static str, &'static str)> {
        PRESETS.into_iter()
    }
}

pub(super) fn spelling(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(preset, _)| *preset == name).map(|(_, spelling)| *spelling)
}
