//! From a plan to a request: encrypt, authorize, sign.

use super::plan::Plan;
use crate::{
    api::operation::Auth,
    config::ValidConfig,
    crypto::{self, SIGN_KEY_HEADER, SigningInput},
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::{Headers, Method, Request},
    secret::Secret,
};

/// Builds the request of a plan. `token` is needed for [`Auth::Token`] only, and the time for schemes that sign one.
pub(super) fn build(config: &ValidConfig, plan: &Plan, token: Option<&Secret>, now_ms: u64) -> Result<Request, Error> {
    let mut headers = Headers::new();
    headers.set("Content-Type", "application/json");
    headers.set("User-Agent", "Airudder");
    let mut url = format!("{}{}", plan.base_url, plan.path);
    let in_query = plan.method == Method::Get;
    let clear_text = if in_query { &plan.query } else { &plan.body };
    let sent = match &config.encryption_key {
        Some(key) => {
            headers.set("Is-Encrypted", "1");
            headers.set("Signed", crypto::digest_with(&*config.provider, clear_text.as_bytes()));
            crypto::encrypt_with(&*config.provider, clear_text.as_bytes(), key)?
        }
        None => clear_text.clone(),
    };
    let (query, body) = if in_query { (sent, Vec::new()) } else { (plan.query.clone(), sent.into_bytes()) };
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    for (name, value) in plan.headers.iter() {
        headers.set(name, value);
    }
    let mut request = Request { method: plan.method, url, headers, body, timeout_ms: plan.timeout_ms };
    match plan.auth {
        Auth::None | Auth::CallerHeaders => {}
        Auth::Token => {
            let token = token.map(Secret::expose).unwrap_or_default();
            let value = format!("{} {token}", config.settings.auth_scheme);
            set_unless_given(plan, &mut request.headers, "Authorization", value);
        }
        Auth::Sign => sign(config, plan, clear_text, &mut request, now_ms)?,
    }
    Ok(request)
}

/// Signs a request, unless the caller has done so.
fn sign(config: &ValidConfig, plan: &Plan, clear_text: &str, request: &mut Request, now_ms: u64) -> Result<(), Error> {
    let settings = &config.settings;
    let (Some(key), Some(secret)) = (&settings.sign_key, &settings.sign_secret) else {
        let missing = if settings.sign_key.is_none() { "/sign_key" } else { "/sign_secret" };
        let why = "this operation is signed: give sign_key and sign_secret";
        return Err(Error::new(ErrorCode::CredentialsMissing, why).at(missing));
    };
    config.sign_scheme.write_times(&mut request.headers, now_ms);
    let Request { method, url, headers, body, .. } = &*request;
    let delivery = Delivery { method: method.as_str(), url, ..Delivery::new(body, headers) };
    let input =
        SigningInput { secret: secret.expose(), key: Some(key.expose()), delivery, plain: Some(clear_text.as_bytes()) };
    let signature = config.sign_scheme.sign(&input)?;
    let is_given = config.sign_scheme.header_name().is_some_and(|name| plan.headers.get(name).is_some());
    if !is_given {
        config.sign_scheme.write(signature, &mut request.headers)?;
    }
    set_unless_given(plan, &mut request.headers, SIGN_KEY_HEADER, key.expose());
    Ok(())
}

/// What the caller gives comes before what the library would send.
fn set_unless_given(plan: &Plan, headers: &mut Headers, name: &str, value: impl Into<String>) {
    if plan.headers.get(name).is_none() {
        headers.set(name, value);
    }
}
