//! The token.

use serde::{Deserialize, Serialize};

use crate::api::{
    operation::operations,
    params::{Text, params},
};

params! {
    /// App key and secret, as AI Rudder gave them. Both are secrets, so there is no `Debug`.
    #[derive(Clone)]
    FetchToken<'a> {
        /// The app key \[documented].
        app_key as "APPKey": Text<'a>,
        /// The app secret \[documented].
        app_secret as "APPSecret": Text<'a>,
    }
}

/// A token. It lives 24 hours; asking again restarts them, and earlier tokens keep working \[documented].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Token {
    /// The token, a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Fields that this version of the library does not know.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

operations! {
    /// Get a token for the other operations. The library does this by itself; call it only to test credentials.
    ///
    /// There is one token for each account. A public client sends the two fields as multipart/form-data \[observed]; this
    /// library sends JSON, as is documented for all operations.
    operation {
        number: 1,
        name: "auth.token",
        method: Post,
        path: "/service/cloud/auth",
        auth: None,
        envelope: Cloud,
        replay: Safe,
        source: Documented,
        params: FetchToken<'_>,
        result: Token,
    }
}
