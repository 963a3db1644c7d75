//! Deleting one's own account.

use auth_application::account::DeleteAccountRefusal;
use auth_application::account::DeleteAccountRefusal::SudoToken;
use auth_application::kit::{Caller, Halt};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_domain::origin::Origin;
use auth_memory::MemoryStores;
use auth_ports::AccountStore;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, PASSWORD, Person, Ports, World, at_once, hash_of_token, knowing, secret};

type Request = (Caller, SecretString, Origin);
type Rows = &'static [Row<Request, (), DeleteAccountRefusal>];

/// The proof is deleted with the account, so no spent proof is left.
const GONE: Effects = Effects { gone: 1, ended: 2, events: &[EventKind::AccountDeleted], ..NOTHING };

async fn run(world: &World, (caller, token, origin): Request) -> Result<(), Halt<DeleteAccountRefusal>> {
    world.delete_account().run(&caller, &token, &origin).await
}

fn with(world: &World, person: &Person, token: SecretString) -> Request {
    (world.caller(person), token, person.origin())
}

/// A request by Ann, who has two sessions, with a proof of presence.
fn of_ann(world: &World) -> Request {
    let ann = world.ann();
    world.another_session(&ann);
    with(world, &ann, world.proof_of_presence(&ann))
}

fn nothing_is_left(world: &World, (caller, token, _): &Request, (): ()) {
    let account = &caller.account;
    assert!(at_once(AccountStore::find(&world.stores, account.id)).expect("memory answers").is_none());
    assert_eq!(world.stores.sessions_of(account.id), []);
    for held in &account.identifiers {
        assert_eq!(world.owner(&held.identifier), None, "free again");
    }
    assert!(world.stores.proofs().iter().all(|proof| proof.hash != hash_of_token(token)), "the proof is gone");
}

#[test]
fn who_is_there_can_go() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("an account with an address, a name and a password", |world| of_ann(world), Done(nothing_is_left), GONE),
    (
        "the event keeps keyed hashes of the names, and no name",
        |world| of_ann(world),
        Done(|world, (caller, _, _), ()| {
            let event = world.stores.events().pop().expect("it is recorded");
            let detail = event.detail.expect("it has pseudonyms");
            let kinds = detail.split(' ').map(|pseudonym| pseudonym.split('=').next().unwrap_or_default());
            let held = caller.account.identifiers.iter().map(|held| held.identifier.kind().name());
            assert_eq!(kinds.collect::<Vec<_>>(), held.collect::<Vec<_>>());
            let email = caller.account.identifier(IdentifierKind::EMAIL).expect("she had one").identifier.canonical();
            assert!(!detail.contains(email) && event.user == Some(caller.account.id), "{detail}");
        }),
        GONE,
    ),
    (
        "in the last second of the proof",
        |world| {
            let request = of_ann(world);
            world.pass(899);
            request
        },
        Done(nothing_is_left),
        GONE,
    ),
    (
        "an identity at a third party is free again",
        |world| {
            let person = world.person(knowing(SampleAccount::new().with_external_identity(), PASSWORD));
            with(world, &person, world.proof_of_presence(&person))
        },
        Done(|world, (caller, _, _), ()| {
            let profile = caller.account.external_identities[0].profile.clone();
            world.person(SampleAccount::new().with_external_profile(profile));
        }),
        Effects { ended: 1, ..GONE },
    ),
    (
        "the same request again: there is nobody any more",
        |world| {
            let request = of_ann(world);
            at_once(run(world, request.clone())).expect("deleted");
            request
        },
        refused!(SudoToken),
        NOTHING,
    ),
    ("no token", |world| with(world, &world.ann(), secret("?")), refused!(SudoToken), NOTHING),
    (
        "a quarter of an hour old",
        |world| {
            let request = of_ann(world);
            world.pass(900);
            request
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let (caller, token, origin) = of_ann(world);
            (caller, token, origin.at_another_client())
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "somebody else's",
        |world| with(world, &world.ann(), world.proof_of_presence(&world.ann())),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "of an address",
        |world| with(world, &world.ann(), world.proof_of_address(&samples::sample_email())),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "signed out in this moment",
        |world| {
            let ann = world.ann();
            let request = with(world, &ann, world.proof_of_presence(&ann));
            world.meanwhile(move |world| world.sign_out(&ann));
            request
        },
        refused!(SudoToken),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
];

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Request {
    of_ann(world.without(port))
}
