//! The promises of `Scenario`.

use std::sync::Arc;

use acme_invitation::{INVITATION_CODE, SignUpByInvitation};
use auth_contracts::scenarios::Probe;
use auth_domain::identifier::{EmailScheme, IdentifierKind, PhoneNumberScheme};
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_domain::sign_up::{Claims, Scenario};

auth_contracts::scenarios!(SignUpProbe);

struct SignUpProbe;

impl Probe for SignUpProbe {
    fn scenario() -> Arc<dyn Scenario> {
        Arc::new(SignUpByInvitation)
    }

    fn others() -> Vec<Arc<dyn Scenario>> {
        vec![
            Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
            Arc::new(SignUpByEmail::new(EmailScheme)),
            Arc::new(SignUpByThirdParty),
        ]
    }

    fn refused() -> Vec<Claims<'static>> {
        let claims =
            |code, username| Claims { username, own: vec![(INVITATION_CODE.name(), code)], ..Claims::default() };
        let with_email = |claims: Claims<'static>| Claims {
            addresses: vec![(IdentifierKind::EMAIL, "ada@example.com")],
            verification_token: true,
            ..claims
        };
        vec![claims("WELCOME-2027", None), claims("?", Some("ada")), with_email(claims("WELCOME-2027", Some("ada")))]
    }
}
