//! What owners are told of, whatever changes their accounts. That the messages go with the change is a promise of the
//! stores; here is what the use cases ask for.

use auth_application::account::{ChangeContactCommand, EditCommand, ResetCommand, SetPasswordCommand};
use auth_contracts::samples::{SampleAccount, sample_email, sample_external_profile, sample_phone_number};
use auth_domain::identifier::IdentifierKind;
use auth_domain::messages::{Channel, Language, Notice, NoticeKind, QueuedContent};
use auth_domain::origin::Origin;

use crate::world::{Origins as _, PASSWORD, Person, World, at_once, operator, secret};

const NEW: &str = "SamplePass456$%^";

/// A world whose owners are told, with Ann, who has an e-mail address, a username and a password.
fn with_ann() -> (World, Person) {
    let mut world = World::new();
    world.rules.owners_are_told = true;
    let ann = world.ann();
    (world, ann)
}

/// The notices that wait, each with the channel of its address.
fn told(world: &World) -> Vec<(Channel, Notice)> {
    let notice = |content| match content {
        QueuedContent::Notice(notice) => notice,
        QueuedContent::Code(code) => panic!("a code: {code:?}"),
    };
    world.stores.queued().into_iter().map(|message| (message.channel, notice(message.content))).collect()
}

fn kinds(world: &World) -> Vec<NoticeKind> {
    told(world).into_iter().map(|(_, notice)| notice.kind).collect()
}

#[test]
fn of_a_password() {
    let (world, ann) = with_ann();
    let set = |old: Option<&str>| SetPasswordCommand {
        new_password: secret(NEW),
        old_password: old.map(secret),
        sudo_token: None,
        origin: ann.origin(),
    };
    at_once(world.set_password().run(&world.caller(&ann), set(Some("wrong")))).expect_err("a wrong password");
    assert_eq!(kinds(&world), [], "of what was refused");
    at_once(world.set_password().run(&world.caller(&ann), set(Some(PASSWORD)))).expect("changed");
    at_once(world.set_user_password().run(ann.id(), None, &operator())).expect("changed by an operator");
    assert_eq!(kinds(&world), [NoticeKind::PasswordChanged, NoticeKind::PasswordChanged]);
}

#[test]
fn of_an_address_that_is_replaced_at_the_old_one() {
    let (world, ann) = with_ann();
    let address = sample_email();
    let command = ChangeContactCommand {
        kind: IdentifierKind::EMAIL,
        address: address.shown().to_owned(),
        verification_token: world.proof_of_address(&address),
        sudo_token: Some(world.proof_of_presence(&ann)),
        origin: ann.origin(),
    };
    at_once(world.change_contact().run(&world.caller(&ann), command)).expect("changed");
    let notice = Notice::about(NoticeKind::ContactChanged, address.masked());
    assert_eq!(told(&world), [(Channel::EMAIL, notice)]);
    assert_eq!(world.stores.queued()[0].to, *ann.email(), "where it goes");
}

#[test]
fn of_names_and_identities() {
    let (world, ann) = with_ann();
    let rename = EditCommand { username: Some("ann.other".to_owned()), ..EditCommand::default() };
    at_once(world.edit_account().run(&world.caller(&ann), rename, &ann.origin())).expect("renamed");
    let profile = sample_external_profile();
    let token = world.proof_of_identity(&profile);
    at_once(world.bind_identity().bind(&world.caller(&ann), &token, None, &ann.origin())).expect("bound");
    let provider = profile.provider.as_str();
    at_once(world.bind_identity().unbind(&world.caller(&ann), provider, None, &ann.origin())).expect("unbound");
    let renamed = EditCommand { name: Some("Ann".to_owned()), ..EditCommand::default() };
    at_once(world.edit_account().run(&world.caller(&ann), renamed, &ann.origin())).expect("another profile");
    let expected = [
        Notice::of(NoticeKind::UsernameChanged),
        Notice::about(NoticeKind::IdentityAdded, provider.to_owned()),
        Notice::about(NoticeKind::IdentityRemoved, provider.to_owned()),
    ];
    assert_eq!(told(&world), expected.map(|notice| (Channel::EMAIL, notice)));
}

