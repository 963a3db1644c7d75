//! Calls about sessions, limits and flows at third parties.

use auth_contracts::samples::{
    at, sample_address_proof, sample_begin, sample_event, sample_provider_flow, sample_provider_proof, sample_rotate,
    sample_session, sample_session_paid_by, sample_telling, start,
};
use auth_domain::events::EventKind;
use auth_domain::limits::{LimitKey, Quota};
use auth_domain::origin::Place;
use auth_domain::presence::Presence;
use auth_domain::sessions::NewSession;
use auth_ports::BeginSession;
use chrono::TimeDelta;

use super::made::{Calls, full};

impl Calls {
    pub(super) async fn sign_in(&mut self) {
        let sample = self.signed_up(full().with_external_identity()).await;
        let user = sample.account.id;
        let by_password =
            BeginSession { password: sample.account.password.clone(), ..sample_begin(sample_session(user)) };
        let told = BeginSession { telling: Some(sample_telling()), ..by_password.clone() };
        let told =
            BeginSession { session: sample_session(user), event: sample_event(user, EventKind::SignedIn), ..told };
        let address = sample.account.identifiers[0].identifier.clone();
        let (code, bound) = (sample_address_proof(address.clone()), sample.account.external_identity.expect("one"));
        let provider = sample_provider_proof(bound.clone());
        for proof in [&code, &provider] {
            self.stores.proofs.create(proof.clone()).await.expect("a proof");
        }
        self.prepared();
        let by_code = sample_begin(sample_session_paid_by(user, code.hash));
        let by_provider = sample_begin(sample_session_paid_by(user, provider.hash));
        for (name, begin) in [
            ("sign in with a password", by_password),
            ("sign in on a device that is new, of which the owner is told", told),
            ("sign in with a code", BeginSession { proven: Some(address), ..by_code.clone() }),
            (
                "sign in through a third party",
                BeginSession { identity: Some((bound.provider, bound.subject)), ..by_provider },
            ),
        ] {
            self.stores.sessions.begin(begin).await.expect(name);
            self.made(name);
        }
        let again = sample_begin(sample_session_paid_by(user, code.hash));
        self.stores.sessions.begin_repeated(again).await.expect("a repeated request");
        self.made("repeat a sign-in whose answer was lost");
    }

    pub(super) async fn refresh(&mut self) {
        let sample = self.signed_up(full()).await;
        let session = sample.account.session;
        for (name, generation, seconds) in
            [("refresh a session", 0, 60), ("use a refresh token once more, late", 0, 600)]
        {
            let request = sample_rotate(&session, generation, at(seconds));
            self.stores.sessions.rotate(request).await.expect("the store works");
            self.made(name);
        }
    }

    pub(super) async fn sessions(&mut self) {
        let sample = self.signed_up(full()).await;
        let NewSession { user, id, origin, .. } = sample.account.session.clone();
        let sessions = self.stores.sessions.clone();
        let presence = Presence { at: at(1), place: Place::of(&origin) };
        sessions.note_presence(user, id, presence).await.expect("works");
        self.made("note that the owner is there");
        sessions.list(user, start()).await.expect("works");
        self.made("list a user's sessions");
        sessions.list_kept(user, 10).await.expect("works");
        self.stores.known_devices.list(user, 10).await.expect("works");
        self.made("export a user's sessions and devices");
        sessions.end(user, id, sample_event(user, EventKind::SignedOut)).await.expect("works");
        self.made("sign out");
        let event = sample_event(user, EventKind::SignedOut);
        sessions.end_all(user, None, None, event, Some(sample_telling())).await.expect("works");
        self.made("end all sessions of a user");
    }

    pub(super) async fn count(&mut self) {
        let quota = Quota { burst: 1, per: TimeDelta::seconds(60) };
        let limit = |whom: usize| (LimitKey::new("explained", &whom.to_string()), quota);
        let one = [limit(0)];
        self.stores.limits.admit_all(&one, start()).await.expect("works");
        self.made("count against one limit");
        self.stores.limits.admit_all(&one, start()).await.expect("works");
        self.made("count against a limit that is used up");
        let many: Vec<_> = (1..10).map(limit).collect();
        self.stores.limits.admit_all(&many, start()).await.expect("works");
        self.made("count against nine limits");
        self.stores.limits.refund(&many).await.expect("works");
        self.made("take back what nine limits counted");
        let keys: Vec<_> = many.iter().map(|(key, _)| *key).collect();
        self.stores.limits.forget_all(&keys).await.expect("works");
        self.made("forget what nine limits counted");
    }

    pub(super) async fn flows(&mut self) {
        let flow = sample_provider_flow();
        self.stores.provider_flows.begin(flow).await.expect("works");
        self.made("begin a sign-in at a third party");
        self.stores.provider_flows.find(&flow.key).await.expect("works");
        self.made("find a sign-in at a third party");
        self.stores.provider_flows.end(&flow).await.expect("works");
        self.made("end a sign-in at a third party");
    }
}
