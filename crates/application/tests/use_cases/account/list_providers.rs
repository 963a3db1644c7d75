//! Listing third parties.

use auth_contracts::samples::{SampleAccount, sample_external_profile};
use auth_domain::external_identities::{ExternalProfile, ProviderId};

use crate::world::World;

#[test]
fn every_provider_is_told_with_the_identity_there() {
    let at = |provider: &str| ExternalProfile {
        provider: ProviderId::parse(provider).expect("a provider"),
        ..sample_external_profile()
    };
    // Only `github` is configured.
    for (what, bound, expected) in [
        ("nothing is bound", None, vec![("github", false)]),
        ("the configured one is bound", Some(at("github")), vec![("github", true)]),
        ("one is bound that is not configured any more", Some(at("google")), vec![("github", false), ("google", true)]),
    ] {
        let world = World::new();
        let sample = SampleAccount::new().with_email();
        let sample = match &bound {
            Some(profile) => sample.with_external_profile(profile.clone()),
            None => sample,
        };
        let account = world.account(world.person(sample).id());
        let listed = world.list_providers().of(&account);
        let told: Vec<_> = listed.iter().map(|(id, identity)| (id.as_str(), identity.is_some())).collect();
        assert_eq!(told, expected, "{what}");
        let profiles = listed.into_iter().filter_map(|(_, identity)| identity.map(|identity| identity.profile));
        assert_eq!(profiles.collect::<Vec<_>>(), Vec::from_iter(bound), "{what}");
    }
}
