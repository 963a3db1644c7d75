//! Calls about accounts.

use auth_contracts::samples::{
    SampleAccount, at, sample_email, sample_event, sample_external_profile, sample_fingerprint, sample_made_account,
    sample_marks, sample_operator_event, sample_password_hash, sample_profile, sample_proof, sample_telling,
    sample_unbinding, start,
};
use auth_domain::accounts::change::{AccountChange, AccountDeletion, Author, Change, SessionsToEnd};
use auth_domain::accounts::{AccountIdentifier, UserId, UserStatus};
use auth_domain::admin::{NamePage, UserFilter, UserPage};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::EventKind;
use auth_domain::identifier::{Beginning, IdentifierKind};
use auth_domain::payment::Payment;

use super::made::{Calls, full};

impl Calls {
    pub(super) async fn sign_up(&mut self) {
        // So many that they certainly lie apart.
        let several_proofs =
            (0..8).fold(SampleAccount::new().with_email(), |sample, _| sample.with_proof(sample_proof()));
        for (name, sample) in [
            ("sign up with an address, a name and a password", full()),
            ("sign up through a third party", SampleAccount::new().with_external_identity()),
            ("sign up with several proofs", several_proofs),
            ("sign in anonymously for the first time", SampleAccount::anonymous()),
        ] {
            self.stores.keep_proofs(&sample).await;
            self.prepared();
            self.stores.accounts.register(sample.account).await.expect(name);
            self.made(name);
        }
        let anonymous = self.signed_up(SampleAccount::anonymous()).await;
        let sample = SampleAccount::new().with_email().of_anonymous(&anonymous);
        self.stores.keep_proofs(&sample).await;
        self.prepared();
        self.stores.accounts.register(sample.account).await.expect("an anonymous user signs up");
        self.made("sign up as an anonymous user");
    }

    pub(super) async fn find(&mut self) {
        let sample = self.signed_up(full().with_external_identity()).await;
        let (accounts, account) = (self.stores.accounts.clone(), &sample.account);
        let address = &account.identifiers[0].identifier;
        assert!(accounts.find_in_session(account.id, account.session.id, start()).await.expect("works").is_some());
        self.made("find out who calls");
        assert!(accounts.find(account.id).await.expect("works").is_some());
        self.made("find an account");
        assert!(accounts.find_by_identifier(address).await.expect("works").is_some());
        self.made("find the account of an address or a name");
        assert_eq!(accounts.find_owner(address).await.expect("works"), Some(account.id));
        self.made("find the owner of an address or a name");
        let bound = account.external_identity.as_ref().expect("one");
        assert!(accounts.find_by_external_identity(&bound.provider, &bound.subject).await.expect("works").is_some());
        self.made("find the account of a third party's identity");
        let device = sample_marks().marked(account.id, account.session.origin.device.as_ref().expect("one"));
        assert!(self.stores.known_devices.knows(account.id, &device, start()).await.expect("works"));
        self.made("ask whether an account knows a device");
    }

    pub(super) async fn change(&mut self) {
        let sample = self.signed_up(full()).await;
        let user = sample.account.id;
        let proven = sample.account.identifiers[0].identifier.clone();
        for (name, change) in [
            ("change a profile", Change::Profile(sample_profile())),
            ("change a password", Change::Password(sample_password_hash())),
            ("mark an address as proven", Change::Proven(proven)),
        ] {
            self.stores.accounts.change(owner_changes(user, change)).await.expect(name);
            self.made(name);
        }
        let old = sample.account.password.expect("one");
        let new: PasswordHash = sample_password_hash();
        self.stores.accounts.renew_password_hash(user, old, new).await.expect("works");
        self.made("renew the hash of a password");
        let deletion = AccountDeletion {
            user,
            by: Author::Operator,
            payment: None,
            event: sample_event(user, EventKind::AccountDeleted),
            telling: None,
            at: at(60),
        };
        self.stores.accounts.delete(deletion).await.expect("deleted");
        self.made("delete an account");
    }

    pub(super) async fn change_ways_in(&mut self) {
        let sample = self.signed_up(full()).await;
        let (user, added_at) = (sample.account.id, at(60));
        let address = AccountIdentifier { identifier: sample_email(), verified_at: Some(added_at), added_at };
        let bound = sample_external_profile();
        let provider = bound.provider.clone();
        for (name, change) in [
            ("change an address", Change::Identifier(address)),
            ("bind a third party's identity", Change::Bind(Box::new(bound))),
            ("unbind a third party's identity", Change::Unbind(sample_unbinding(provider, Vec::new()))),
        ] {
            let proof = sample_proof();
            self.stores.proofs.create(proof.clone()).await.expect("a proof");
            self.prepared();
            let payment = Payment::with(vec![proof.hash], Vec::new(), sample_fingerprint());
            let change = AccountChange { payment, telling: Some(sample_telling()), ..owner_changes(user, change) };
            self.stores.accounts.change(change).await.expect(name);
            self.made(name);
        }
    }

    pub(super) async fn operate(&mut self) {
        let users = self.stores.users.clone();
        let made = sample_made_account();
        let created = sample_event(made.id, EventKind::UserCreated);
        users.create(made.clone(), created).await.expect("created");
        self.made("create a user");
        let blocked = sample_event(made.id, EventKind::UserBlocked);
        users.set_status(made.id, UserStatus::Blocked, blocked, at(1)).await.expect("works");
        self.made("block a user");
        let batch = (0..6).map(|_| sample_made_account()).collect();
        users.import(batch, sample_operator_event(EventKind::UserCreated)).await.expect("works");
        self.made("import users");
        users.list(UserPage { after: None, limit: 10 }).await.expect("works");
        self.made("list users");
        let filter = UserFilter { status: Some(UserStatus::Active), ..UserFilter::default() };
        users.search(filter.clone(), UserPage { after: None, limit: 10 }).await.expect("works");
        self.made("search users by status and time");
        let beginnings = vec![Beginning { kind: IdentifierKind::USERNAME, text: String::new() }];
        users.search_by_name(NamePage { beginnings, filter, after: None, limit: 10 }).await.expect("works");
        self.made("search users by a beginning");
        users.sample_hashes(PasswordHash::DEFAULT_COST, 3).await.expect("works");
        self.made("look for hashes of another cost");
    }
}

fn owner_changes(user: UserId, change: Change) -> AccountChange {
    AccountChange {
        user,
        by: Author::Owner { session: None },
        changes: vec![change],
        payment: None,
        end_sessions: SessionsToEnd::None,
        events: vec![sample_event(user, EventKind::ProfileChanged)],
        telling: None,
        at: at(60),
    }
}
