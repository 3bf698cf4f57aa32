//! Paths with parameters, such as `/service/plans/{plan_id}/runs`.

use percent_encoding::percent_decode_str;

/// The parameters in a path, by their names, where it is one of the template's.
pub(crate) fn fit(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(wanted), Some(given)) => fit_segment(wanted, given, &mut found)?,
            _ => return None,
        }
    }
}

fn fit_segment(template: &str, text: &str, found: &mut Vec<(String, String)>) -> Option<()> {
    let Some((literal, rest)) = template.split_once('{') else { return (template == text).then_some(()) };
    let (name, behind) = rest.split_once('}')?;
    let text = text.strip_prefix(literal)?;
    // A parameter ends where the text behind it begins.
    let end = match behind.split_once('{') {
        None => text.strip_suffix(behind)?.len(),
        Some((next, _)) => text.find(next)?,
    };
    let (value, text) = text.split_at_checked(end)?;
    let value = percent_decode_str(value).decode_utf8().ok().filter(|value| !value.is_empty())?;
    found.push((name.to_owned(), value.into_owned()));
    fit_segment(behind, text, found)
}

#[cfg(test)]
mod tests {
    use super::fit;

    fn fitted(template: &str, path: &str) -> Option<String> {
        let pairs: Vec<_> = fit(template, path)?.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(pairs.join(" "))
    }

    #[test]
    fn parameters_stand_where_the_template_has_them() {
        for (template, path, expected) in [
            ("/plans", "/plans", Some("")),
            ("/plans/{id}/runs", "/plans/a%20b%2Fc/runs", Some("id=a b/c")),
            ("/plans/{id}.{kind}", "/plans/7.json", Some("id=7 kind=json")),
            ("/plans/v{id}x", "/plans/v7xx", Some("id=7x")),
            ("/plans/{id}", "/plans/", None),
            ("/plans/{id}", "/plans", None),
            ("/plans/{id}", "/plans/7/runs", None),
            ("/plans/{id}/runs", "/plans/7/stops", None),
            ("/plans/{id}", "/plans/%FF", None),
        ] {
            assert_eq!(fitted(template, path).as_deref(), expected, "{template} {path}");
        }
    }
}
