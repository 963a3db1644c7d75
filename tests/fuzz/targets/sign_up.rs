//! Which scenario accepts a sign-up: one line says what is present, and the others are the values.

#![no_main]

use std::sync::{Arc, LazyLock};

use auth_domain::identifier::{EmailScheme, IdentifierKind, PhoneNumberScheme};
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_domain::sign_up::{Claims, Scenarios};

static SCENARIOS: LazyLock<Scenarios> = LazyLock::new(|| {
    Scenarios::new(vec![
        Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
        Arc::new(SignUpByEmail::new(EmailScheme)),
        Arc::new(SignUpByThirdParty),
    ])
    .expect("they are told apart")
});

auth_fuzz::text!(|text| {
    let mut lines = text.split('\n');
    let present = lines.next().unwrap_or_default();
    let mut value = |letter: char| present.contains(letter).then(|| lines.next().unwrap_or_default());
    let phone_number = value('p').map(|raw| (IdentifierKind::PHONE_NUMBER, raw));
    let email = value('e').map(|raw| (IdentifierKind::EMAIL, raw));
    let claims = Claims {
        addresses: phone_number.into_iter().chain(email).collect(),
        username: value('u'),
        chosen: Vec::new(),
        verification_token: present.contains('v'),
        provider_token: present.contains('t'),
        own: Vec::new(),
    };
    if let Ok(scenario) = SCENARIOS.choose(&claims)
        && let Ok(plan) = scenario.plan(&claims)
    {
        assert!(plan.demands_evidence(), "somebody must be proven");
    }
});
