//! The promises of `IdentifierScheme` and of `Scenario`.

use std::sync::Arc;

use acme_employee_number::{EMPLOYEE_NUMBER, EmployeeNumber, SignUpByEmployeeNumber};
use auth_contracts::{identifiers, scenarios};
use auth_domain::identifier::{EmailScheme, IdentifierScheme, PhoneNumberScheme};
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_domain::sign_up::{Claims, Scenario};

auth_contracts::identifiers!(NumberProbe);
auth_contracts::scenarios!(SignUpProbe);

struct NumberProbe;

impl identifiers::Probe for NumberProbe {
    fn scheme() -> Arc<dyn IdentifierScheme> {
        Arc::new(EmployeeNumber)
    }

    fn identifiers() -> Vec<Vec<&'static str>> {
        vec![vec!["#004217"], vec!["#004218"], vec!["#000000"]]
    }

    fn refused() -> Vec<&'static str> {
        vec!["004217", "#4217", "#0042170", "#00421x", " #004217", "ada", "ada@example.com", "+86 13000000000"]
    }
}

struct SignUpProbe;

impl scenarios::Probe for SignUpProbe {
    fn scenario() -> Arc<dyn Scenario> {
        Arc::new(SignUpByEmployeeNumber)
    }

    fn others() -> Vec<Arc<dyn Scenario>> {
        vec![
            Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
            Arc::new(SignUpByEmail::new(EmailScheme)),
            Arc::new(SignUpByThirdParty),
        ]
    }

    fn refused() -> Vec<Claims<'static>> {
        let claims = |number, verification_token| Claims {
            addresses: vec![(EMPLOYEE_NUMBER, number)],
            verification_token,
            ..Claims::default()
        };
        vec![claims("#004217", false), claims("4217", true)]
    }
}
