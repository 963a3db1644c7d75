//! The way to sign up.

use auth_domain::identifier::UsernameLength;
use auth_domain::sign_up::{Claims, OwnField, Plan, Refusal, Scenario};

use crate::INVITATION_CODE;
use crate::code::voucher;

const FIELDS: [OwnField; 1] = [OwnField {
    name: INVITATION_CODE.name(),
    description: "The code of an invitation: 8 to 64 letters, digits and hyphens, whatever their case.",
}];

/// Recognises requests with an `invitation_code`. A username of 2 to 48 characters is required; it is the way back in.
#[derive(Debug, Clone, Copy)]
pub struct SignUpByInvitation;

impl Scenario for SignUpByInvitation {
    fn name(&self) -> &'static str {
        "invitation"
    }

    fn requires(&self) -> String {
        "invitation_code with username".to_owned()
    }

    fn own_fields(&self) -> &[OwnField] {
        &FIELDS
    }

    fn example(&self) -> Claims<'static> {
        let own = vec![(INVITATION_CODE.name(), "WELCOME-2027")];
        Claims { username: Some("ada"), own, ..Claims::default() }
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.own(INVITATION_CODE.name()).is_some()
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        let voucher = voucher(claims.own(INVITATION_CODE.name()).unwrap_or_default())?;
        let refused = |reason: &str| Err(Refusal::Own(format!("{reason} with invitation_code")));
        if !claims.addresses.is_empty() {
            return refused("phone_number and email are not taken");
        }
        if claims.username.is_none() {
            return refused("username is required");
        }
        Ok(Plan::of_voucher(voucher, UsernameLength::WIDE))
    }
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::IdentifierKind;

    use super::*;

    #[test]
    fn truth_table() {
        let email = (IdentifierKind::EMAIL, "ada@example.com");
        for (code, username, addresses, expected) in [
            (None, Some("ada"), &[][..], None),
            (Some("WELCOME-2027"), Some("ada"), &[][..], Some(Ok("WELCOME-2027"))),
            (Some("welcome-2027"), Some("al"), &[][..], Some(Ok("WELCOME-2027"))),
            (Some("WELCOME-2027"), None, &[][..], Some(Err("username is required with invitation_code"))),
            (Some("WELCOME-2027"), Some("ada"), &[email][..], Some(Err("not taken with invitation_code"))),
            (Some("?"), Some("ada"), &[][..], Some(Err("8 to 64 letters, digits and hyphens"))),
        ] {
            let own = code.map(|code| (INVITATION_CODE.name(), code)).into_iter().collect();
            let claims = Claims { addresses: addresses.to_vec(), username, own, ..Claims::default() };
            assert_eq!(SignUpByInvitation.recognises(&claims), expected.is_some(), "{claims:?}");
            match (expected, SignUpByInvitation.plan(&claims)) {
                (Some(Ok(value)), Ok(plan)) => assert_eq!(plan.vouchers[0].value(), value),
                (Some(Err(words)), Err(refusal)) => assert!(refusal.to_string().contains(words), "{refusal}"),
                (None, _) => {}
                (_, outcome) => panic!("{claims:?}: {outcome:?}"),
            }
        }
    }
}
