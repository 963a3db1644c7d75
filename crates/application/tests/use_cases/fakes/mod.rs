//! Fakes of the ports for which there is no adapter in memory.

mod decrypter;
mod handler;
mod hasher;
mod invitations;
mod meanwhile;
mod provider;
mod puzzles;
mod rule;
mod sender;
mod slow_outbox;
mod tokens;

pub(crate) use decrypter::{FakeDecrypter, THUMBPRINT, encrypted};
pub(crate) use handler::{FakeHandler, Mood};
pub(crate) use hasher::{FakeHasher, hash_of, outdated_hash_of};
pub(crate) use invitations::{INVITATION, Invitations, SignUpByInvitation};
pub(crate) use meanwhile::{FakeEntropy, Meanwhile};
pub(crate) use provider::FakeProvider;
pub(crate) use puzzles::FakePuzzles;
pub(crate) use rule::{FakeRule, Says};
pub(crate) use sender::FakeSender;
pub(crate) use slow_outbox::SlowOutbox;
pub(crate) use tokens::FakeTokens;
