//! Parameters that do not come as JSON: queries, and the two kinds of forms in which clients send their credentials.

use airudder_core::{Auth, Method, OperationInfo};
use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::wire::{self, Answer};

/// The only parameters of GET requests that are no texts.
const NUMBERS: [&str; 2] = ["Number", "Page"];
const CREDENTIALS: [&str; 2] = ["APPKey", "APPSecret"];

/// The parameters as JSON text, where they come as something else; nothing where they are JSON.
pub(crate) async fn as_json(
    operation: &OperationInfo,
    headers: &HeaderMap,
    text: &str,
) -> Result<Option<String>, Answer> {
    if operation.method == Method::Get {
        return Ok(Some(json(form_urlencoded::parse(text.as_bytes()))));
    }
    // A JSON text stays one under the content type that curl gives to whatever it sends.
    if operation.auth != Auth::None || text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let kind = wire::header_text(headers, "content-type").unwrap_or_default().to_ascii_lowercase();
    let fields = if kind.starts_with("multipart/form-data") {
        multipart(headers, text).await?
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    } else {
        return Ok(None);
    };
    // The names are not repeated: whatever is sent wrong here may be the secret.
    if fields.iter().any(|(name, _)| !CREDENTIALS.contains(&name.as_str())) {
        return Err(Answer::refused("the form has fields other than `APPKey` and `APPSecret`"));
    }
    Ok(Some(json(fields)))
}

async fn multipart(headers: &HeaderMap, text: &str) -> Result<Vec<(String, String)>, Answer> {
    let broken = || Answer::refused("the body is not the multipart/form-data that its Content-Type says");
    let mut request = Request::new(Body::from(text.to_owned()));
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let name = field.name().unwrap_or_default().to_owned();
        fields.push((name, field.text().await.map_err(|_| broken())?));
    }
    Ok(fields)
}

/// Fields as an object of texts, but for the numbers that the catalog knows.
fn json<N: Into<String> + AsRef<str>, V: Into<String> + AsRef<str>>(
    fields: impl IntoIterator<Item = (N, V)>,
) -> String {
    let fields = fields.into_iter().map(|(name, value)| {
        let number = NUMBERS.contains(&name.as_ref()).then(|| value.as_ref().parse::<i64>().ok()).flatten();
        (name.into(), number.map_or_else(|| Value::String(value.into()), Value::from))
    });
    Value::Object(fields.collect::<Map<_, _>>()).to_string()
}
