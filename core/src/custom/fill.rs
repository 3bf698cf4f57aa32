//! From parameters to a request: some go into the path, some into the query.

use serde_json::{Value, value::RawValue};

use super::row::CatalogOperation;
use crate::{
    api::raw::RawRequest,
    error::Error,
    http::Method,
    query::{self, Pairs},
};

/// The request of an operation with these parameters.
pub(super) fn request(row: &CatalogOperation, params: String) -> Result<RawRequest, Error> {
    let has_body = row.method != Method::Get;
    let in_path: Vec<&str> = row.template.params().collect();
    let stays = |name: &str| !in_path.contains(&name) && !row.query.iter().any(|own| own == name);
    let Pairs(all) = Pairs::read(&params)?;
    let all = Pairs(all);
    let path = row.template.fill(&all)?;
    let is_whole = has_body && all.0.iter().all(|(name, _)| stays(name));
    let in_body = |name: &str| has_body && stays(name);
    let (body, rest): (Vec<_>, Vec<_>) = all.0.into_iter().partition(|(name, _)| in_body(name));
    let in_query = rest.into_iter().filter(|(name, _)| !in_path.contains(&name.as_str())).collect();
    let query = query::write_pairs(&Pairs(in_query))?;
    let body = match row.method {
        Method::Get => String::new(),
        Method::Delete if body.is_empty() => String::new(),
        _ if is_whole => params,
        _ => object(&body),
    };
    Ok(RawRequest {
        query,
        body,
        auth: row.auth,
        replay: row.replay,
        file: row.file,
        name: Some(row.name.clone()),
        envelope: Some(row.envelope),
        find_out: row.find_out.clone(),
        ..RawRequest::new(row.method, path)
    })
}

/// An object of fields as they are written.
fn object(pairs: &[(String, &RawValue)]) -> String {
    let fields: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
    format!("{{{}}}", fields.join(","))
}
