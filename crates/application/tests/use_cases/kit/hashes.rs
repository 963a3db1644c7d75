//! Hashing passwords is work, which is counted whatever asks for it.

use std::sync::atomic::Ordering;

use auth_application::account::{
    EditAccountRefusal, EditCommand, PresenceEvidence, PresentPasswordRefusal, ProvePresenceRefusal, ResetCommand,
    ResetPasswordRefusal, SetPasswordCommand, SetPasswordRefusal,
};
use auth_application::kit::Halt;
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal};
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_contracts::samples;
use auth_domain::identifier::IdentifierKind;
use auth_domain::limits::Quota;
use auth_domain::origin::{Network, Origin};
use chrono::TimeDelta;

use crate::world::{PASSWORD, Person, World, at_once, secret};

const NEW: &str = "SamplePass456$%^";

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
enum Became {
    /// It was let through, whatever was answered then.
    Answered,
    TooOften,
}

/// A call that hashes a password.
type Call = fn(&World, &Person, &Origin) -> Became;

/// Every call by which users can have a password hashed or checked.
const CALLS: [(&str, Call); 9] = [
    ("sign up", sign_up),
    ("sign in, with the right password", |world, ann, origin| sign_in(world, ann, origin, PASSWORD)),
    ("sign in, with a wrong password", |world, ann, origin| sign_in(world, ann, origin, "wrong")),
    ("sign in, as nobody", |world, _, origin| sign_in_as(world, "nobody@example.com", origin, "wrong")),
    ("prove presence, with the right password", |world, ann, origin| prove(world, ann, origin, PASSWORD)),
    ("prove presence, with a wrong password", |world, ann, origin| prove(world, ann, origin, "wrong")),
    ("set the password, with a proof", set_password),
    ("reset the password", reset),
    ("change the password among other things", edit),
];

/// Of these, those that belong to an account, because its owner has shown something.
const BY_OWNERS: [usize; 5] = [4, 5, 6, 7, 8];

#[test]
fn every_call_uses_up_the_budget_of_its_network() {
    for (what, call) in CALLS {
        for (other, again) in CALLS {
            let mut world = World::new();
            world.rules.hashes = [Some(one()), None];
            let (ann, here) = (world.ann(), samples::sample_origin());
            assert_eq!(call(&world, &ann, &here), Became::Answered, "{what}");
            assert_eq!(hashed_by(&world, |world| again(world, &ann, &here)), (Became::TooOften, 0), "{what}, {other}");
            let elsewhere = Origin { network: Network::of("192.0.2.1".parse().expect("an address")), ..here };
            assert_eq!(again(&world, &ann, &elsewhere), Became::Answered, "{other}, in another network");
        }
    }
}

#[test]
fn every_call_of_an_owner_uses_up_the_budget_of_the_account() {
    for (what, call) in BY_OWNERS.map(|index| CALLS[index]) {
        for (other, again) in BY_OWNERS.map(|index| CALLS[index]) {
            let mut world = World::new();
            world.rules.hashes = [None, Some(one())];
            let (ann, bob, here) = (world.ann(), world.ann(), samples::sample_origin());
            assert_eq!(call(&world, &ann, &here), Became::Answered, "{what}");
            assert_eq!(hashed_by(&world, |world| again(world, &ann, &here)), (Became::TooOften, 0), "{what}, {other}");
            assert_eq!(again(&world, &bob, &here), Became::Answered, "{other}, of somebody else");
        }
    }
}

/// Otherwise strangers who try passwords could keep an owner from changing the password.
#[test]
fn strangers_do_not_use_up_the_budget_of_an_account() {
    let mut world = World::new();
    world.rules.hashes = [None, Some(one())];
    let (ann, here) = (world.ann(), samples::sample_origin());
    for _ in 0..3 {
        assert_eq!(sign_in(&world, &ann, &here, "wrong"), Became::Answered);
    }
    assert_eq!(set_password(&world, &ann, &here), Became::Answered);
}

