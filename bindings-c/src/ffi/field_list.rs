//! Arrays of header fields that the caller passes.

use std::marker::PhantomData;

use airudder_core::{Error, Headers};

use super::{
    memory,
    pointers::{Length, Text, elements},
};
use crate::types::header::airudder_header;

/// An array of header fields; the number of its elements is the [`Length`] that follows in the parameters.
#[repr(transparent)]
pub struct FieldList<'a>(*const airudder_header<'a>, PhantomData<&'a ()>);

impl FieldList<'_> {
    /// Header fields. NULL stands for none, where the length is 0.
    #[expect(clippy::needless_pass_by_value, reason = "a length belongs to one pointer alone")]
    pub(crate) fn get(self, length: Length) -> Result<Headers, Error> {
        // SAFETY: the caller vouches for as many elements as the parameter that follows says.
        let fields = unsafe { elements(self.0, length.0, "headers") }?;
        let sizes = fields.iter().flat_map(|field| [field.name, field.value]).filter_map(Text::bytes).map(<[u8]>::len);
        memory::to_work_on(sizes.sum::<usize>().saturating_add(size_of_val(fields)))?;
        fields
            .iter()
            .map(|field| Ok((field.name.lossy("headers[].name")?, field.value.lossy("headers[].value")?)))
            .collect()
    }
}
