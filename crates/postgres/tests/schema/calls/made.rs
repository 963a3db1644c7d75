//! How calls are made and noted.

use auth_contracts::Stores;
use auth_contracts::samples::{SampleAccount, sample_username};
use auth_tests::{Explained, ExplainedStatement};

/// A call and its statements.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) statements: Vec<ExplainedStatement>,
}

/// Makes the calls.
pub(crate) struct Calls {
    pub(super) stores: Stores,
    explained: Explained,
    made: Vec<Call>,
}

/// Makes every call, in groups that need nothing of each other.
pub(crate) async fn make_all(stores: Stores, explained: Explained) -> Vec<Call> {
    let mut calls = Calls { stores, explained, made: Vec::new() };
    calls.sign_up().await;
    calls.sign_in().await;
    calls.refresh().await;
    calls.find().await;
    calls.send_codes().await;
    calls.deliver().await;
    calls.prove().await;
    calls.trade_proofs().await;
    calls.count().await;
    calls.flows().await;
    calls.change().await;
    calls.change_ways_in().await;
    calls.sessions().await;
    calls.operate().await;
    calls.events().await;
    calls.tell().await;
    calls.sweep().await;
    calls.made
}

impl Calls {
    /// What came before was only preparation.
    pub(super) fn prepared(&mut self) {
        self.explained.statements();
    }

    /// Notes what the call took that was just made.
    pub(super) fn made(&mut self, name: &'static str) {
        let statements = self.explained.statements();
        assert!(!statements.is_empty(), "{name}: no statement was explained");
        self.made.push(Call { name, statements });
    }

    pub(super) async fn signed_up(&mut self, sample: SampleAccount) -> SampleAccount {
        self.stores.sign_up(&sample).await;
        self.prepared();
        sample
    }
}

/// An account with an address, a name and a password.
pub(super) fn full() -> SampleAccount {
    SampleAccount::new().with_email().with_username(&sample_username()).with_password().with_profile()
}
