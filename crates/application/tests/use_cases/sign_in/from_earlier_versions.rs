//! Signing in with what earlier versions accepted and kept.

use auth_application::kit::{Halt, Tokens};
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal};
use auth_contracts::samples::{SampleAccount, sample_origin};
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierKind};

use crate::fakes::hash_of;
use crate::table::Expected::Done;
use crate::table::{Effects, NOTHING, Row, check};
use crate::world::{PASSWORD, World};

const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, events: &[EventKind::SignedIn], ..NOTHING };

fn try_at(login: &str, password: &str) -> PasswordCommand {
    PasswordCommand { login: login.to_owned(), password: password.into(), origin: sample_origin() }
}

async fn run(world: &World, command: PasswordCommand) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
    world.sign_in_with_password().run(command).await
}

#[test]
fn nobody_is_locked_out() {
    check(ADMITTED, run);
}

const ADMITTED: &[Row<PasswordCommand, Tokens, PasswordSignInRefusal>] = &[
    (
        "with a hash of what was typed with another space, which is renewed",
        |world| {
            let mut sample = SampleAccount::new().with_email();
            sample.account.password = Some(hash_of("my\u{3000}own long words"));
            try_at(world.person(sample).email().shown(), "my\u{3000}own long words")
        },
        Done(|world, _, tokens| assert_eq!(world.account(tokens.user).password, Some(hash_of("my own long words")))),
        SIGNED_IN,
    ),
    (
        "under a username that reads as a phone number by now",
        |world| {
            let name = || "130-0000-0007".to_owned();
            let name = Identifier::from_parts(IdentifierKind::USERNAME, name(), name());
            let mut sample = SampleAccount::new().with_email().with_address(name);
            sample.account.password = Some(hash_of(PASSWORD));
            world.person(sample);
            try_at("130-0000-0007", PASSWORD)
        },
        Done(|world, _, tokens| assert_eq!(world.caller_with(&tokens).claims.method.name(), "username")),
        SIGNED_IN,
    ),
];
