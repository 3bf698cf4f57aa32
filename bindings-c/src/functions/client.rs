//! Clients

use std::{ffi::c_int, sync::Arc};

use crate::{
    ffi::settings::{ConfigPointer, ErrorSlot},
    objects::{
        answer::{Out, code, code_with_error, output},
        client::{CLIENTS, Client},
    },
    types::client::airudder_client,
};

/// Makes a client. Nothing is sent.
///
/// @param config  The settings; see `airudder_config`.
/// @param client  Receives the client, to be freed with airudder_client_free(); 0 if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG, AIRUDDER_E1016_INVALID_ARGUMENT, AIRUDDER_E6001_INVALID_KEY or
///         AIRUDDER_E6004_INVALID_SCHEME, with the setting's name in `error.pointer`.
///
///     airudder_config cfg = AIRUDDER_CONFIG_INIT;
///     cfg.app_key = "…"; cfg.app_secret = "…";
///     if (airudder_client_new(&cfg, &client, &err)) fprintf(stderr, "%s\n", err.message);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_client_new(
    config: ConfigPointer<'_>,
    client: Out<'_, airudder_client>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let client = output(client, "client", 0)?;
        *client = CLIENTS.insert(Arc::new(Client::new(&config.get("config")?)?));
        Ok(())
    })
}

/// Frees a client. Its calls and campaigns go on; start no more of them.
///
/// @param client  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no client.
///
///     airudder_client_free(client);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_client_free(client: airudder_client) -> c_int {
    code(|| CLIENTS.free(client))
}
