//! Promises of `rotate`, for clients that the session does not belong to.

use auth_domain::clients::{ClientFilter, ClientId};
use auth_ports::{RotateRequest, Rotation};

use super::acts::{is_alive, is_success, rotate, signed_up};
use crate::Stores;
use crate::samples::{at, sample_rotate};

/// A client that may not continue a session neither continues nor ends it, whatever the token is worth.
pub async fn another_clients_token_is_unknown(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let own = session.origin.client.clone();
    let by = |clients: ClientFilter, generation, second| RotateRequest {
        clients,
        ..sample_rotate(&session, generation, at(second))
    };
    let others = [
        ClientFilter::Only(vec![another()]),
        ClientFilter::Only(vec![]),
        ClientFilter::Except(vec![another(), own.clone()]),
    ];
    for clients in &others {
        assert_eq!(rotate(&stores, by(clients.clone(), 0, 0)).await, Rotation::Unknown, "{clients:?}");
    }
    for clients in [ClientFilter::Only(vec![another(), own]), ClientFilter::Except(vec![another()])] {
        let rotation = rotate(&stores, by(clients.clone(), 0, 1)).await;
        assert!(is_success(&rotation), "{clients:?}: {rotation:?}");
    }
    for clients in others {
        assert_eq!(rotate(&stores, by(clients.clone(), 0, 99)).await, Rotation::Unknown, "a replay: {clients:?}");
    }
    assert!(is_alive(&stores, &session).await, "another client ended the session");
}

fn another() -> ClientId {
    ClientId::parse("another-app").expect("a client id")
}
