//! Trading codes for proofs.

mod failing;

use auth_application::kit::{self, Halt, TooOften};
use auth_application::verification::VerifyCodeRefusal::{
    Exhausted, Expired, Malformed, OverBudget, Unknown, Used, Wrong,
};
use auth_application::verification::{CodeReceipt, SendCodeCommand, Target, VerifyCodeCommand, VerifyCodeRefusal};
use auth_contracts::samples::{sample_email, sample_origin};
use auth_domain::accounts::UserId;
use auth_domain::captcha::GateMode;
use auth_domain::events::{Actor, EventKind};
use auth_domain::guesses::CodeGuesses;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofSubject;
use auth_domain::verifications::{VerificationCode, VerificationId};
use auth_ports::{Clock as _, ProofStore as _};
use chrono::TimeDelta;

use crate::table::Expected::Done;
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, World, at_once, hash_of_token};

/// The verification's id, the guess, and where it is made.
type Request = (String, String, Origin);
type Rows = &'static [Row<Request, CodeReceipt, VerifyCodeRefusal>];

const PROVEN: Effects = Effects { proven: 1, ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::CodeRefused], ..NOTHING };

async fn run(world: &World, (verification_id, code, origin): Request) -> Result<CodeReceipt, Halt<VerifyCodeRefusal>> {
    world.verify_code().run(VerifyCodeCommand { verification_id, code, origin }).await
}

/// Asks for a code to this address; the right guess.
fn asked(world: &World, address: &Identifier, holder: Option<UserId>) -> Request {
    asked_from(world, address, holder, sample_origin())
}

fn asked_from(world: &World, address: &Identifier, holder: Option<UserId>, origin: Origin) -> Request {
    let command = SendCodeCommand {
        kind: IdentifierKind::EMAIL,
        address: address.shown().to_owned(),
        target: Target::Any,
        holder,
        present: holder,
        language: None,
        origin: origin.clone(),
    };
    let id = at_once(world.send_code().run(command)).expect("sent").verification;
    (id.to_string(), VerificationCode::derive(&world.key, id).expose().to_owned(), origin)
}

/// The right guess at a code to an address that nobody has.
fn right(world: &World) -> Request {
    asked(world, &sample_email(), None)
}

/// The same with the last digit changed.
fn wrong((id, code, origin): Request) -> Request {
    let (first, last) = code.split_at(5);
    let other = if last == "0" { "1" } else { "0" };
    (id, format!("{first}{other}"), origin)
}

/// Strangers may be wrong twice a day, and pass the bot gate in between.
fn twice_a_day(world: &mut World) {
    let once = Quota { burst: 1, per: TimeDelta::days(1) };
    world.rules.wrong_codes = Some(CodeGuesses { per_account: once, per_network: once, in_all: once });
    world.rules.gate.mode = GateMode::Off;
}

/// The right guess at a code to Ann, after two strangers were wrong about codes of hers.
fn after_strangers(world: &mut World, origin: impl FnOnce(&Person) -> Origin, holds: bool) -> Request {
    twice_a_day(world);
    let ann = world.ann();
    for _ in 0..2 {
        let stranger = asked(world, ann.email(), None);
        after_wrong(world, 1, stranger);
    }
    asked_from(world, ann.email(), holds.then(|| ann.id()), origin(&ann))
}

/// So many wrong guesses were made before, at whatever client.
fn after_wrong(world: &World, times: usize, request: Request) -> Request {
    for _ in 0..times {
        at_once(run(world, wrong(request.clone()))).err().expect("a wrong guess");
    }
    request
}

fn done_before(world: &World, request: Request) -> Request {
    assert!(at_once(run(world, request.clone())).is_ok());
    request
}

/// The proof is of the address that the code went to, for this client and for as long as a code lives.
fn is_proven(world: &World, (id, _, origin): &Request, receipt: CodeReceipt) {
    let id = VerificationId::parse(id).expect("an id");
    let codes = world.stores.verifications();
    let address = &codes.iter().find(|code| code.id == id).expect("it is kept").address;
    let proof = world.proof_behind(&receipt.token.expose().into());
    assert_eq!((&proof.subject, &proof.client), (&ProofSubject::Address(address.clone()), &origin.client));
    let life = TimeDelta::minutes(10);
    assert_eq!((receipt.expires_in, proof.expires_at - world.clock.now()), (life, life));
}

#[test]
fn the_right_code_earns_a_proof() {
    check(RIGHT, run);
}

