//! Our kinds of identifiers and our ways to sign up keep the promises that anybody's keep; and what tests are made of
//! works. The crate has no tests inside, because for those all of it would be compiled again.

mod instruments;
mod refresh_model;
mod stamp;

use std::sync::Arc;

use auth_contracts::{identifiers, scenarios};
use auth_domain::identifier::{EmailScheme, IdentifierKind, IdentifierScheme, PhoneNumberScheme, UsernameScheme};
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_domain::sign_up::{Claims, Scenario};

mod phone_numbers {
    use super::*;

    struct Probe;

    impl identifiers::Probe for Probe {
        fn scheme() -> Arc<dyn IdentifierScheme> {
            Arc::new(PhoneNumberScheme::default())
        }

        fn identifiers() -> Vec<Vec<&'static str>> {
            vec![vec!["+86 13000000000", "+8613000000000", "13000000000"], vec!["+86 13000000001"]]
        }

        fn refused() -> Vec<&'static str> {
            vec!["ann.lee", "user@example.com", "+", "12", "+999 1234567890"]
        }
    }

    auth_contracts::identifiers!(Probe);
}

mod email_addresses {
    use super::*;

    struct Probe;

    impl identifiers::Probe for Probe {
        fn scheme() -> Arc<dyn IdentifierScheme> {
            Arc::new(EmailScheme)
        }

        fn identifiers() -> Vec<Vec<&'static str>> {
            vec![
                vec!["Ann.Lee+tag@example.com", " ann.lee+TAG@EXAMPLE.com "],
                vec!["user@example"],
                vec!["a@bücher.example", "a@xn--bcher-kva.example"],
            ]
        }

        fn refused() -> Vec<&'static str> {
            vec!["ann.lee", "+8613000000000", "@example", "user@", "a b@example", "a@127.0.0.1"]
        }
    }

    auth_contracts::identifiers!(Probe);
}

mod usernames {
    use super::*;

    struct Probe;

    impl identifiers::Probe for Probe {
        fn scheme() -> Arc<dyn IdentifierScheme> {
            Arc::new(UsernameScheme::default())
        }

        fn identifiers() -> Vec<Vec<&'static str>> {
            vec![vec!["Ann.Lee", "ann.lee", "ANN.LEE"], vec!["ann-lee"], vec!["1st"]]
        }

        fn refused() -> Vec<&'static str> {
            vec!["a", "admin", "13000000000", "user@example", "ann lee", "名字名字", "_ann"]
        }
    }

    auth_contracts::identifiers!(Probe);
}

fn ours() -> Vec<Arc<dyn Scenario>> {
    vec![
        Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
        Arc::new(SignUpByEmail::new(EmailScheme)),
        Arc::new(SignUpByThirdParty),
    ]
}

/// One of ours, and the others.
fn split(name: &str) -> (Arc<dyn Scenario>, Vec<Arc<dyn Scenario>>) {
    let (mut one, others): (Vec<_>, Vec<_>) = ours().into_iter().partition(|scenario| scenario.name() == name);
    (one.pop().expect("there is one of this name"), others)
}

fn naming(kind: IdentifierKind, raw: &'static str) -> Claims<'static> {
    Claims { addresses: vec![(kind, raw)], ..Claims::default() }
}

mod by_phone_number {
    use super::*;

    struct Probe;

    impl scenarios::Probe for Probe {
        fn scenario() -> Arc<dyn Scenario> {
            split("phone_number").0
        }

        fn others() -> Vec<Arc<dyn Scenario>> {
            split("phone_number").1
        }

        fn refused() -> Vec<Claims<'static>> {
            let unproven = naming(IdentifierKind::PHONE_NUMBER, "+86 13000000000");
            let malformed = Claims { verification_token: true, ..naming(IdentifierKind::PHONE_NUMBER, "one") };
            let other = Claims { provider_token: true, ..unproven.clone() };
            vec![unproven, malformed, other]
        }
    }

    auth_contracts::scenarios!(Probe);
}

mod by_email {
    use super::*;

    struct Probe;

    impl scenarios::Probe for Probe {
        fn scenario() -> Arc<dyn Scenario> {
            split("email").0
        }

        fn others() -> Vec<Arc<dyn Scenario>> {
            split("email").1
        }

        fn refused() -> Vec<Claims<'static>> {
            let unproven = naming(IdentifierKind::EMAIL, "user@example");
            let malformed = Claims { verification_token: true, ..naming(IdentifierKind::EMAIL, "user") };
            vec![unproven, malformed]
        }
    }

    auth_contracts::scenarios!(Probe);
}

mod by_third_party {
    use super::*;

    struct Probe;

    impl scenarios::Probe for Probe {
        fn scenario() -> Arc<dyn Scenario> {
            split("third_party").0
        }

        fn others() -> Vec<Arc<dyn Scenario>> {
            split("third_party").1
        }

        fn refused() -> Vec<Claims<'static>> {
            let name_alone = Claims { username: Some("somebody"), ..Claims::default() };
            let other_token = Claims { verification_token: true, ..Claims::default() };
            vec![name_alone, other_token]
        }
    }

    auth_contracts::scenarios!(Probe);
}
