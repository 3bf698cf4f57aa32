//! The manual pages of the C library, one for each section of `airudder.h`, and one for its rules.

mod header;
mod page;
mod roff;

use std::collections::BTreeMap;

use header::Section;

/// The pages, by the title of the section, with what they are about.
const PAGES: [(&str, &str, &str); 17] = [
    ("Operations", "airudder_operations", "operations of the AI Rudder API, with their parameters and results"),
    ("Errors", "airudder_errors", "numbers of errors, their causes and remedies"),
    ("Errors as a struct of the caller's.", "airudder_error", "an error with its details"),
    ("Texts and header fields", "airudder_text", "texts and header fields that the library gives"),
    ("Buffers", "airudder_buffer", "bytes that a function made"),
    ("Catalogs of your own", "airudder_catalog", "operations and events that the library does not know"),
    ("Clients", "airudder_client", "settings, token and retry budget of an account"),
    ("Calls", "airudder_call", "one operation, from its parameters to its result"),
    ("Values", "airudder_type", "types of JSON values"),
    ("Parameters and results by JSON pointer", "airudder_parameters", "set parameters and read results of a call"),
    ("Campaigns", "airudder_campaign", "send any number of contacts, each once"),
    ("Limits", "airudder_campaign_limits", "whom a campaign must not call, and when it must not upload"),
    ("Partitions", "airudder_campaign_partitions", "several workers that send one campaign"),
    ("Events", "airudder_event", "what AI Rudder reports, verified and decrypted"),
    ("Webhooks", "airudder_webhooks", "verify and decrypt deliveries of events"),
    ("Encryption and signatures", "airudder_crypto", "encrypt, decrypt, sign and verify"),
    ("The library", "airudder_library", "version, error texts, and numbers of operations"),
];

/// The pages' names and texts.
pub(crate) fn pages(header: &str) -> Vec<(String, String)> {
    // What stands at the top of the header is in airudder(3), which is written by hand, and in airudder_rules(3).
    let header =
        header.replace("at the top of this file", "in airudder(3)").replace("top of this section", "top of this page");
    let header = header.replace("see \"Time\" in airudder(3)", "see \"Time\" in airudder_rules(3)");
    let sections = header::sections(&header);
    let errors = errors(&sections);
    let owners = owners(&sections);
    let mut pages = vec![("airudder_rules.3".to_owned(), page::rules(&header::top(&header, "The rules")))];
    for section in &sections {
        let (_, name, about) = page_of(section.title);
        pages.push((format!("{name}.3"), page::section(section, name, about, &errors, &owners)));
    }
    pages
}

fn page_of(title: &str) -> (&str, &'static str, &'static str) {
    let found = PAGES.into_iter().find(|(section, ..)| *section == title);
    found.unwrap_or_else(|| panic!("the section {title:?} of the header has no manual page: give it one in PAGES"))
}

/// The errors by their names: what each means.
fn errors<'a>(sections: &'a [Section<'a>]) -> BTreeMap<&'a str, &'a [&'a str]> {
    let constants = sections.iter().filter(|section| section.title == "Errors").flat_map(|section| &section.constants);
    constants.filter_map(|error| Some((error.declared.split(' ').next()?, &error.about[..]))).collect()
}

/// The page of each function.
fn owners<'a>(sections: &'a [Section<'a>]) -> BTreeMap<&'a str, &'static str> {
    let functions = sections.iter().flat_map(|section| {
        let (_, page, _) = page_of(section.title);
        section.functions.iter().map(move |function| (function.name.as_str(), page))
    });
    functions.collect()
}
