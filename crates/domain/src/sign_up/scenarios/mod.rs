//! The ways to sign up that the contract knows, one file each.

mod address;
mod email;
mod phone_number;
mod third_party;

pub use email::SignUpByEmail;
pub use phone_number::SignUpByPhoneNumber;
pub use third_party::SignUpByThirdParty;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::identifier::{EmailScheme, IdentifierKind, PhoneNumberScheme, UsernameLength};
    use crate::sign_up::{Claims, Scenarios};

    fn scenarios() -> Scenarios {
        Scenarios::new(vec![
            Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
            Arc::new(SignUpByEmail::new(EmailScheme)),
            Arc::new(SignUpByThirdParty),
        ])
        .expect("the scenarios can be told apart")
    }

    /// Which fields a request has, and which scenario handles it.
    #[test]
    fn truth_table() {
        let phone = (IdentifierKind::PHONE_NUMBER, "+86 13000000000");
        let email = (IdentifierKind::EMAIL, "user@example");
        /// Addresses, username, verification token, provider token; the scenario's name, or words of the refusal.
        type Row<'a> = (&'a [(IdentifierKind, &'a str)], bool, bool, bool, Result<&'a str, &'a str>);
        let rows: [Row<'_>; 14] = [
            (&[], false, false, false, Err("one of these")),
            (&[], true, false, false, Err("admin backend")),
            (&[], false, true, false, Err("one of these")),
            (&[], false, false, true, Ok("third_party")),
            (&[], true, false, true, Ok("third_party")),
            (&[], true, true, true, Ok("third_party")),
            (&[phone], false, false, false, Err("verification_token is required")),
            (&[phone], true, true, false, Ok("phone_number")),
            (&[phone], false, true, true, Ok("phone_number")),
            (&[email], false, true, false, Ok("email")),
            (&[email], true, true, true, Ok("email")),
            (&[email], false, false, true, Err("verification_token is required")),
            (&[phone, email], false, true, false, Err("together")),
            (&[phone, email], true, true, true, Err("together")),
        ];
        for (addresses, username, verification_token, provider_token, expected) in rows {
            let claims = Claims {
                addresses: addresses.to_vec(),
                username: username.then_some("somebody"),
                verification_token,
                provider_token,
                ..Claims::default()
            };
            let scenarios = scenarios();
            let outcome = scenarios.choose(&claims).and_then(|s| s.plan(&claims).map(|plan| (s.name(), plan)));
            match (expected, outcome) {
                (Ok(name), Ok((chosen, plan))) => {
                    assert_eq!(chosen, name, "{claims:?}");
                    assert_eq!(plan.binds_external_identity, provider_token, "{claims:?}");
                    assert_eq!(plan.address.is_some(), !addresses.is_empty(), "{claims:?}");
                }
                (Err(words), Err(refusal)) => {
                    assert!(refusal.to_string().contains(words), "{claims:?}: {refusal}");
                }
                (expected, outcome) => panic!("{claims:?}: expected {expected:?}, got {outcome:?}"),
            }
        }
    }

    #[test]
    fn only_sign_ups_by_phone_allow_long_usernames() {
        for (addresses, provider_token, length) in [
            (vec![(IdentifierKind::PHONE_NUMBER, "+86 13000000000")], false, UsernameLength::WIDE),
            (vec![(IdentifierKind::EMAIL, "user@example")], false, UsernameLength::NARROW),
            (vec![], true, UsernameLength::NARROW),
        ] {
            let claims = Claims { addresses, verification_token: true, provider_token, ..Claims::default() };
            let scenarios = scenarios();
            let plan = scenarios.choose(&claims).and_then(|s| s.plan(&claims)).expect("recognised");
            assert_eq!(plan.username_length, length);
        }
    }
}
