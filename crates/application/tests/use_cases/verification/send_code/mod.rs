//! Asking for codes.

mod attack;
mod refused;
mod sent;
mod shares;

use auth_application::kit::Halt;
use auth_application::verification::{SendCodeCommand, SendCodeRefusal, SentCode, Target};
use auth_contracts::samples::{sample_email, sample_origin};
use auth_domain::identifier::IdentifierKind;

use crate::table::{Effects, NOTHING, Row};
use crate::world::{Person, World, at_once};

type Rows = &'static [Row<SendCodeCommand, SentCode, SendCodeRefusal>];

/// A code is made and sent.
const SENT: Effects = Effects { verifications: 1, queued: 1, ..NOTHING };

async fn run(world: &World, command: SendCodeCommand) -> Result<SentCode, Halt<SendCodeRefusal>> {
    world.send_code().run(command).await
}

pub(crate) fn to(kind: IdentifierKind, address: &str) -> SendCodeCommand {
    SendCodeCommand {
        kind,
        address: address.to_owned(),
        target: Target::Any,
        holder: None,
        present: None,
        language: None,
        origin: sample_origin(),
    }
}

fn to_email(address: &str) -> SendCodeCommand {
    to(IdentifierKind::EMAIL, address)
}

/// To an address that nobody has.
fn to_nobody() -> SendCodeCommand {
    to_email(sample_email().shown())
}

fn to_person(person: &Person) -> SendCodeCommand {
    to_email(person.email().shown())
}

/// The person, who is signed in, asks for a code to an address that is written like this.
fn to_own(world: &World, person: &Person, kind: IdentifierKind, written: &str) -> SendCodeCommand {
    let target = Target::CurrentUser(Box::new(world.account(person.id())));
    SendCodeCommand { target, holder: Some(person.id()), ..to(kind, written) }
}

/// The same request came before.
fn done_before(world: &World, command: SendCodeCommand) -> SendCodeCommand {
    at_once(run(world, command.clone())).expect("sent");
    command
}

/// The same from another device.
fn elsewhere(command: SendCodeCommand) -> SendCodeCommand {
    SendCodeCommand { origin: sample_origin(), ..command }
}
