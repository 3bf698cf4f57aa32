//! The types of JSON values.

/// The type of a JSON value.
#[derive(Clone, Copy)]
#[repr(C)]
pub enum airudder_type {
    /// There is nothing at this pointer.
    AIRUDDER_TYPE_NONE = 0,
    /// null
    AIRUDDER_TYPE_NULL = 1,
    /// true or false
    AIRUDDER_TYPE_BOOL = 2,
    /// A number: ask for it as an integer or as a double.
    AIRUDDER_TYPE_NUMBER = 3,
    /// A text.
    AIRUDDER_TYPE_STRING = 4,
    /// A list: its elements are /0, /1, …
    AIRUDDER_TYPE_ARRAY = 5,
    /// An object: its fields are under their names.
    AIRUDDER_TYPE_OBJECT = 6,
}
