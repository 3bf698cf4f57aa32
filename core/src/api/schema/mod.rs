//! The catalog as data for generators: `operations.json` and an `OpenAPI` 3.1 document.

mod openapi;
mod operations;
mod text;

pub use openapi::openapi;
pub use operations::operations;
