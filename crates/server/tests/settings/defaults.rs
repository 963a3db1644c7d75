//! The values of settings that are not set.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use auth_domain::credentials::PasswordPolicy;
use auth_domain::identifier::{AllowedCountries, PhoneNumberScheme};
use auth_domain::sessions::SessionPolicy;
use auth_domain::verifications::VerificationPolicy;
use auth_senders::SmtpSection;
use auth_server::ours::PhoneNumberSection;
use auth_settings::{
    AllowedOrigins, Environment, LogFormat, LogLevel, SettingsProfile, SigningAlgorithm, UnknownClientHandling,
};
use chrono::TimeDelta;

use crate::{configure, load, production, section};

#[test]
fn nothing_has_to_be_set_locally() {
    let settings = load(&[]).expect("defaults");
    assert_eq!(settings.profile, SettingsProfile::Local);
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.admin.listen.to_string(), "127.0.0.1:8081");
    assert_eq!(settings.http.body_limit_bytes, 65536);
    assert_eq!(settings.http.request_timeout, Duration::from_secs(30));
    assert_eq!(settings.http.header_timeout, Duration::from_secs(10));
    assert_eq!(settings.http.keep_alive, Duration::from_secs(75));
    assert_eq!((settings.http.drain, load(&production()).expect("valid").http.drain.as_secs()), (Duration::ZERO, 10));
    assert_eq!(settings.http.max_connections, 10_000);
    assert_eq!(settings.http.allowed_origins, AllowedOrigins::Any);
    assert!(settings.http.trusted_proxies.is_empty());
    assert!(settings.database.url.is_none() && settings.database.migrate);
    assert_eq!(settings.database.data_dir, Path::new(".data"));
    assert_eq!(settings.tokens.access_ttl, TimeDelta::seconds(7200));
    assert_eq!(settings.tokens.algorithm, SigningAlgorithm::Es256);
    assert_eq!(section::<PhoneNumberSection>(&[], "phone_numbers").countries(), AllowedCountries::All);
    let numbers = section::<PhoneNumberSection>(&[], "phone_numbers").scheme();
    assert_eq!(numbers.default_region, PhoneNumberScheme::default().default_region);
    assert!(numbers.mobile_ranges.is_empty() && settings.passwords.breached_file.is_none());
    assert_eq!(settings.clients.unknown, UnknownClientHandling::Default);
    assert!(settings.limits.enabled && settings.verification.reveal_existence);
    assert_eq!(configure(&Environment::default()).expect("defaults").providers().count(), 0);
    assert!(section::<SmtpSection>(&[], "smtp").into_settings().is_none() && settings.secrets.server_key.is_none());
    assert_eq!(settings.sms.kind, "log");
    assert_eq!((settings.logging.format, settings.logging.level), (LogFormat::Text, LogLevel::Info));
}

#[test]
fn the_defaults_are_the_domains() {
    let settings = load(&[]).expect("defaults");
    assert_eq!(settings.verification.policy(true, 1), VerificationPolicy::default());
    assert_eq!(settings.sessions.policy(), SessionPolicy::default());
    assert_eq!(settings.passwords.policy(), PasswordPolicy::default());
    let cost = (settings.passwords.memory_kib, settings.passwords.iterations, settings.passwords.parallelism);
    assert_eq!(cost, (19456, 2, 1));
}

#[test]
fn the_machine_decides_what_is_left_open() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = load(&[]).expect("defaults");
    assert_eq!(settings.http.workers(), cores);
    assert_eq!(settings.passwords.max_concurrent(), cores);
    assert_eq!(settings.passwords.max_queued(), 64 * cores);
    assert_eq!(settings.database.pool_size() as usize, (2 * cores).max(8));
    let settings = load(&[("AUTH__PASSWORDS__MAX_CONCURRENT", "3")]).expect("valid");
    assert_eq!((settings.passwords.max_concurrent(), settings.passwords.max_queued()), (3, 192));
}

#[test]
fn production_is_stricter() {
    let settings = load(&production()).expect("complete");
    assert!(!settings.database.migrate);
    assert_eq!(settings.http.allowed_origins, AllowedOrigins::Only(vec![]));
    assert_eq!(settings.clients.unknown, UnknownClientHandling::Refuse);
    assert_eq!(settings.sms.kind, "none");
    assert_eq!(settings.logging.format, LogFormat::Json);
}

#[test]
fn switching_limits_off_leaves_the_tries() {
    let settings = load(&[("AUTH__LIMITS__ENABLED", "false")]).expect("fine locally");
    let policy = settings.verification.policy(settings.limits.enabled, settings.limits.hard_factor);
    assert_eq!((policy.resend_after, policy.max_sends, policy.max_tries), (TimeDelta::zero(), None, 5));
    assert_eq!(settings.limits.sends_per_network(), None);
    let quota = load(&[]).expect("defaults").limits.sends_per_network().expect("a limit");
    assert_eq!((quota.burst, quota.per), (100, TimeDelta::seconds(600)));
}

#[test]
fn the_issuer_is_the_public_address_unless_set() {
    let bound: SocketAddr = "127.0.0.1:41234".parse().expect("valid");
    let issuer = |variables: &[(&str, &str)]| load(variables).expect("valid").issuer(bound);
    let public = ("AUTH__HTTP__PUBLIC_URL", "https://id.example.com/");
    assert_eq!(issuer(&[]), "http://127.0.0.1:41234");
    assert_eq!(issuer(&[public]), "https://id.example.com");
    assert_eq!(
        issuer(&[public, ("AUTH__TOKENS__ISSUER", "https://issuer.example.com/")]),
        "https://issuer.example.com/"
    );
}
