//! Catalogs of your own

use std::{ffi::c_int, sync::Arc};

use airudder_core::Catalog;

use crate::{
    ffi::{
        memory,
        pointers::{Bytes, Length},
        settings::ErrorSlot,
    },
    objects::{
        answer::{Out, code, code_with_error, output},
        buffers::{BUFFERS, Buffer},
        catalog::CATALOGS,
    },
    types::{buffers::airudder_buffer, catalog::airudder_catalog},
};

/// Reads a catalog of your own: operations and events that you know, and this library does not. Its file is described in
/// docs/catalog.md in the project's repository. Give it to clients and receivers by the field `catalog` of their settings,
/// and call its operations by airudder_call_start_named() or airudder_call_begin_named().
///
/// This function, and those that check the parameters of its operations, need up to 1 MiB of stack.
///
/// @param json      The text of the file, UTF-8.
/// @param json_len  Its length in bytes.
/// @param catalog   Receives the catalog, to be freed with airudder_catalog_free(); 0 if it fails.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1027_INVALID_CATALOG, with the fault's JSON pointer into the file in `error.pointer`;
///         AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_catalog_extend(json, json_len, &catalog, &err);
///     cfg.catalog = catalog;
#[unsafe(no_mangle)]
pub extern "C" fn airudder_catalog_extend(
    json: Bytes<'_>,
    json_len: Length,
    catalog: Out<'_, airudder_catalog>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let catalog = output(catalog, "catalog", 0)?;
        let json = json.text(json_len, "json")?;
        memory::to_work_on(json.len())?;
        *catalog = CATALOGS.insert(Arc::new(Catalog::extend(json)?));
        Ok(())
    })
}

/// What the catalog has, as one JSON object: `operations` and `events`, each a list of objects with the fields of the
/// file, defaults filled in.
///
/// @param catalog  The catalog.
/// @param buffer   Receives the text, to be freed with airudder_buffer_free(); 0 if it fails.
/// @param error    Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_catalog_list(catalog, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_catalog_list(
    catalog: airudder_catalog,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let text = CATALOGS.share(catalog, |catalog| Ok(catalog.to_json()))?;
        *buffer = BUFFERS.insert(Buffer::of(text)?);
        Ok(())
    })
}

/// Frees a catalog. Clients and receivers that have it keep it.
///
/// @param catalog  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no catalog.
///
///     airudder_catalog_free(catalog);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_catalog_free(catalog: airudder_catalog) -> c_int {
    code(|| CATALOGS.free(catalog))
}
