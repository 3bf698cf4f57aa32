//! What a request must carry to be carried out.

use airudder_core::Auth;
use axum::http::HeaderMap;

use crate::state::App;
use crate::wire::{self, Answer};
use crate::{sealing, store};

/// Refuses a request that does not carry what its operation asks for; `sent` is its body as it came, for the signature.
pub(crate) async fn authorize(app: &App, auth: Auth, headers: &HeaderMap, sent: &[u8]) -> Result<(), Answer> {
    let good = match auth {
        Auth::None | Auth::CallerHeaders => true,
        Auth::Token => {
            let token = wire::token(headers).ok_or_else(Answer::unauthorized)?.to_owned();
            let now_ms = app.clock.now_ms();
            app.store.transact(move |db| store::token_works(db, &token, now_ms)).await?
        }
        Auth::Sign => sealing::is_signed(&app.config, headers, sent),
    };
    if good { Ok(()) } else { Err(Answer::unauthorized()) }
}
