//! Employees sign up and in with their number, which the company's own messenger reaches.

mod scenario;
mod scheme;

use auth_extension::Extension;

pub use scenario::SignUpByEmployeeNumber;
pub use scheme::{DESK, EMPLOYEE_NUMBER, EmployeeNumber};

/// The kind of identifier, and signing up with one.
///
/// The messenger has no sender here: outside production, what would go to a desk is printed.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-employee-number").identifier(EmployeeNumber).scenario(SignUpByEmployeeNumber)
}
