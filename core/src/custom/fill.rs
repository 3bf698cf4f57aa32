//! From parameters to a request: some go into the path, some into the query.

use airudder_json::push_segment;
use serde_json::{Value, value::RawValue};

use super::CatalogOperation;
use crate::{
    api::raw::RawRequest,
    error::{Error, ErrorCode},
    http::Method,
    query::{self, Pairs},
};

/// A path whose segments may hold parameters.
pub(super) struct Template(Vec<Vec<Piece>>);

enum Piece {
    Text(String),
    Param(String),
}

impl Template {
    /// Reads a path with `{name}` for each parameter.
    pub(super) fn read(path: &str) -> Result<Self, &'static str> {
        let Some(path) = path.strip_prefix('/') else { return Err("a path begins with `/`") };
        if !path.bytes().all(|byte| byte.is_ascii_graphic()) || path.contains(['?', '#', '\\']) {
            return Err("a path is percent-encoded, and holds neither `?` nor `#`");
        }
        let segments: Vec<&str> = path.split('/').collect();
        let inner = segments.split_last().map_or(&[][..], |(_, inner)| inner);
        if inner.contains(&"") || segments.iter().any(|segment| [".", ".."].contains(segment)) {
            return Err("no part of a path between `/` is empty, `.` or `..`");
        }
        segments.into_iter().map(pieces).collect::<Result<_, _>>().map(Self)
    }

    /// The names of the parameters.
    pub(super) fn params(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter_map(|piece| match piece {
            Piece::Param(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    fn fill(&self, pairs: &Pairs<'_>) -> Result<String, Error> {
        let mut path = String::new();
        for segment in &self.0 {
            path.push('/');
            let start = path.len();
            for piece in segment {
                match piece {
                    Piece::Text(text) => path.push_str(text),
                    Piece::Param(name) => path.push_str(&param(name, pairs)?),
                }
            }
            // A URL with such a part names another place.
            if let Some(name) = segment.iter().find_map(Piece::name)
                && ["", ".", ".."].contains(&path.get(start..).unwrap_or_default())
            {
                let why = "a parameter of the path must not leave a part of it empty, `.` or `..`";
                return Err(Error::new(ErrorCode::InvalidValue, why).at(pointer(name)));
            }
        }
        Ok(path)
    }
}

impl Piece {
    fn name(&self) -> Option<&str> {
        if let Self::Param(name) = self { Some(name) } else { None }
    }
}

fn pieces(segment: &str) -> Result<Vec<Piece>, &'static str> {
    const BRACES: &str = "in a path, `{` and `}` stand around the name of a parameter";
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some((text, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').ok_or(BRACES)?;
        if name.is_empty() || name.contains('{') || text.contains('}') {
            return Err(BRACES);
        }
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Param(name.to_owned()));
        rest = behind;
    }
    if rest.contains('}') {
        return Err(BRACES);
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

fn pointer(name: &str) -> String {
    let mut pointer = String::new();
    push_segment(&mut pointer, name);
    pointer
}

/// The text of a parameter of the path, percent-encoded.
fn param(name: &str, Pairs(pairs): &Pairs<'_>) -> Result<String, Error> {
    let mut found = pairs.iter().filter(|(field, _)| field == name);
    let value = match (found.next(), found.next()) {
        (Some((_, value)), None) => query::encoded(name, value, "a parameter of the path")?,
        (Some(_), Some(_)) => {
            return Err(Error::new(ErrorCode::InvalidValue, format!("duplicate field `{name}`")).at(pointer(name)));
        }
        (None, _) => None,
    };
    value.ok_or_else(|| Error::new(ErrorCode::MissingField, format!("missing field `{name}`")).at(pointer(name)))
}

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
