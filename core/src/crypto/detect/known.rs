//! Constructions of well-known services that no general search reaches, as they combine many fields.

/// Spellings of schemes.
pub(super) const KNOWN: [&str; 6] = [
    // Adyen
    "hmac-sha256:base64:field(/notificationItems/0/NotificationRequestItem/pspReference)+':'\
     +field(/notificationItems/0/NotificationRequestItem/originalReference)+':'\
     +field(/notificationItems/0/NotificationRequestItem/merchantAccountCode)+':'\
     +field(/notificationItems/0/NotificationRequestItem/merchantReference)+':'\
     +field(/notificationItems/0/NotificationRequestItem/amount/value)+':'\
     +field(/notificationItems/0/NotificationRequestItem/amount/currency)+':'\
     +field(/notificationItems/0/NotificationRequestItem/eventCode)+':'\
     +field(/notificationItems/0/NotificationRequestItem/success)\
     ;in=field(/notificationItems/0/NotificationRequestItem/additionalData/hmacSignature);secret=hex;weak",
    // Contentful
    "hmac-sha256:hex:method+'\\n'+path+'\\nx-contentful-signed-headers:'+header(x-contentful-signed-headers)\
     +';x-contentful-timestamp:'+time(header(x-contentful-timestamp))+'\\n'+body;in=header(x-contentful-signature)",
    // Huawei Cloud live
    "hmac-sha256:hex:field(/event)+field(/domain)+field(/app)+field(/stream)+time(field(/auth_timestamp))\
     ;in=field(/auth_sign);weak",
    // Jiguang
    "sha1:hex:'appKey='+key+'&appMasterSecret='+secret+'&nonce='+field(/nonce)+'&timestamp='+time(field(/timestamp))\
     ;in=field(/signature);weak",
    // Mercado Pago
    "hmac-sha256:hex:'id:'+query(data.id)+';request-id:'+header(x-request-id)+';ts:'+time(header(x-signature,ts))+';'\
     ;in=header(x-signature,v1);weak",
    // Zalo
    "sha256:hex:field(/app_id)+body+time(field(/timestamp))+secret;in=header(X-ZEvent-Signature);prefix='mac='",
];