#[test]
fn work_is_never_given_back() {
    let mut world = World::new();
    world.rules.hashes = [Some(Quota { burst: 3, per: TimeDelta::minutes(1) }), None];
    let (ann, here) = (world.ann(), samples::sample_origin());
    for _ in 0..3 {
        assert_eq!(sign_in(&world, &ann, &here, PASSWORD), Became::Answered);
    }
    assert_eq!(sign_in(&world, &ann, &here, PASSWORD), Became::TooOften, "right passwords are work as well");
    world.pass(20);
    assert_eq!(sign_in(&world, &ann, &here, PASSWORD), Became::Answered);
}

fn one() -> Quota {
    Quota { burst: 1, per: TimeDelta::hours(1) }
}

/// Also returns how many passwords were hashed or checked.
fn hashed_by(world: &World, call: impl FnOnce(&World) -> Became) -> (Became, usize) {
    let before = world.hasher.hashes.load(Ordering::Relaxed);
    let became = call(world);
    (became, world.hasher.hashes.load(Ordering::Relaxed) - before)
}

fn became<T, R: std::fmt::Debug>(outcome: Result<T, Halt<R>>, is_too_often: fn(&R) -> bool) -> Became {
    match outcome {
        Ok(_) => Became::Answered,
        Err(Halt::Refused(refusal)) if is_too_often(&refusal) => Became::TooOften,
        Err(Halt::Refused(_)) => Became::Answered,
        Err(Halt::Failed(failure)) => panic!("{failure:?}"),
    }
}

/// A sign-up with a proven address and a password.
pub(super) fn signing_up(world: &World, origin: &Origin) -> SignUpCommand {
    let address = samples::sample_email();
    SignUpCommand {
        addresses: vec![(IdentifierKind::EMAIL, address.shown().to_owned())],
        own: Vec::new(),
        chosen: Vec::new(),
        username: None,
        password: Some(secret(PASSWORD)),
        verification_token: Some(world.proof_of_address(&address)),
        provider_token: None,
        name: None,
        gender: None,
        picture: None,
        locale: None,
        language: None,
        anonymous_user: None,
        origin: origin.clone(),
    }
}

fn sign_up(world: &World, _: &Person, origin: &Origin) -> Became {
    let command = signing_up(world, origin);
    became(at_once(world.sign_up().run(command)), |refusal| matches!(refusal, SignUpRefusal::TooOften(_)))
}

fn sign_in(world: &World, person: &Person, origin: &Origin, password: &str) -> Became {
    sign_in_as(world, person.email().shown(), origin, password)
}

fn sign_in_as(world: &World, login: &str, origin: &Origin, password: &str) -> Became {
    let command = PasswordCommand { login: login.to_owned(), password: secret(password), origin: origin.clone() };
    became(at_once(world.sign_in_with_password().run(command)), |refusal| {
        matches!(refusal, PasswordSignInRefusal::TooManyTries(_))
    })
}

fn prove(world: &World, person: &Person, origin: &Origin, password: &str) -> Became {
    let evidence = PresenceEvidence::Password(secret(password));
    became(at_once(world.prove_presence().run(&world.caller(person), evidence, origin)), |refusal| {
        matches!(refusal, ProvePresenceRefusal::Password(PresentPasswordRefusal::TooManyTries(_)))
    })
}

fn set_password(world: &World, person: &Person, origin: &Origin) -> Became {
    let command = SetPasswordCommand {
        new_password: secret(NEW),
        old_password: None,
        sudo_token: Some(world.proof_of_presence(person)),
        origin: origin.clone(),
    };
    became(at_once(world.set_password().run(&world.caller(person), command)), |refusal| {
        matches!(refusal, SetPasswordRefusal::TooOften(_))
    })
}

fn reset(world: &World, person: &Person, origin: &Origin) -> Became {
    let address = person.email();
    let command = ResetCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        token: world.proof_of_address(address),
        new_password: secret(NEW),
        origin: origin.clone(),
    };
    became(at_once(world.reset_password().run(command)), |refusal| matches!(refusal, ResetPasswordRefusal::TooOften(_)))
}

fn edit(world: &World, person: &Person, origin: &Origin) -> Became {
    let passwords = Some((secret("wrong"), secret(NEW)));
    let command = EditCommand { passwords, ..EditCommand::default() };
    became(at_once(world.edit_account().run(&world.caller(person), command, origin)), |refusal| {
        matches!(refusal, EditAccountRefusal::Present(PresentPasswordRefusal::TooManyTries(_)))
    })
}
