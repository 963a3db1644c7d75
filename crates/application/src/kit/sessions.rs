//! Sessions of existing users, the tokens that carry them, and the proofs that pay for them.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::accounts::telling::Telling;
use auth_domain::credentials::PasswordHash;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::Identifier;
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, RefreshToken, Session, SessionId, SessionPolicy};
use auth_ports::{
    AccessTokenMinter, BeginRefusal, BeginSession, Failure, Halt, Halted as _, Happened, RepeatRefusal,
    SessionBeginning, SessionStore, refuse,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::kit::{DeviceCheck, Recorder, Worth};

/// What a client gets when a session begins or continues: the token answer of the protocol.
#[derive(Clone)]
pub struct Tokens {
    /// The signed access token, which is a secret.
    pub access_token: String,
    /// The opaque refresh token, which is a secret.
    pub refresh_token: String,
    /// How long the access token is valid.
    pub expires_in: TimeDelta,
    /// The user whose session it is.
    pub user: UserId,
    /// The scope of the session.
    pub scope: Scope,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Begins sessions and makes their tokens. It is cheap to clone and part of every use case that signs users in.
#[derive(Clone)]
pub struct Sessions {
    store: Arc<dyn SessionStore>,
    minter: Arc<dyn AccessTokenMinter>,
    recorder: Recorder,
    key: ServerKey,
    policy: SessionPolicy,
    access_ttl: TimeDelta,
    /// What is asked about the device of a sign-in; `None` if owners are not told of new ones.
    devices: Option<DeviceCheck>,
}

/// A user who signs in, and how they proved who they are.
pub(crate) struct Arrival<'a> {
    pub(crate) user: UserId,
    pub(crate) origin: &'a Origin,
    pub(crate) scope: Scope,
    pub(crate) method: Method,
    pub(crate) payment: Option<Payment>,
    pub(crate) shown: Shown,
}

/// Which part of the account the sign-in confirmed.
#[derive(Clone)]
pub(crate) enum Shown {
    /// Something that the account does not store.
    Other,
    /// This password hash.
    Password(PasswordHash),
    /// Control of this address.
    Address(Identifier),
    /// The identity with this subject at a third party.
    Identity(ProviderId, String),
}

/// What a session is begun with.
pub(crate) struct Begin<'a> {
    pub(crate) user: UserId,
    pub(crate) origin: &'a Origin,
    pub(crate) scope: Scope,
    pub(crate) method: Method,
    pub(crate) paid_by: Option<SecretHash>,
    pub(crate) now: Timestamp,
}

impl Sessions {
    /// Builds it from the rules for sessions and the keys for tokens.
    #[must_use]
    pub fn new(
        store: Arc<dyn SessionStore>,
        minter: Arc<dyn AccessTokenMinter>,
        recorder: Recorder,
        key: ServerKey,
        policy: SessionPolicy,
        access_ttl: TimeDelta,
    ) -> Self {
        Self { store, minter, recorder, key, policy, access_ttl, devices: None }
    }

    /// From now on, owners are told of sign-ins on devices that their accounts do not know.
    #[must_use]
    pub fn telling_of_new_devices(self, devices: DeviceCheck) -> Self {
        Self { devices: Some(devices), ..self }
    }

    /// Begins a session and spends the proof that pays for it.
    pub(crate) async fn begin(&self, arrival: Arrival<'_>) -> Result<Tokens, Halt<BeginRefusal>> {
        let telling = self.telling_of_device(&arrival).await?;
        let (begin, tokens) = self.prepare(arrival)?;
        let is_told = telling.is_some();
        self.store.begin(BeginSession { telling, ..begin }).await?;
        self.recorder.count(Happened::SessionBegun(SessionBeginning::SignIn));
        if is_told {
            self.recorder.told();
        }
        Ok(tokens)
    }

    /// Returns how the owner is told of the sign-in, if it is on a device that the account does not know.
    async fn telling_of_device(&self, arrival: &Arrival<'_>) -> Result<Option<Telling>, Failure> {
        match &self.devices {
            Some(devices) if !devices.knows(arrival.user, arrival.origin).await? => {
                Ok(self.recorder.telling(arrival.origin.language))
            }
            _ => Ok(None),
        }
    }

    /// Begins another session for a request whose answer may have been lost.
    pub(crate) async fn begin_again(&self, arrival: Arrival<'_>) -> Result<Tokens, Halt<BeginRefusal>> {
        let (begin, tokens) = self.prepare(arrival)?;
        self.store.begin_repeated(begin).await.refused_as(|RepeatRefusal| BeginRefusal::ProofUnusable)?;
        self.recorder.count(Happened::SessionBegun(SessionBeginning::Repeated));
        Ok(tokens)
    }

