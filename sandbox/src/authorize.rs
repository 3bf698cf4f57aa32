//! What a request must carry to be carried out.

use airudder_core::Auth;
use axum::body::Bytes;
use axum::http::Request;

use crate::state::App;
use crate::wire::{self, Answer, Inbound};
use crate::{sealing, store};

/// Refuses a request that does not carry what its operation asks for.
pub(crate) async fn authorize(
    app: &App,
    auth: Auth,
    request: &Request<Bytes>,
    inbound: &Inbound,
) -> Result<(), Answer> {
    let good = match auth {
        Auth::None | Auth::CallerHeaders => true,
        Auth::Token => {
            let token = wire::token(request.headers()).ok_or_else(Answer::unauthorized)?.to_owned();
            let now_ms = app.clock.now_ms();
            app.store.transact(move |db| store::token_works(db, &token, now_ms)).await?
        }
        Auth::Sign => sealing::is_signed(&app.config, request, &inbound.text),
    };
    if good { Ok(()) } else { Err(Answer::unauthorized()) }
}
