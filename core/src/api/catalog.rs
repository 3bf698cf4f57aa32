//! The two tables, of operations and of events, with lookup by name and number.

use crate::{
    api::{event::EventInfo, events, operation::OperationInfo, operations},
    error::{Error, ErrorCode},
};

/// Every typed operation.
pub fn operations() -> impl Iterator<Item = &'static OperationInfo> {
    [
        operations::auth::ROWS,
        operations::workflow::ROWS,
        operations::tasks::ROWS,
        operations::robots::ROWS,
        operations::chat::ROWS,
        operations::sms::ROWS,
        operations::process::ROWS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The operation of this name, for instance `workflow.upload_details`.
#[must_use]
pub fn operation(name: &str) -> Option<&'static OperationInfo> {
    operations().find(|row| row.name == name)
}

/// The operation of this name, or the error that there is none.
pub(crate) fn required(name: &str) -> Result<&'static OperationInfo, Error> {
    operation(name).ok_or_else(|| unknown(name, std::iter::empty()))
}

/// The error that there is no operation of this name; `more` are those of a catalog of one's own.
pub(crate) fn unknown<'a>(name: &str, more: impl Iterator<Item = &'a str>) -> Error {
    let names = operations().map(|row| row.name).chain(more).collect::<Vec<_>>().join(", ");
    Error::new(ErrorCode::UnknownOperation, format!("there is no operation `{name}`; there are {names}"))
}

/// The operation of this number.
#[must_use]
pub fn operation_by_number(number: u16) -> Option<&'static OperationInfo> {
    operations().find(|row| row.number == number)
}

/// Every known event.
pub fn events() -> impl Iterator<Item = &'static EventInfo> {
    [events::call::ROWS, events::workflow::ROWS, events::chat::ROWS, events::pds::ROWS].into_iter().flatten().copied()
}

/// The event of this name, for instance `call.finished`.
#[must_use]
pub fn event(name: &str) -> Option<&'static EventInfo> {
    events().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_unique() {
        for row in operations() {
            assert_eq!(operations().filter(|other| other.name == row.name || other.number == row.number).count(), 1);
            assert_eq!(operation(row.name).map(|found| found.number), Some(row.number));
            assert_eq!(operation_by_number(row.number).map(|found| found.name), Some(row.name));
        }
        for row in events() {
            assert_eq!(events().filter(|other| other.name == row.name || other.number == row.number).count(), 1);
            assert_eq!(event(row.name).map(|found| found.number), Some(row.number));
        }
    }
}
