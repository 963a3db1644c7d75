//! Codes that were asked for before an account had the address: they open nothing of it, however they were come by.

use auth_application::account::{
    ChangeContactCommand, ChangeContactRefusal, PresenceEvidence, ProvePresenceRefusal, ResetCommand,
    ResetPasswordRefusal,
};
use auth_application::kit::{Halt, ProofProblem};
use auth_application::sign_in::{CodeCommand, CodeSignInRefusal};
use auth_application::verification::{SendCodeCommand, Target, VerifyCodeCommand};
use auth_contracts::samples::{sample_email, sample_origin};
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::verifications::{VerificationCode, VerificationId};
use secrecy::SecretString;

use crate::world::{Person, World, at_once, secret};

/// What a code may open.
type Opens = fn(&World, &Person, &Identifier, SecretString) -> Result<(), Option<ProofProblem>>;

const EVERYTHING: &[(&str, Opens)] =
    &[("a sign-in", sign_in), ("a reset", reset), ("presence", presence), ("the proof of the address", contact)];

fn sign_in(world: &World, _: &Person, _: &Identifier, token: SecretString) -> Result<(), Option<ProofProblem>> {
    let command = CodeCommand { token, login: None, origin: sample_origin() };
    match at_once(world.sign_in_with_code().run(command)) {
        Ok(_) => Ok(()),
        Err(Halt::Refused(CodeSignInRefusal::VerificationToken(problem))) => Err(Some(problem)),
        Err(_) => Err(None),
    }
}

fn reset(world: &World, _: &Person, address: &Identifier, token: SecretString) -> Result<(), Option<ProofProblem>> {
    let command = ResetCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        token,
        new_password: secret("SamplePass456$%^"),
        origin: sample_origin(),
    };
    match at_once(world.reset_password().run(command)) {
        Ok(()) => Ok(()),
        Err(Halt::Refused(ResetPasswordRefusal::VerificationToken(problem))) => Err(Some(problem)),
        Err(_) => Err(None),
    }
}

fn presence(world: &World, person: &Person, _: &Identifier, token: SecretString) -> Result<(), Option<ProofProblem>> {
    let evidence = PresenceEvidence::VerificationToken(token);
    match at_once(world.prove_presence().run(&world.caller(person), evidence, &sample_origin())) {
        Ok(_) => Ok(()),
        Err(Halt::Refused(ProvePresenceRefusal::VerificationToken(problem))) => Err(Some(problem)),
        Err(_) => Err(None),
    }
}

/// Who sets the address that the account already has proves it.
fn contact(
    world: &World,
    person: &Person,
    address: &Identifier,
    token: SecretString,
) -> Result<(), Option<ProofProblem>> {
    let command = ChangeContactCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        verification_token: token,
        sudo_token: Some(world.proof_of_presence(person)),
        origin: person.origin(),
    };
    match at_once(world.change_contact().run(&world.caller(person), command)) {
        Ok(()) => Ok(()),
        Err(Halt::Refused(ChangeContactRefusal::VerificationToken(problem))) => Err(Some(problem)),
        Err(_) => Err(None),
    }
}

/// Asks for a code to this address.
fn ask(world: &World, address: &Identifier, origin: &Origin) -> VerificationId {
    let command = SendCodeCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        target: Target::Any,
        holder: None,
        present: None,
        language: None,
        origin: origin.clone(),
    };
    at_once(world.send_code().run(command)).expect("sent").verification
}

/// Trades the right code for its proof.
fn verify(world: &World, id: VerificationId) -> SecretString {
    let command = VerifyCodeCommand {
        verification_id: id.to_string(),
        code: VerificationCode::derive(&world.key, id).expose().to_owned(),
        origin: sample_origin(),
    };
    let receipt = at_once(world.verify_code().run(command)).expect("the right code");
    receipt.token.expose().into()
}

#[test]
fn a_code_from_before_the_account_had_the_address_opens_nothing() {
    for (what, open) in EVERYTHING {
        let (world, address, origin) = (World::new(), sample_email(), sample_origin());
        let ann = world.ann();
        let id = ask(&world, &address, &origin);
        world.pass(1);
        world.readdress(ann.id(), address.clone());
        world.pass(60);
        let token = verify(&world, id);
        for _ in 0..2 {
            let refused = open(&world, &ann, &address, token.clone());
            assert_eq!(refused, Err(Some(ProofProblem::BeforeTheAccount)), "{what}, and again: it stays unspent");
        }
        let fresh = ask(&world, &address, &origin);
        assert_ne!(fresh, id, "{what}: the code that was checked is used up");
        assert_eq!(open(&world, &ann, &address, verify(&world, fresh)), Ok(()), "{what}, asked for again");
    }
}

#[test]
fn a_code_from_the_same_instant_opens_everything() {
    for (what, open) in EVERYTHING {
        let (world, address, origin) = (World::new(), sample_email(), sample_origin());
        let ann = world.ann();
        let id = ask(&world, &address, &origin);
        world.readdress(ann.id(), address.clone());
        world.pass(60);
        assert_eq!(open(&world, &ann, &address, verify(&world, id)), Ok(()), "{what}");
    }
}

/// Whoever asks again before checking anything is sent the code that they have, which stays as old as it is.
#[test]
fn a_code_that_is_sent_again_stays_as_old_as_it_is() {
    let (world, address, origin) = (World::new(), sample_email(), sample_origin());
    let ann = world.ann();
    let id = ask(&world, &address, &origin);
    world.pass(1);
    world.readdress(ann.id(), address.clone());
    world.pass(60);
    assert_eq!(ask(&world, &address, &origin), id, "the same code");
    let refused = sign_in(&world, &ann, &address, verify(&world, id));
    assert_eq!(refused, Err(Some(ProofProblem::BeforeTheAccount)));
    world.pass(60);
    assert_eq!(sign_in(&world, &ann, &address, verify(&world, ask(&world, &address, &origin))), Ok(()));
}
