//! Grants that are traded.

use auth_application::provider::{ExchangeCommand, ProviderReceipt};
use auth_contracts::samples::sample_origin;
use auth_domain::external_identities::ClientNonce;
use auth_domain::origin::Origin;
use auth_domain::proofs::{ProofState, ProofSubject};
use auth_ports::{Clock as _, ExchangeError, Grant};
use chrono::TimeDelta;

use super::{PROVEN, Rows, answered, good, good_token, run, vouches, with_id_token, without_grant};
use crate::table::Expected::Done;
use crate::table::check;
use crate::world::{Origins as _, World, at_once, once_per, secret};

/// The proof is of the identity that the provider vouched for, for this client, unspent, for an hour.
fn is_proven(world: &World, command: &ExchangeCommand, receipt: ProviderReceipt) {
    let proof = world.proof_behind(&receipt.token.expose().into());
    assert_eq!(proof.subject, ProofSubject::External(Box::new(receipt.profile)));
    assert_eq!((&proof.client, proof.state), (&command.origin.client, ProofState::Unspent));
    assert_eq!((receipt.expires_in, proof.expires_at - world.clock.now()), (TimeDelta::hours(1), TimeDelta::hours(1)));
}

fn last_grant(world: &World) -> Grant {
    world.provider.grants().pop().expect("the provider was asked")
}

#[test]
fn what_a_provider_vouches_for_is_proven() {
    check(GOOD, run);
}

const GOOD: Rows = &[
    (
        "a code",
        |world| good(world),
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::Code { code, .. } if code == "a-code"));
            assert_eq!(world.stores.provider_flows(), [], "the flow has ended");
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "an ID token",
        |world| good_token(world),
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::IdToken { token, nonce: None } if token == "an-id-token"));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "an ID token and its nonce",
        |world| ExchangeCommand { nonce: Some(secret("a-nonce")), ..good_token(world) },
        Done(|world, command, receipt| {
            let Grant::IdToken { nonce, .. } = last_grant(world) else { panic!("an ID token") };
            assert_eq!(nonce, Some(ClientNonce::new("a-nonce".to_owned())));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "an ID token without a device",
        |world| ExchangeCommand { origin: Origin { device: None, ..sample_origin() }, ..good_token(world) },
        Done(is_proven),
        PROVEN,
    ),
    (
        "a code at the last moment",
        |world| {
            let command = good(world);
            world.pass(599);
            command
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "a code after one that was refused",
        |world| {
            let refused = answered(world, || Err(ExchangeError::Refused("the code is wrong")));
            at_once(run(world, refused.clone())).err().expect("a wrong code");
            world.provider.answer_with(vouches);
            refused
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "a code from another network",
        |world| {
            let command = good(world);
            let network = sample_origin().elsewhere().network;
            ExchangeCommand { origin: Origin { network, user_agent: None, ..command.origin }, ..command }
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "an access token",
        |world| ExchangeCommand { code: None, access_token: Some(secret("a-token")), ..good(world) },
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::AccessToken(token) if token == "a-token"));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "a minute after the last one",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, with_id_token())).err().expect("unsupported as yet");
            world.pass(60);
            good(world)
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "after a request that the provider was not asked about",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, without_grant())).err().expect("without a grant");
            good(world)
        },
        Done(is_proven),
        PROVEN,
    ),
];
