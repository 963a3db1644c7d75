//! Reading requests that clients encrypted.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halt, OverBudget, TooOften};
use auth_application::sign_in::DecryptRequestRefusal;
use auth_application::sign_in::DecryptRequestRefusal::{Off, UnknownKey, Unreadable};
use auth_contracts::samples;
use auth_ports::EncryptionKey;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::fakes::{THUMBPRINT, encrypted};
use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once, once_per};

/// The thumbprint of the key, and the encrypted text.
type Sent = (&'static str, String);

const TEXT: &str = r#"{"username":"ann"}"#;

fn good() -> Sent {
    (THUMBPRINT, encrypted(TEXT))
}

async fn run(world: &World, (thumbprint, sent): Sent) -> Result<SecretString, Halt<DecryptRequestRefusal>> {
    world.decrypt_request().run(thumbprint, &sent, &samples::sample_origin()).await
}

fn done_before(world: &mut World) -> Sent {
    world.rules.quota = Some(once_per(60));
    at_once(run(world, good())).expect("read");
    good()
}

fn is_read(_: &World, _: &Sent, text: SecretString) {
    assert_eq!(text.expose_secret(), TEXT);
}

#[test]
fn what_was_encrypted_to_the_key_is_read() {
    check(READ, run);
}

const READ: &[Row<Sent, SecretString, DecryptRequestRefusal>] = &[
    ("encrypted to the key", |_| good(), Done(is_read), NOTHING),
    (
        "as often as the limit allows",
        |world| {
            let sent = done_before(world);
            world.pass(60);
            sent
        },
        Done(is_read),
        NOTHING,
    ),
    (
        "switched off",
        |world| {
            world.rules.encrypted_requests = false;
            good()
        },
        refused!(Off),
        NOTHING,
    ),
    ("encrypted to another key", |_| ("another-key", encrypted(TEXT)), refused!(UnknownKey), NOTHING),
    ("not encrypted", |_| (THUMBPRINT, TEXT.to_owned()), refused!(Unreadable), NOTHING),
    (
        "too often from one network",
        done_before,
        refused!(DecryptRequestRefusal::TooOften(OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "too often from one network, whatever is sent",
        |world| {
            done_before(world);
            (THUMBPRINT, TEXT.to_owned())
        },
        refused!(DecryptRequestRefusal::TooOften(_)),
        NOTHING,
    ),
    (
        "too much to decrypt",
        |world| {
            world.decrypter.overloaded.store(true, Ordering::Relaxed);
            good()
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            world.without(|ports| &ports.limits);
            good()
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits are away, and it cannot be read",
        |world| {
            world.rules.quota = Some(once_per(60));
            world.without(|ports| &ports.limits);
            (THUMBPRINT, TEXT.to_owned())
        },
        Undecided,
        NOTHING,
    ),
];

async fn key(world: &World, (): ()) -> Result<EncryptionKey, Halt<DecryptRequestRefusal>> {
    world.decrypt_request().key().await
}

#[test]
fn the_key_is_told() {
    check(KEY, key);
}

const KEY: &[Row<(), EncryptionKey, DecryptRequestRefusal>] = &[
    ("switched on", |_| (), Done(|_, (), key| assert_eq!(key.thumbprint, THUMBPRINT)), NOTHING),
    ("switched off", |world| world.rules.encrypted_requests = false, refused!(Off), NOTHING),
    ("too much to decrypt", |world| world.decrypter.overloaded.store(true, Ordering::Relaxed), Failed, NOTHING),
];
