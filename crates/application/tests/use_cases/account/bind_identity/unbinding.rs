//! Unbinding an identity.

use auth_application::account::BindIdentityRefusal;
use auth_application::account::BindIdentityRefusal::{LastWayIn, NotBound, NotPresent, SudoToken};
use auth_application::kit::{Caller, Halt};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::events::EventKind;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::identifier::AllowedCountries;
use auth_domain::messages::Channel;
use auth_domain::origin::Origin;
use secrecy::SecretString;

use super::{subjects_of, while_signing_out};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, World, at_once, secret};

/// The caller, and the provider to unbind from.
type Unbinding = (Caller, &'static str);

const UNBOUND: Effects = Effects { changed: 1, events: &[EventKind::IdentityUnbound], ..NOTHING };

async fn unbind(world: &World, (caller, provider): Unbinding) -> Result<(), Halt<BindIdentityRefusal>> {
    let origin = origin_of(world, &caller);
    world.bind_identity().unbind(&caller, provider, None, &origin).await
}

/// Where the caller signed in.
fn origin_of(world: &World, caller: &Caller) -> Origin {
    world.stores.sessions_of(caller.account.id).swap_remove(0).origin
}

fn of(world: &World, sample: SampleAccount) -> Unbinding {
    (world.caller(&world.person(sample.with_external_identity())), "github")
}

/// Somebody with one identity at a configured third party and one at a former one, who unbinds the one at `provider`.
fn with_former_identity(world: &World, provider: &'static str) -> Unbinding {
    let person = world.person(SampleAccount::new().with_external_identity());
    let former = ProviderId::parse("former").expect("a provider");
    world.bind(person.id(), ExternalProfile { provider: former, ..samples::sample_external_profile() });
    (world.caller(&person), provider)
}

#[test]
fn an_identity_is_unbound_unless_it_is_the_last_way_in() {
    check(UNBINDING, unbind);
}

const UNBINDING: &[Row<Unbinding, (), BindIdentityRefusal>] = &[
    (
        "there is an address too",
        |world| of(world, SampleAccount::new().with_email()),
        Done(|world, (caller, _), ()| assert_eq!(subjects_of(world, caller), [""; 0])),
        UNBOUND,
    ),
    ("there is no other way in", |world| of(world, SampleAccount::new()), refused!(LastWayIn), NOTHING),
    (
        "a username without password is no way in",
        |world| of(world, SampleAccount::new().with_username(&samples::sample_username())),
        refused!(LastWayIn),
        NOTHING,
    ),
    (
        "the other identity is at a third party that is no longer configured",
        |world| with_former_identity(world, "github"),
        refused!(LastWayIn),
        NOTHING,
    ),
    (
        "the identity at a third party that is no longer configured",
        |world| with_former_identity(world, "former"),
        Done(|world, (caller, _), ()| assert_eq!(subjects_of(world, caller).len(), 1)),
        UNBOUND,
    ),
    (
        "no codes are sent to the address any more",
        |world| {
            world.rules.channels = vec![Channel::SMS];
            of(world, SampleAccount::new().with_email())
        },
        refused!(LastWayIn),
        NOTHING,
    ),
    (
        "no codes are sent to the country of the phone number any more",
        |world| {
            world.rules.sms_countries = AllowedCountries::only([1]);
            of(world, SampleAccount::new().with_phone_number())
        },
        refused!(LastWayIn),
        NOTHING,
    ),
    (
        "no codes are sent to the phone number, which goes with a password",
        |world| {
            world.rules.channels = vec![Channel::EMAIL];
            of(world, SampleAccount::new().with_phone_number().with_password())
        },
        Done(|world, (caller, _), ()| assert_eq!(subjects_of(world, caller), [""; 0])),
        UNBOUND,
    ),
    (
        "a quarter of an hour after signing in",
        |world| {
            let unbinding = of(world, SampleAccount::new().with_email());
            world.pass(899);
            unbinding
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    ("nothing is bound", |world| (world.caller(&world.ann()), "github"), refused!(NotBound), NOTHING),
    (
        "another provider is bound",
        |world| (of(world, SampleAccount::new().with_email()).0, "google"),
        refused!(NotBound),
        NOTHING,
    ),
    ("no provider's name", |world| (of(world, SampleAccount::new().with_email()).0, "?"), refused!(NotBound), NOTHING),
    (
        "signed out in this moment",
        |world| while_signing_out(world, |world, person| (world.caller(person), "github")),
        refused!(NotBound),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
    (
        "the accounts are away",
        |world| of(world.without(|ports| &ports.accounts), SampleAccount::new().with_email()),
        Failed,
        NOTHING,
    ),
];

/// The caller, and the proof of presence.
type PresentUnbinding = (Caller, SecretString);

async fn unbind_with_sudo(world: &World, (caller, sudo): PresentUnbinding) -> Result<(), Halt<BindIdentityRefusal>> {
    let origin = origin_of(world, &caller).elsewhere();
    world.bind_identity().unbind(&caller, "github", Some(&sudo), &origin).await
}

/// A request by somebody with an address and an identity, an hour after they signed in.
fn unbinding_with_sudo(world: &World, sudo: impl FnOnce(&Person) -> SecretString) -> PresentUnbinding {
    let person = world.person(SampleAccount::new().with_email().with_external_identity());
    world.pass(3600);
    (world.caller(&person), sudo(&person))
}

fn nothing_is_bound(world: &World, (caller, _): &PresentUnbinding, (): ()) {
    assert_eq!(subjects_of(world, caller), [""; 0]);
}

#[test]
fn a_sudo_token_unbinds_anywhere() {
    check(UNBINDING_WITH_SUDO, unbind_with_sudo);
}

const UNBINDING_WITH_SUDO: &[Row<PresentUnbinding, (), BindIdentityRefusal>] = &[
    (
        "their own",
        |world| unbinding_with_sudo(world, |person| world.proof_of_presence(person)),
        Done(nothing_is_bound),
        Effects { spent: 1, ..UNBOUND },
    ),
    (
        "the same request again",
        |world| {
            let unbinding = unbinding_with_sudo(world, |person| world.proof_of_presence(person));
            at_once(unbind_with_sudo(world, unbinding.clone())).expect("unbound");
            unbinding
        },
        Done(nothing_is_bound),
        NOTHING,
    ),
    (
        "the same request twice at once",
        |world| {
            let unbinding = unbinding_with_sudo(world, |person| world.proof_of_presence(person));
            let twin = unbinding.clone();
            world.meanwhile(|world| at_once(unbind_with_sudo(world, twin)).expect("unbound"));
            unbinding
        },
        Done(nothing_is_bound),
        Effects { spent: 1, ..UNBOUND },
    ),
    (
        "somebody else's",
        |world| unbinding_with_sudo(world, |_| world.proof_of_presence(&world.ann())),
        refused!(SudoToken),
        NOTHING,
    ),
    ("no token", |world| unbinding_with_sudo(world, |_| secret("?")), refused!(SudoToken), NOTHING),
];
