//! Structs of pointers that the library hands out, beside what they point to.

use std::ptr;

use airudder_core::{Error, ErrorCode, Headers, Request};

use crate::{
    ffi::{pointers::Text, terminated::Terminated},
    types::{call::airudder_request, header::airudder_header},
};

/// Header fields as an array for C.
pub(crate) struct Fields {
    array: Vec<airudder_header<'static>>,
    /// What the array points into: the heap memory of these texts, which stays where it is while they are moved.
    _texts: Vec<Terminated>,
}

impl Fields {
    /// A copy of the fields.
    pub(crate) fn new(headers: &Headers) -> Result<Self, Error> {
        let texts = headers.iter().flat_map(|(name, value)| [name, value]).map(Terminated::copy);
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        let array = texts
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                // SAFETY: the texts live as long as the array, and nothing reads the array after them.
                [name, value] => Some(unsafe { airudder_header { name: Text::lend(name), value: Text::lend(value) } }),
                _ => None,
            })
            .collect();
        Ok(Self { array, _texts: texts })
    }

    /// One of them.
    pub(crate) fn get(&self, index: usize) -> Result<airudder_header<'static>, Error> {
        self.array
            .get(index)
            .copied()
            .ok_or_else(|| Error::new(ErrorCode::NoValue, "there are not so many header fields"))
    }

    /// The first field, and how many there are.
    pub(crate) fn view(&self) -> (*const airudder_header<'static>, usize) {
        (self.array.as_ptr(), self.array.len())
    }
}

/// A request as a struct for C.
pub(crate) struct Outgoing {
    /// Boxed, so that it stays where it is when its handle's content is moved.
    view: Box<airudder_request>,
    /// The memory that the struct points into.
    _parts: (Fields, [Terminated; 3]),
}

impl Outgoing {
    /// Takes a request over.
    pub(crate) fn new(request: Request) -> Result<Self, Error> {
        let fields = Fields::new(&request.headers)?;
        let (headers, header_count) = fields.view();
        let body_len = request.body.len();
        let parts =
            [Terminated::copy(request.method.as_str())?, Terminated::new(request.url)?, Terminated::new(request.body)?];
        let [method, url, body] = parts.each_ref().map(Terminated::as_ptr);
        let timeout_ms = request.timeout_ms;
        let view = Box::new(airudder_request { method, url, headers, header_count, body, body_len, timeout_ms });
        Ok(Self { view, _parts: (fields, parts) })
    }

    /// The struct; it lives as long as this.
    pub(crate) fn view(&self) -> *const airudder_request {
        ptr::from_ref(&self.view)
    }
}

// SAFETY: the pointers lead into memory that the value itself owns and never changes, so they go where it goes.
unsafe impl Send for Fields {}
// SAFETY: as above.
unsafe impl Send for Outgoing {}