#[test]
fn of_the_end_of_all_sessions_and_of_the_account() {
    let (world, ann) = with_ann();
    at_once(world.end_sessions().all(&world.caller(&ann), &ann.origin())).expect("ended");
    at_once(world.user_sessions().end_all(ann.id(), &operator())).expect("none are left");
    assert_eq!(kinds(&world), [NoticeKind::SessionsEnded]);
    let ben = world.ann();
    let token = world.proof_of_presence(&ben);
    at_once(world.delete_account().run(&world.caller(&ben), &token, &ben.origin())).expect("deleted");
    assert_eq!(kinds(&world), [NoticeKind::SessionsEnded, NoticeKind::AccountDeleted]);
    let eve = world.ann();
    at_once(world.delete_user().run(eve.id(), &operator())).expect("deleted by an operator");
    assert_eq!(kinds(&world).len(), 2, "operators tell of deletions themselves");
}

/// The profile decides, and else the request.
#[test]
fn in_their_language() {
    for (locale, of_request, language) in [
        (Some("en-GB"), Some(Language::Chinese), Language::English),
        (Some("fr"), Some(Language::English), Language::English),
        (None, Some(Language::English), Language::English),
        (None, None, Language::Chinese),
    ] {
        let mut world = World::new();
        world.rules.owners_are_told = true;
        let mut sample = SampleAccount::new().with_email();
        sample.account.profile.locale = locale.map(str::to_owned);
        let person = world.person(sample);
        let mut origin = person.origin();
        origin.language = of_request;
        at_once(world.end_sessions().all(&world.caller(&person), &origin)).expect("ended");
        let told = world.stores.queued().into_iter().map(|message| message.language);
        assert_eq!(told.collect::<Vec<_>>(), [language], "{locale:?}, {of_request:?}");
    }
}

/// A thief who added an address and an identity is put out by whoever has the older address, and both hear of it.
#[test]
fn of_what_a_reset_removes() {
    let (world, ann) = with_ann();
    world.pass(86_400);
    let phone = sample_phone_number();
    let caller = world.caller(&ann);
    let profile = sample_external_profile();
    let identity = world.proof_of_identity(&profile);
    let sudo = world.proof_of_presence(&ann);
    at_once(world.bind_identity().bind(&caller, &identity, Some(&sudo), &ann.origin())).expect("bound");
    let command = ChangeContactCommand {
        kind: IdentifierKind::PHONE_NUMBER,
        address: phone.shown().to_owned(),
        verification_token: world.proof_of_address(&phone),
        sudo_token: Some(world.proof_of_presence(&ann)),
        origin: ann.origin(),
    };
    at_once(world.change_contact().run(&caller, command)).expect("added");
    let before = world.stores.queued().len();
    let reset = ResetCommand {
        kind: IdentifierKind::EMAIL,
        address: ann.email().shown().to_owned(),
        token: world.proof_of_address(ann.email()),
        new_password: secret(NEW),
        origin: ann.origin(),
    };
    at_once(world.reset_password().run(reset)).expect("reset");
    let listed =
        Notice { kind: NoticeKind::AccountRecovered, about: vec![phone.masked(), profile.provider.to_string()] };
    let expected = [(Channel::EMAIL, listed.clone()), (Channel::SMS, listed)];
    assert_eq!(told(&world)[before..], expected);
    let account = world.account(ann.id());
    assert_eq!(account.identifier(IdentifierKind::PHONE_NUMBER), None, "the thief's address");
    assert_eq!(account.external_identities, [], "the thief's identity");
}

/// Only where the setting says so, and once for each device.
#[test]
fn of_a_sign_in_on_a_new_device() {
    for is_on in [false, true] {
        let (mut world, ann) = with_ann();
        world.rules.new_devices_are_told = is_on;
        let elsewhere = ann.origin().elsewhere();
        let without_device = Origin { device: None, ..ann.origin() };
        for (origin, is_new) in
            [(ann.origin(), false), (elsewhere.clone(), true), (elsewhere, false), (without_device, true)]
        {
            let before = kinds(&world).len();
            world.sign_in_from(&ann, origin.clone());
            let expected = if is_on && is_new { vec![NoticeKind::NewDevice] } else { vec![] };
            assert_eq!(kinds(&world)[before..], expected, "on: {is_on}, {origin:?}");
        }
    }
}
