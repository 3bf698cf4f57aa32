//! A catalog of one's own: it is refused or taken, and what it takes can be written, checked and made examples of, by which
//! events are recognized.

use airudder_core::Catalog;
use serde_json::Value;

use super::input::{self, Input};

/// Line: parameters. Then the file.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let params = input.text();
    let Ok(catalog) = Catalog::extend(input::text(input.rest())) else { return };
    serde_json::from_str::<Value>(&catalog.to_json()).expect("it lists itself as JSON");
    for operation in catalog.operations() {
        let checked = catalog.check(&operation.name, params);
        let request = catalog.request(&operation.name, params.to_owned());
        if let (Ok(()), Err(error)) = (checked, request) {
            panic!("what was checked cannot be sent: {error}");
        }
        if let Ok(example) = catalog.example(&operation.name) {
            serde_json::from_str::<Value>(&example).expect("an example is JSON");
        }
    }
    for event in catalog.events() {
        if let Ok(example) = catalog.example_event(&event.name) {
            assert!(catalog.recognize(&example).is_some(), "{} is not recognized by {example}", event.name);
        }
    }
    let _ = catalog.recognize(params);
}
