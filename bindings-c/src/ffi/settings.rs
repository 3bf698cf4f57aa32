//! Structs of the caller that begin with their size: settings, and errors.

use std::{marker::PhantomData, mem, ptr, str};

use airudder_core::Error;

use crate::{
    ffi::pointers::{argument, null},
    types::{
        call::{airudder_call_options, airudder_raw_request},
        campaign::airudder_campaign_config,
        client::airudder_config,
        error::airudder_error,
        webhooks::{airudder_delivery, airudder_webhooks_config},
    },
};

/// A struct of settings that begins with its size, so that programs of an older header keep working.
///
/// # Safety
/// The type is `repr(C)`, its first field is its size as `usize`, and it is valid where all its bytes are zero.
pub(crate) unsafe trait Versioned: Sized {
    /// The size of the first published version.
    const FIRST_SIZE: usize;
    /// Its name in C.
    const NAME: &'static str;
}

/// Declares such structs, with the first field that the first version did not have.
macro_rules! versioned {
    ($($name:ident $(before $newer:ident)?;)+) => {
        $(
            // SAFETY: a repr(C) struct of a size, then pointers and numbers, of which all may be zero.
            unsafe impl Versioned for $name<'_> {
                const FIRST_SIZE: usize = [$(mem::offset_of!($name<'_>, $newer),)? size_of::<Self>()][0];
                const NAME: &'static str = stringify!($name);
            }
        )+
    };
}

versioned! {
    airudder_config before requests_per_second;
    airudder_call_options;
    airudder_raw_request;
    airudder_campaign_config before journal_key;
    airudder_webhooks_config before require_encryption;
    airudder_delivery;
}

// SAFETY: a repr(C) struct of a size, then numbers, an enum that has a 0, and texts.
unsafe impl Versioned for airudder_error {
    const FIRST_SIZE: usize = size_of::<Self>();
    const NAME: &'static str = "airudder_error";
}

pub(crate) type ConfigPointer<'a> = StructPointer<'a, airudder_config<'a>>;
pub(crate) type CallOptionsPointer<'a> = StructPointer<'a, airudder_call_options<'a>>;
pub(crate) type RawRequestPointer<'a> = StructPointer<'a, airudder_raw_request<'a>>;
pub(crate) type CampaignConfigPointer<'a> = StructPointer<'a, airudder_campaign_config<'a>>;
pub(crate) type WebhooksConfigPointer<'a> = StructPointer<'a, airudder_webhooks_config<'a>>;
pub(crate) type DeliveryPointer<'a> = StructPointer<'a, airudder_delivery<'a>>;

/// A pointer to such a struct.
#[repr(transparent)]
pub struct StructPointer<'a, T>(*const T, PhantomData<&'a T>);

impl<T: Versioned> StructPointer<'_, T> {
    /// The settings; fields that the caller's header does not have yet are zero.
    pub(crate) fn get(self, name: &str) -> Result<T, Error> {
        if !self.0.is_aligned() {
            return Err(argument(format!("{name} is not aligned: it points to no {}", T::NAME)));
        }
        if self.0.is_null() {
            return Err(null(name));
        }
        // SAFETY: the caller vouches for a struct that begins with its size.
        let size = unsafe { self.0.cast::<usize>().read() };
        if !(T::FIRST_SIZE..=size_of::<T>()).contains(&size) {
            return Err(argument(format!(
                "{name}->size is {size}, which no version of {} has: initialize it with its _INIT, and use the header of this library",
                T::NAME
            )));
        }
        // SAFETY: all-zero bytes are a valid T, by its trait.
        let mut value: T = unsafe { mem::zeroed() };
        // SAFETY: the caller's struct has `size` bytes by its own word, and T has at least as many.
        unsafe { ptr::copy_nonoverlapping(self.0.cast::<u8>(), ptr::from_mut(&mut value).cast::<u8>(), size) };
        Ok(value)
    }
}

/// Where the caller wants an error to be written; NULL where it does not.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ErrorSlot<'a>(*mut airudder_error, PhantomData<&'a mut airudder_error>);

impl ErrorSlot<'_> {
    /// Tells it. Of a struct whose size this library does not know, from a newer header or never set, it fills what
    /// every version has: the caller is about to read it.
    pub(crate) fn fill(self, error: impl FnOnce() -> airudder_error) {
        if self.0.is_null() || !self.0.is_aligned() {
            return;
        }
        // SAFETY: the caller vouches for a struct that begins with its size.
        let size = unsafe { self.0.cast::<usize>().read() };
        let known = airudder_error::FIRST_SIZE..=size_of::<airudder_error>();
        let filled = if known.contains(&size) { size } else { airudder_error::FIRST_SIZE };
        let error = airudder_error { size, ..error() };
        // SAFETY: the caller's struct has so many bytes, by its own word or as every version of it, and so has ours.
        unsafe { ptr::copy_nonoverlapping(ptr::from_ref(&error).cast::<u8>(), self.0.cast::<u8>(), filled) };
    }
}
