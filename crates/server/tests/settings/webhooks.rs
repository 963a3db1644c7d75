//! `[webhooks.<id>]`, `[rules.<id>]` and the schedule.

use auth_settings::Environment;
use chrono::TimeDelta;

use crate::{configure, load, production, refused};

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// Settings of a webhook and of a rule that are right, with one in their place.
fn with<'a>(variable: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("AUTH__WEBHOOKS__CRM__URL", "https://crm.example.com/events"),
        ("AUTH__WEBHOOKS__CRM__SECRETS", SECRET),
        ("AUTH__RULES__CRM__URL", "https://crm.example.com/sign-ups"),
        ("AUTH__RULES__CRM__SECRETS", SECRET),
    ];
    all.retain(|(name, _)| *name != variable);
    all.push((variable, value));
    all
}

#[test]
fn what_is_wrong_is_named_with_its_variable_and_no_secret_is_repeated() {
    for (variable, value) in [
        ("AUTH__WEBHOOKS__CRM__URL", ""),
        ("AUTH__WEBHOOKS__CRM__URL", "crm.example.com"),
        ("AUTH__WEBHOOKS__CRM__SECRETS", ""),
        ("AUTH__WEBHOOKS__CRM__KINDS", "user.made"),
        ("AUTH__RULES__CRM__URL", "ftp://crm.example.com"),
        ("AUTH__RULES__CRM__TIMEOUT_SECONDS", "0"),
        ("AUTH__RULES__CRM__TIMEOUT_SECONDS", "31"),
        ("AUTH__RULES__CRM__ON_FAILURE", "shrug"),
        ("AUTH__EVENTS__RETRY_AFTER_SECONDS", "5,soon"),
        ("AUTH__EVENTS__RETRY_AFTER_SECONDS", "604801"),
    ] {
        let said = refused(&with(variable, value));
        assert!(said.contains(variable), "{variable}={value}: {said}");
    }
    for variable in ["AUTH__WEBHOOKS__CRM__SECRETS", "AUTH__RULES__CRM__SECRETS"] {
        let said = refused(&with(variable, "hunter2"));
        assert!(said.contains("crm") && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn production_posts_to_the_public_internet_over_tls_only() {
    for (variable, value) in [
        ("AUTH__WEBHOOKS__CRM__URL", "http://crm.example.com/events"),
        ("AUTH__WEBHOOKS__CRM__URL", "https://10.0.0.1/events"),
        ("AUTH__RULES__CRM__URL", "https://127.0.0.1/sign-ups"),
    ] {
        let said = refused(&[production(), with(variable, value)].concat());
        assert!(said.to_lowercase().contains("crm") && !said.contains(SECRET), "{value}: {said}");
    }
    load(&[production(), with("AUTH__WEBHOOKS__CRM__KINDS", "user.*,session.started")].concat()).expect("all is right");
}

#[test]
fn the_schedule_is_the_standards_unless_another_is_set() {
    let pause = |variables: &[(&str, &str)], failures| {
        let configuration = configure(&Environment::new(variables.iter().copied())).expect("all is right");
        configuration.settings.events.retries.pause(failures, 0)
    };
    assert_eq!(pause(&[], 9), Some(TimeDelta::days(1)));
    let own = [("AUTH__EVENTS__RETRY_AFTER_SECONDS", "1, 2")];
    assert_eq!([pause(&own, 2), pause(&own, 3)], [Some(TimeDelta::seconds(2)), None]);
}