    /// Begins a session: the first one if the proof pays now, another one if it has already paid for this request.
    pub(crate) async fn begin_paid(&self, arrival: Arrival<'_>, worth: Worth) -> Result<Tokens, Halt<BeginRefusal>> {
        match worth {
            Worth::Good => self.begin(arrival).await,
            Worth::Repeated(user) if user == arrival.user => self.begin_again(arrival).await,
            Worth::Repeated(_) => refuse(BeginRefusal::ProofUnusable),
        }
    }

    /// Makes a new session and its first tokens. Nothing is stored yet: the session goes into the transaction that it
    /// belongs to, and the tokens are worthless until that commits.
    pub(crate) fn issue(&self, begin: Begin<'_>) -> Result<(NewSession, Tokens), Failure> {
        let Begin { user, origin, scope, method, paid_by, now } = begin;
        let id = SessionId::new(self.recorder.draw());
        let refresh = RefreshToken::first(user, id, self.recorder.draw());
        let session = NewSession {
            id,
            user,
            origin: origin.clone(),
            scope,
            method: method.clone(),
            seed: refresh.seed_hash(),
            paid_by,
            created_at: now,
            expires_at: now + self.policy.refresh_ttl,
        };
        let claims = AccessClaims {
            user,
            session: id,
            client: origin.client.clone(),
            for_client: origin.client_is_proven,
            scope,
            method,
            issued_at: now,
            expires_at: session.expires_at,
        };
        let tokens = self.tokens(claims, &refresh)?;
        Ok((session, tokens))
    }

    /// Makes the tokens of a session. `claims` expire with the session; the access token expires no later than
    /// configured.
    pub(crate) fn tokens(&self, claims: AccessClaims, refresh: &RefreshToken) -> Result<Tokens, Failure> {
        let claims = AccessClaims { expires_at: claims.expires_at.min(claims.issued_at + self.access_ttl), ..claims };
        Ok(Tokens {
            access_token: self.minter.mint(&claims)?,
            refresh_token: refresh.seal(&self.key),
            expires_in: claims.expires_at - claims.issued_at,
            user: claims.user,
            scope: claims.scope,
        })
    }

    /// Reads a refresh token if this service made it.
    pub(crate) fn open(&self, refresh_token: &str) -> Option<RefreshToken> {
        RefreshToken::open(&self.key, refresh_token)
    }

    /// Returns the user's live sessions, newest first.
    pub(crate) async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, Failure> {
        self.store.list(user, now).await
    }

    /// Returns the name under which users see a device in the list of their own sessions. A device's id is a secret, so
    /// this is a keyed hash of it, which is another one for each user.
    pub(crate) fn device_name(&self, user: UserId, device: &str) -> String {
        let hash = self.key.hash(KeyUse::DeviceName, &[&user.as_i64().to_be_bytes(), device.as_bytes()]);
        URL_SAFE_NO_PAD.encode(hash)
    }

    /// Whether this is a name of the device, also one that was shown before the server's key was changed.
    pub(crate) fn is_device_name(&self, user: UserId, device: &str, name: &str) -> bool {
        let hashes = self.key.hashes(KeyUse::DeviceName, &[&user.as_i64().to_be_bytes(), device.as_bytes()]);
        hashes.map(|hash| URL_SAFE_NO_PAD.encode(hash)).any(|ours| ours == name)
    }

    /// Returns the rules for sessions.
    pub(crate) fn policy(&self) -> &SessionPolicy {
        &self.policy
    }

    fn prepare(&self, arrival: Arrival<'_>) -> Result<(BeginSession, Tokens), Failure> {
        let Arrival { user, origin, scope, method, payment, shown } = arrival;
        let now = self.recorder.now();
        let signed_in_by = method.name().to_owned();
        let paid_by = payment.as_ref().and_then(Payment::mark);
        let (session, tokens) = self.issue(Begin { user, origin, scope, method, paid_by, now })?;
        let event = self.recorder.own_event(EventKind::SignedIn, user, origin, now);
        let (password, proven, identity) = match shown {
            Shown::Other => (None, None, None),
            Shown::Password(hash) => (Some(hash), None, None),
            Shown::Address(address) => (None, Some(address), None),
            Shown::Identity(provider, subject) => (None, None, Some((provider, subject))),
        };
        let begin = BeginSession {
            session,
            payment,
            password,
            proven,
            identity,
            max_per_user: self.policy.max_per_user,
            event: NewEvent { method: Some(signed_in_by), ..event },
            telling: None,
        };
        Ok((begin, tokens))
    }
}
