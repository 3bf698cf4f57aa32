//! The token.

use serde::{Deserialize, Serialize};

use crate::{
    operation::operations,
    params::{Text, Validate},
    received::received,
};

/// App key and secret, as AI Rudder gave them. Both are secrets, so there is no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FetchToken<'a> {
    /// The app key \[documented].
    #[serde(rename = "APPKey", borrow)]
    pub app_key: Text<'a>,
    /// The app secret \[documented].
    #[serde(rename = "APPSecret", borrow)]
    pub app_secret: Text<'a>,
}

impl Validate for FetchToken<'_> {}

received! {
    /// A token. It lives 24 hours; asking again restarts them, and earlier tokens keep working \[documented].
    Token {
        /// The token, a secret.
        token: String,
    }
}

operations! {
    /// Get a token for the other operations. The library does this by itself; call it only to test credentials.
    1 "auth.token" Post "/service/cloud/auth" None Cloud Safe Documented
    FetchToken<'_> as FetchToken<'_> => Token;
}
