//! Access tokens and the keys that check them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, ClientClaims};
use auth_ports::{AccessTokenChecker, AccessTokenMinter, ClientTokens, Failure, KeySetPublisher};

/// Signs nothing, and recognises its own tokens. It can be made to fail.
#[derive(Default)]
pub(crate) struct FakeTokens {
    pub(crate) fails: AtomicBool,
    minted: Mutex<HashMap<String, AccessClaims>>,
    minted_for_clients: Mutex<HashMap<String, ClientClaims>>,
}

impl FakeTokens {
    fn answer(&self) -> Result<(), Failure> {
        if self.fails.load(Ordering::Relaxed) { Err(Failure::internal("no key")) } else { Ok(()) }
    }
}

impl AccessTokenMinter for FakeTokens {
    fn mint(&self, claims: &AccessClaims) -> Result<String, Failure> {
        self.answer()?;
        let token = format!("token of {} in {} at {}", claims.user, claims.session, claims.issued_at);
        self.minted.lock().expect("not poisoned").insert(token.clone(), claims.clone());
        Ok(token)
    }
}

impl AccessTokenChecker for FakeTokens {
    fn check(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        self.check_whenever(token).filter(|claims| now < claims.expires_at)
    }

    fn check_whenever(&self, token: &str) -> Option<AccessClaims> {
        self.minted.lock().expect("not poisoned").get(token).cloned()
    }
}

impl ClientTokens for FakeTokens {
    fn mint_for_client(&self, claims: &ClientClaims) -> Result<String, Failure> {
        self.answer()?;
        let token = format!("token of client {} at {}", claims.client, claims.issued_at);
        self.minted_for_clients.lock().expect("not poisoned").insert(token.clone(), claims.clone());
        Ok(token)
    }

    fn check_client(&self, token: &str, now: Timestamp) -> Option<ClientClaims> {
        let claims = self.minted_for_clients.lock().expect("not poisoned").get(token).cloned();
        claims.filter(|claims| now < claims.expires_at)
    }
}

impl KeySetPublisher for FakeTokens {
    fn key_set(&self) -> String {
        r#"{"keys":[]}"#.to_owned()
    }
}
