//! The native half of the package `airudder`: the core's machines, and the way of data between Python and JSON text.
//! Everything that a person sees is in `python/airudder`.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bytes;
mod call;
mod campaign;
mod catalog;
mod clocks;
mod crypto;
mod errors;
mod fields;
mod fork;
mod interpreter;
mod options;
mod reader;
mod session;
mod webhooks;
mod writer;

use pyo3::prelude::*;

/// Not public: see the package `airudder`.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::check_interpreter(module.py())
    }

    #[pymodule_export]
    use crate::call::{Call, Request};
    #[pymodule_export]
    use crate::campaign::{Campaign, partition_of, recorded};
    #[pymodule_export]
    use crate::catalog::Catalog;
    #[pymodule_export]
    use crate::clocks::clocks;
    #[pymodule_export]
    use crate::crypto::{decrypt, digest, encrypt, sign, verify};
    #[pymodule_export]
    use crate::errors::error_codes;
    #[pymodule_export]
    use crate::fork::{after_fork, before_fork};
    #[pymodule_export]
    use crate::interpreter::first_package;
    #[pymodule_export]
    use crate::reader::from_json;
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::session::operations;
    #[pymodule_export]
    use crate::webhooks::{Webhooks, detect, verify_push_params};
    #[pymodule_export]
    use crate::writer::to_json;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
