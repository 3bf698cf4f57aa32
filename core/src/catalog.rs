//! The table of all operations, with look-up by name and number.

use crate::{OperationInfo, operations};

/// Every typed operation.
pub fn operations() -> impl Iterator<Item = &'static OperationInfo> {
    [operations::auth::ROWS, operations::workflow::ROWS, operations::process::ROWS].into_iter().flatten().copied()
}

/// The operation of this name, for instance `workflow.upload_details`.
#[must_use]
pub fn operation(name: &str) -> Option<&'static OperationInfo> {
    operations().find(|row| row.name == name)
}

/// The operation of this number.
#[must_use]
pub fn operation_by_number(number: u16) -> Option<&'static OperationInfo> {
    operations().find(|row| row.number == number)
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
    }
}
