//! A catalog of one's own: it is refused or taken, and what it takes can be written, checked and made examples of.
#![no_main]

use airudder_core::Catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (file, params) = input;
    let Ok(catalog) = Catalog::extend(file) else { return };
    serde_json::from_str::<serde_json::Value>(&catalog.to_json()).expect("it lists itself as JSON");
    for operation in catalog.operations() {
        let _ = catalog.check(&operation.name, params);
        let _ = catalog.request(&operation.name, params.to_owned());
        let _ = catalog.example(&operation.name);
    }
    for event in catalog.events() {
        let _ = catalog.example_event(&event.name);
    }
    let _ = catalog.recognize(params);
});
