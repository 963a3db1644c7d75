//! Binding third parties' identities, and unbinding them.

mod binding;
mod unbinding;

use auth_application::kit::Caller;
use auth_contracts::samples::SampleAccount;

use crate::world::{Person, World};

/// The subjects of the identities that the user is bound to.
fn subjects_of(world: &World, caller: &Caller) -> Vec<String> {
    let bound = world.account(caller.account.id).external_identities;
    bound.into_iter().map(|identity| identity.profile.subject).collect()
}

/// A request that somebody with an address and an identity makes while they sign out.
fn while_signing_out<C>(world: &World, request: fn(&World, &Person) -> C) -> C {
    let person = world.person(SampleAccount::new().with_email().with_external_identity());
    let request = request(world, &person);
    world.meanwhile(move |world| world.sign_out(&person));
    request
}
