//! Signing up with an employee number and the proof of it.

use auth_domain::identifier::{IdentifierScheme as _, UsernameLength};
use auth_domain::sign_up::{Claims, Plan, Refusal, Scenario};

use crate::{EMPLOYEE_NUMBER, EmployeeNumber};

/// Recognises requests with an `employee_number`.
#[derive(Debug, Clone, Copy)]
pub struct SignUpByEmployeeNumber;

impl Scenario for SignUpByEmployeeNumber {
    fn name(&self) -> &'static str {
        "employee_number"
    }

    fn requires(&self) -> String {
        "employee_number with verification_token".to_owned()
    }

    fn example(&self) -> Claims<'static> {
        Claims { addresses: vec![(EMPLOYEE_NUMBER, "#004217")], verification_token: true, ..Claims::default() }
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.own.is_empty() && claims.address(EMPLOYEE_NUMBER).is_some()
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        let number = EmployeeNumber.parse(claims.address(EMPLOYEE_NUMBER).unwrap_or_default())?;
        if !claims.verification_token {
            return Err(Refusal::MissingVerificationToken(EMPLOYEE_NUMBER.name()));
        }
        Ok(Plan::of_address(number, UsernameLength::WIDE))
    }
}