const RIGHT: Rows = &[
    ("at once", |world| right(world), Done(is_proven), PROVEN),
    (
        "in the last second of the code",
        |world| {
            let request = right(world);
            world.pass(599);
            request
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "with spaces around it",
        |world| {
            let (id, code, origin) = right(world);
            (id, format!(" {code} "), origin)
        },
        Done(is_proven),
        PROVEN,
    ),
    ("at the last try", |world| after_wrong(world, 4, right(world)), Done(is_proven), PROVEN),
    (
        "after many tries of another client, which do not count",
        |world| {
            let (id, code, origin) = right(world);
            after_wrong(world, 5, (id.clone(), code.clone(), origin.clone().at_another_client()));
            (id, code, origin)
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "from another device",
        |world| {
            let (id, code, _) = right(world);
            (id, code, sample_origin())
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "on a device that the account knows, whatever strangers did",
        |world| after_strangers(world, |ann| ann.session().origin.clone(), false),
        Done(is_proven),
        PROVEN,
    ),
    (
        "to the owner, signed in on a new device, whatever strangers did",
        |world| after_strangers(world, |_| sample_origin(), true),
        Done(is_proven),
        PROVEN,
    ),
    (
        "to an address that nobody has, after wrong guesses at such addresses",
        |world| {
            twice_a_day(world);
            let request = right(world);
            after_wrong(world, 4, request)
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "to a stranger who asks for the owner's code again and again and is right",
        |world| {
            twice_a_day(world);
            let ann = world.ann();
            for _ in 0..4 {
                let request = asked(world, ann.email(), None);
                done_before(world, request);
            }
            asked(world, ann.email(), None)
        },
        Done(is_proven),
        PROVEN,
    ),
    ("to somebody's address", |world| asked(world, world.ann().email(), None), Done(is_proven), PROVEN),
];

#[test]
fn a_proof_is_held_by_who_asked_for_the_code() {
    let (world, address) = (World::new(), sample_email());
    let ann = world.ann().id();
    let request = asked(&world, &address, Some(ann));
    let Ok(receipt) = at_once(run(&world, request.clone())) else { panic!("it is right") };
    let held = |user| at_once(world.stores.find_held(user, &request.2.client, &address, world.clock.now()));
    let hash = hash_of_token(&receipt.token.expose().into());
    assert_eq!(held(ann).expect("memory answers").map(|proof| proof.hash), Some(hash));
    assert_eq!(held(world.ann().id()).expect("memory answers"), None, "nobody else's");
}

#[test]
fn any_other_guess_earns_nothing() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    (
        "no verification's id",
        |world| {
            let (_, code, origin) = right(world);
            ("?".to_owned(), code, origin)
        },
        refused!(Unknown),
        NOTHING,
    ),
    (
        "an id that nobody was given",
        |world| {
            let (_, code, origin) = right(world);
            (VerificationId::new([7; 16]).to_string(), code, origin)
        },
        refused!(Unknown),
        NOTHING,
    ),
    (
        "at another client",
        |world| {
            let (id, code, origin) = right(world);
            (id, code, origin.at_another_client())
        },
        refused!(Unknown),
        NOTHING,
    ),
    ("a wrong code", |world| wrong(right(world)), refused!(Wrong), WRITTEN_DOWN),
    (
        "no code",
        |world| {
            let (id, _, origin) = right(world);
            (id, String::new(), origin)
        },
        refused!(Malformed),
        NOTHING,
    ),
    (
        "the code of another verification",
        |world| {
            let (id, _, origin) = right(world);
            (id, right(world).1, origin)
        },
        refused!(Wrong),
        WRITTEN_DOWN,
    ),
    (
        "ten minutes later",
        |world| {
            let request = right(world);
            world.pass(600);
            request
        },
        refused!(Expired),
        NOTHING,
    ),
    ("the same request again", |world| done_before(world, right(world)), refused!(Used), NOTHING),
    (
        "the same request twice at once",
        |world| {
            let request = right(world);
            let twin = request.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            request
        },
        refused!(Used),
        PROVEN,
    ),
    ("the right code at the sixth try", |world| after_wrong(world, 5, right(world)), refused!(Exhausted), NOTHING),
    (
        "the right code, after strangers were wrong about codes of the account",
        |world| after_strangers(world, |_| sample_origin(), false),
        refused!(OverBudget(kit::OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::days(1)),
        NOTHING,
    ),
    (
        "the right code, after a stranger was wrong, without passing the gate",
        |world| {
            twice_a_day(world);
            world.rules.gate.mode = GateMode::Soft;
            let ann = world.ann();
            let request = asked(world, ann.email(), None);
            after_wrong(world, 1, request)
        },
        refused!(OverBudget(kit::OverBudget::Gate(_))),
        NOTHING,
    ),
    (
        "the right code at an address that nobody has, after wrong ones, where nobody must learn whether somebody has it",
        |world| {
            twice_a_day(world);
            world.rules.reveal_existence = false;
            let request = right(world);
            after_wrong(world, 2, request)
        },
        refused!(OverBudget(_)),
        NOTHING,
    ),
    ("a wrong code at the sixth try", |world| wrong(after_wrong(world, 5, right(world))), refused!(Exhausted), NOTHING),
];

#[test]
fn a_wrong_guess_is_recorded_with_the_user_and_no_name() {
    let world = World::new();
    let ann = world.ann();
    let request = wrong(asked(&world, ann.email(), None));
    at_once(run(&world, request.clone())).err().expect("a wrong guess");
    let event = world.last_event();
    assert_eq!((event.user, &event.actor), (Some(ann.id()), &Actor::User(request.2)));
    assert_eq!((event.method.as_deref(), event.at), (Some("email"), world.clock.now()));
    let detail = event.detail.expect("a pseudonym");
    assert!(detail.starts_with("email=") && !detail.contains(ann.email().canonical()), "{detail}");

    let request = wrong(right(&world));
    at_once(run(&world, request)).err().expect("a wrong guess");
    let event = world.last_event();
    assert_eq!((event.user, event.detail), (None, None), "nothing is left of somebody who is no user");
}

#[test]
fn a_try_that_is_not_compared_costs_none() {
    let mut world = World::new();
    let request = after_strangers(&mut world, |_| sample_origin(), false);
    for _ in 0..10 {
        let refusal = at_once(run(&world, request.clone())).err().expect("too many wrong guesses");
        assert!(matches!(refusal, Halt::Refused(OverBudget(_))), "{refusal:?}");
    }
    world.rules.wrong_codes = None;
    assert!(at_once(run(&world, after_wrong(&world, 4, request))).is_ok(), "the fifth try");
}
