//! Types of parameters, and the rules that their JSON text is checked by.

use std::marker::PhantomData;

use airudder_json::rules::List;
pub use airudder_json::rules::{AnyOf, Field, Object, Rule};
use serde_json::{Map, Value};

/// A type of parameters, or of a part of them.
pub trait Checked {
    /// What it must be in JSON.
    const RULE: Rule;
    /// A field of this type may be missing, or `null`.
    const OPTIONAL: bool = false;

    /// Returns whether the field is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

impl Checked for i64 {
    const RULE: Rule = Rule::Integer;
}

impl<T: Checked> Checked for Option<T> {
    const RULE: Rule = T::RULE;
    const OPTIONAL: bool = true;

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Checked> Checked for Vec<T> {
    const RULE: Rule = Rule::List(&List { each: T::RULE, max: usize::MAX });
}

impl Checked for Map<String, Value> {
    const RULE: Rule = Rule::AnyObject;
}

/// The rule of a field of this type that has this name.
pub(crate) const fn field<T: Checked>(name: &'static str) -> Field {
    Field { name, rule: T::RULE, optional: T::OPTIONAL }
}

/// The rule of a list of at most so many elements.
pub(crate) struct AtMost<T, const MAX: usize>(PhantomData<T>);

impl<T: Checked, const MAX: usize> AtMost<T, MAX> {
    const LIST: List = match T::RULE {
        Rule::List(list) => List { each: list.each, max: MAX },
        each => List { each, max: MAX },
    };
    pub(crate) const RULE: Rule = Rule::List(&Self::LIST);
}

/// Declares structs of parameters, and their rules: known fields only, required ones present. `as` gives a field's name in
/// JSON where it is another one; of the fields after `any of` one must be there.
macro_rules! params {
    ($(
        $(#[$meta:meta])*
        $name:ident<$life:lifetime> $(any of $any_of:tt else $remedy:literal)? {
            $($(#[$field_meta:meta])* $field:ident $(as $wire:literal)? $(at most $max:ident)?: $type:ty,)*
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
        pub struct $name<$life> {
            $(
                $(#[$field_meta])*
                #[serde($(rename = $wire,)? skip_serializing_if = "crate::api::params::checked::Checked::is_absent")]
                $(#[cfg_attr(feature = "schema", schemars(length(max = $max)))])?
                pub $field: $type,
            )*
        }

        impl<$life> $crate::api::params::checked::Checked for $name<$life> {
            const RULE: $crate::api::params::checked::Rule = $crate::api::params::checked::Rule::Object(&$crate::api::params::checked::Object {
                fields: &[$($crate::api::params::checked::params!(@field $field, $type $(, as $wire)? $(, at most $max)?)),*],
                open: false,
                any_of: $crate::api::params::checked::params!(@any_of $($any_of $remedy)?),
            });
        }
    )+};
    (@field $field:ident, $type:ty) => { $crate::api::params::checked::field::<$type>(stringify!($field)) };
    (@field $field:ident, $type:ty, as $wire:literal) => { $crate::api::params::checked::field::<$type>($wire) };
    (@field $field:ident, $type:ty, at most $max:ident) => {
        $crate::api::params::checked::Field {
            rule: $crate::api::params::checked::AtMost::<$type, { $max }>::RULE,
            ..$crate::api::params::checked::field::<$type>(stringify!($field))
        }
    };
    (@any_of) => { None };
    (@any_of $names:tt $remedy:literal) => { Some($crate::api::params::checked::AnyOf { names: &$names, remedy: $remedy }) };
}

pub(crate) use params;
