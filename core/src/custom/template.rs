//! A path in which parameters are put.

use crate::{
    error::{Error, ErrorCode},
    query::{self, Pairs},
};
use airudder_json::push_segment;

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

    pub(super) fn fill(&self, pairs: &Pairs<'_>) -> Result<String, Error> {
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
