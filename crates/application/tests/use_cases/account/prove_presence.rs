//! Proving presence.

use auth_application::account::ProvePresenceRefusal::{Password, ProviderToken, VerificationToken};
use auth_application::account::{PresenceEvidence, PresenceReceipt, PresentPasswordRefusal, ProvePresenceRefusal};
use auth_application::kit::{Caller, Halt, ProofProblem};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::{Origin, Place};
use auth_domain::presence::Presence;
use auth_domain::proofs::ProofSubject;
use auth_memory::MemoryStores;
use auth_ports::{Clock as _, SessionStore as _};
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, PASSWORD, Person, Ports, World, at_once, secret};

type Request = (Caller, PresenceEvidence, Origin);
type Rows = &'static [Row<Request, PresenceReceipt, ProvePresenceRefusal>];

const BY_PASSWORD: Effects = Effects { proven: 1, ..NOTHING };
const BY_CODE: Effects = Effects { spent: 1, ..BY_PASSWORD };

async fn run(
    world: &World,
    (caller, evidence, origin): Request,
) -> Result<PresenceReceipt, Halt<ProvePresenceRefusal>> {
    world.prove_presence().run(&caller, evidence, &origin).await
}

fn by_password(world: &World, password: &str) -> Request {
    let ann = world.ann();
    (world.caller(&ann), PresenceEvidence::Password(secret(password)), ann.origin())
}

fn by_token(world: &World, person: &Person, token: SecretString) -> Request {
    (world.caller(person), PresenceEvidence::VerificationToken(token), person.origin())
}

/// A request with a proof of control of the user's own address.
fn by_code(world: &World, person: &Person) -> Request {
    by_token(world, person, world.proof_of_address(person.email()))
}

fn done_before(world: &World, request: Request) -> Request {
    at_once(run(world, request.clone())).expect("proven");
    request
}

/// The proof belongs to this user and this client, and is valid for a quarter of an hour.
fn is_there(world: &World, (caller, _, origin): &Request, receipt: PresenceReceipt) {
    let proof = world.proof_behind(&receipt.token.expose().into());
    assert_eq!(proof.subject, ProofSubject::Presence { user: caller.account.id, session: caller.claims.session });
    assert_eq!((&proof.client, proof.expires_at - world.clock.now()), (&origin.client, receipt.expires_in));
    assert_eq!(receipt.expires_in, TimeDelta::minutes(15));
    let sessions = at_once(world.stores.list(caller.account.id, world.clock.now())).expect("memory answers");
    let session = sessions.into_iter().find(|session| session.id == caller.claims.session).expect("it is alive");
    let noted = Presence { at: world.clock.now(), place: Place::of(origin) };
    assert_eq!(session.presence, Some(noted), "what the session shows");
}

/// A request with a proof of an identity.
fn by_identity(world: &World, person: &Person, profile: &ExternalProfile) -> Request {
    let token = world.proof_of_identity(profile);
    (world.caller(person), PresenceEvidence::ProviderToken(token), person.origin().elsewhere())
}

fn person_with_identity(world: &World) -> Person {
    world.person(SampleAccount::new().with_external_identity())
}

#[test]
fn who_has_evidence_is_there() {
    check(PROVEN, run);
}

const PROVEN: Rows = &[
    ("the password", |world| by_password(world, PASSWORD), Done(is_there), BY_PASSWORD),
    ("a code to their own address", |world| by_code(world, &world.passwordless()), Done(is_there), BY_CODE),
    (
        "a code that was asked for in the instant in which the account got the address",
        |world| {
            let ann = world.ann();
            by_token(world, &ann, world.proof_asked_for_at(0, ann.email()))
        },
        Done(is_there),
        BY_CODE,
    ),
    (
        "an identity that is bound to the account, elsewhere",
        |world| {
            let person = person_with_identity(world);
            by_identity(world, &person, person.identity())
        },
        Done(is_there),
        BY_CODE,
    ),
    (
        "the same request again",
        |world| {
            let request = done_before(world, by_code(world, &world.ann()));
            world.pass(119);
            request
        },
        Done(is_there),
        BY_PASSWORD,
    ),
];

#[test]
fn who_has_none_is_not() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    (
        "another password",
        |world| by_password(world, "AnotherPass123!"),
        refused!(Password(PresentPasswordRefusal::Wrong)),
        Effects { events: &[EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "a code that was asked for before there was an account",
        |world| {
            let ann = world.ann();
            by_token(world, &ann, world.proof_asked_for_at(-1, ann.email()))
        },
        refused!(VerificationToken(ProofProblem::BeforeTheAccount)),
        NOTHING,
    ),
    (
        "no token",
        |world| by_token(world, &world.ann(), secret("?")),
        refused!(VerificationToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "ten minutes old",
        |world| {
            let request = by_code(world, &world.ann());
            world.pass(600);
            request
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let (caller, evidence, origin) = by_code(world, &world.ann());
            (caller, evidence, origin.at_another_client())
        },
        refused!(VerificationToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of an address that is not theirs",
        |world| by_token(world, &world.ann(), world.proof_of_address(&samples::sample_email())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of an identity that is not theirs",
        |world| by_identity(world, &person_with_identity(world), &samples::sample_external_profile()),
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of an identity, where none is bound",
        |world| by_identity(world, &world.ann(), person_with_identity(world).identity()),
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of an address, in place of an identity",
        |world| {
            let ann = world.ann();
            let token = world.proof_of_address(ann.email());
            (world.caller(&ann), PresenceEvidence::ProviderToken(token), ann.origin())
        },
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of their presence",
        |world| {
            let ann = world.ann();
            by_token(world, &ann, world.proof_of_presence(&ann))
        },
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let request = done_before(world, by_code(world, &world.ann()));
            world.pass(120);
            request
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by a request of another kind",
        |world| {
            let (caller, evidence, origin) = by_code(world, &world.ann());
            let PresenceEvidence::VerificationToken(token) = evidence.clone() else { panic!("a token") };
            world.spend(&token, caller.account.id);
            (caller, evidence, origin)
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by a request of another kind in this moment",
        |world| {
            let (caller, evidence, origin) = by_code(world, &world.ann());
            let (user, PresenceEvidence::VerificationToken(token)) = (caller.account.id, evidence.clone()) else {
                panic!("a token")
            };
            world.meanwhile(move |world| world.spend(&token, user));
            (caller, evidence, origin)
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        Effects { spent: 1, proven: 1, ..NOTHING },
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the proofs are away", |world| by_code_without(world, |ports| &ports.proofs), Failed, NOTHING),
    (
        "the proofs are away by the time the new one is stored",
        |world| {
            world.meanwhile(|world| world.ports.proofs.set_failing(true));
            by_code(world, &world.ann())
        },
        Failed,
        NOTHING,
    ),
    ("the sessions are away", |world| by_code_without(world, |ports| &ports.sessions), Failed, BY_CODE),
    (
        "the proofs are away by the time the password is checked",
        |world| {
            world.meanwhile(|world| world.ports.proofs.set_failing(true));
            by_password(world, PASSWORD)
        },
        Failed,
        NOTHING,
    ),
];

fn by_code_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Request {
    by_code(world.without(port), &world.ann())
}
