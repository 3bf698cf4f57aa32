//! A catalog of one's own: the parameters of its operations are checked, and an example of the result is answered.

use std::path::Path;

use airudder_core::json::push_segment;
use airudder_core::{Catalog, CatalogOperation, Method};
use axum::body::Bytes;
use axum::http::Request;
use serde_json::{Map, Value};

use crate::authorize::authorize;
use crate::config::ConfigError;
use crate::state::App;
use crate::template;
use crate::wire::{Answer, Inbound};

/// Reads a catalog's file. One of which not everything can be answered and sent is refused.
pub(crate) fn read(path: &Path) -> Result<Catalog, ConfigError> {
    let refuse = |why: String| ConfigError(format!("catalog: {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let catalog = Catalog::extend(&text).map_err(|error| refuse(error.to_string()))?;
    let results = catalog.operations().iter().filter(|row| !row.file).map(|row| catalog.example(&row.name));
    let events = catalog.events().iter().map(|row| catalog.example_event(&row.name));
    results.chain(events).try_for_each(|example| example.map(drop)).map_err(|error| refuse(error.to_string()))?;
    Ok(catalog)
}

/// An operation with the parameters in the path of its request.
pub(crate) struct Found<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) row: &'a CatalogOperation,
    in_path: Vec<(String, String)>,
}

/// The operation of this method and path.
pub(crate) fn find<'a>(catalog: &'a Catalog, method: &str, path: &str) -> Option<Found<'a>> {
    let fitting = catalog.operations().iter().filter(|row| row.method.as_str() == method);
    let fitting = fitting.filter_map(|row| Some(Found { catalog, row, in_path: template::fit(&row.path, path)? }));
    // `/plans/all` is that path, rather than `/plans/{id}` with this id.
    fitting.min_by_key(|found| found.in_path.len())
}

/// Processes one request.
pub(crate) async fn process(app: &App, found: &Found<'_>, request: &Request<Bytes>, inbound: &Inbound) -> Answer {
    let answer = async {
        authorize(app, found.row.auth, request, inbound).await?;
        found.check(request.uri().query().unwrap_or_default(), &inbound.text)?;
        if found.row.file {
            return Ok(Answer::file("application/octet-stream", b"a file of the sandbox\n".to_vec()));
        }
        found.catalog.example(&found.row.name).map(Answer::ok).map_err(|error| {
            tracing::error!(%error, "no result could be made");
            Answer::failed()
        })
    };
    answer.await.unwrap_or_else(|refusal: Answer| refusal)
}

impl Found<'_> {
    /// Checks the parameters of path, query and body together, as the library's users write them.
    fn check(&self, query: &str, text: &str) -> Result<(), Answer> {
        // An encrypted query is in the text.
        let (query, body) = if self.row.method == Method::Get { (text, "") } else { (query, text) };
        let mut params = if body.is_empty() { Map::new() } else { object(body)? };
        let in_query = form_urlencoded::parse(query.as_bytes()).into_owned();
        let mut texts: Vec<(String, String)> = self.in_path.iter().cloned().chain(in_query).collect();
        params.extend(texts.iter().map(|(name, text)| (name.clone(), text.as_str().into())));
        loop {
            let Err(error) = self.catalog.check(&self.row.name, &Value::from(params.clone()).to_string()) else {
                return Ok(());
            };
            // Path and query hold texts alone. One that its schema does not take may be a number or a truth value.
            let pointer = error.details().pointer.as_deref().unwrap_or_default();
            let place = texts.iter().position(|(name, _)| escaped(name) == pointer);
            let Some((name, value)) = place.map(|place| texts.swap_remove(place)).and_then(scalar) else {
                return Err(Answer::refused(error.to_string()));
            };
            params.insert(name, value);
        }
    }
}

fn object(body: &str) -> Result<Map<String, Value>, Answer> {
    // The parser's own error would quote what was sent.
    serde_json::from_str(body).map_err(|_| Answer::refused("the body must be one JSON object"))
}

/// The JSON pointer of a field.
fn escaped(name: &str) -> String {
    let mut pointer = String::new();
    push_segment(&mut pointer, name);
    pointer
}

/// A field whose text is a number or a truth value, as that.
fn scalar((name, text): (String, String)) -> Option<(String, Value)> {
    let value: Value = serde_json::from_str(&text).ok()?;
    (value.is_number() || value.is_boolean()).then_some((name, value))
}
