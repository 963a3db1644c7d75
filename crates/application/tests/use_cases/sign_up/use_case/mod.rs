//! Signing up, in every scenario.

mod admitted;
mod failing;
mod refused;
mod rules;
mod unproven;
mod vouchers;

use auth_application::kit::{Halt, Tokens};
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_contracts::samples;
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::{Identifier, IdentifierKind};

use crate::table::{Effects, NOTHING, Row};
use crate::world::{PASSWORD, Person, World, at_once};

type Rows = &'static [Row<SignUpCommand, Tokens, SignUpRefusal>];

const SIGNED_UP: Effects = Effects { made: 1, begun: 1, spent: 1, events: &[EventKind::SignedUp], ..NOTHING };
const REPEATED: Effects = Effects { begun: 1, events: &[EventKind::SignedIn], ..NOTHING };

async fn run(world: &World, command: SignUpCommand) -> Result<Tokens, Halt<SignUpRefusal>> {
    world.sign_up().run(command).await
}

/// The same request came before; its answer may have been lost.
fn done_before(world: &World, command: SignUpCommand) -> SignUpCommand {
    at_once(run(world, command.clone())).expect("signed up");
    command
}

/// Without claims and without evidence.
fn empty() -> SignUpCommand {
    SignUpCommand {
        addresses: Vec::new(),
        own: Vec::new(),
        chosen: Vec::new(),
        username: None,
        password: None,
        verification_token: None,
        provider_token: None,
        name: None,
        gender: None,
        picture: None,
        locale: None,
        language: None,
        anonymous_user: None,
        origin: samples::sample_origin(),
    }
}

/// With this address and without evidence.
fn naming(address: &Identifier) -> SignUpCommand {
    SignUpCommand { addresses: vec![(address.kind(), address.shown().to_owned())], ..empty() }
}

/// With this address, proven.
fn proving(world: &World, address: &Identifier) -> SignUpCommand {
    SignUpCommand { verification_token: Some(world.proof_of_address(address)), ..naming(address) }
}

/// By an e-mail address that nobody has.
fn by_email(world: &World) -> SignUpCommand {
    proving(world, &samples::sample_email())
}

/// By an e-mail address that nobody has, with a password.
fn by_email_and_password(world: &World) -> SignUpCommand {
    SignUpCommand { password: Some(PASSWORD.into()), ..by_email(world) }
}

/// By this identity at a third party and nothing else.
fn by_identity(world: &World, profile: &ExternalProfile) -> SignUpCommand {
    SignUpCommand { provider_token: Some(world.proof_of_identity(profile)), ..empty() }
}

/// With this code of an invitation.
fn invited_by(code: String) -> SignUpCommand {
    SignUpCommand { own: vec![("invitation_code", code)], ..empty() }
}

/// With an invitation that nobody has used.
fn invited(world: &World) -> SignUpCommand {
    invited_by(world.invitations.issue())
}

/// Who was known by a device signs up, with the session that they have.
fn out_of(person: &Person, command: SignUpCommand) -> SignUpCommand {
    SignUpCommand { anonymous_user: Some((person.id(), person.session().id)), ..command }
}

/// The address of a request that has one.
fn address_of(command: &SignUpCommand) -> Identifier {
    match command.addresses.as_slice() {
        [(IdentifierKind::EMAIL, raw)] => samples::spelled_email(raw),
        other => panic!("one e-mail address, not {other:?}"),
    }
}
