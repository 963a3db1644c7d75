//! Editing one's own account.

mod edited;
mod refused;

use auth_application::account::{EditAccountRefusal, EditCommand};
use auth_application::kit::{Caller, Halt};
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;

use crate::table::Row;
use crate::world::{PASSWORD, Person, World, at_once, secret};

type Request = (Caller, EditCommand, Origin);
type Rows = &'static [Row<Request, (), EditAccountRefusal>];

const NEW: &str = "SamplePass456$%^";

async fn run(world: &World, (caller, command, origin): Request) -> Result<(), Halt<EditAccountRefusal>> {
    world.edit_account().run(&caller, command, &origin).await
}

fn of(world: &World, person: &Person, command: EditCommand) -> Request {
    (world.caller(person), command, person.origin())
}

/// An edit by Ann, who has another session.
fn of_ann(world: &World, command: EditCommand) -> Request {
    let ann = world.ann();
    world.another_session(&ann);
    of(world, &ann, command)
}

/// The same request, already done once, as the user repeats it.
fn done_before(world: &World, person: &Person, request: &Request) -> Request {
    at_once(run(world, request.clone())).expect("edited");
    of(world, person, request.1.clone())
}

fn name(name: &str) -> EditCommand {
    EditCommand { name: Some(name.to_owned()), ..EditCommand::default() }
}

fn username(username: &str) -> EditCommand {
    EditCommand { username: Some(username.to_owned()), ..EditCommand::default() }
}

fn address(address: &Identifier) -> EditCommand {
    EditCommand { addresses: vec![(address.kind(), address.shown().to_owned())], ..EditCommand::default() }
}

fn passwords(present: &str, new: &str) -> EditCommand {
    EditCommand { passwords: Some((secret(present), secret(new))), ..EditCommand::default() }
}

fn new_password() -> EditCommand {
    passwords(PASSWORD, NEW)
}
