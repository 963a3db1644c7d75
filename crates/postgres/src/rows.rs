//! Rows, and their conversion to domain values and back. The schema's constraints make the conversions safe; a row
//! that violates them is a failure of the store, not a panic.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::events::{Event, NewEvent};
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::fingerprint::Fingerprint;
use auth_domain::identifier::Schemes;
use auth_domain::proofs::{NewProof, Proof, ProofState, ProofSubject, REPEAT_WINDOW, Spending};
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, SessionId};
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::Voucher;
use auth_ports::Failure;
use diesel::prelude::*;
use diesel::result::Error as SqlError;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::schema::{events, proofs};
use crate::values::{Row, Value};

/// The error for a value that the schema should have made impossible.
pub(crate) fn corrupt(what: &'static str) -> Corrupt {
    Corrupt(what)
}

/// A stored value that cannot be read.
#[derive(Debug, Error)]
#[error("a stored {0} cannot be read")]
pub(crate) struct Corrupt(&'static str);

impl From<Corrupt> for Failure {
    fn from(corrupt: Corrupt) -> Self {
        Self::internal(corrupt)
    }
}

/// Converts it inside a transaction, where it counts like Diesel's own errors about rows.
impl From<Corrupt> for SqlError {
    fn from(corrupt: Corrupt) -> Self {
        Self::DeserializationError(corrupt.into())
    }
}

/// The row of a session that begins.
pub(crate) struct SessionRow<'a> {
    session: &'a NewSession,
    network: String,
}

impl<'a> From<&'a NewSession> for SessionRow<'a> {
    fn from(session: &'a NewSession) -> Self {
        Self { session, network: session.origin.network.to_string() }
    }
}

impl SessionRow<'_> {
    pub(crate) fn row(&self) -> Row<'_> {
        let Self { session, network } = self;
        Row {
            into: "sessions (user_id, id, client_id, device_id, network, user_agent, scope, method, seed_hash, \
                   paid_by, created_at, expires_at)",
            values: vec![
                Value::BigInt(Some(session.user.as_i64())),
                Value::Uuid(Some(session.id.as_uuid())),
                Value::Text(Some(session.origin.client.as_str())),
                Value::Text(session.origin.device.as_ref().map(|device| device.as_str())),
                Value::Text(Some(network)),
                Value::Text(session.origin.user_agent.as_deref()),
                Value::Text(Some(session.scope.name())),
                Value::Text(Some(session.method.name())),
                Value::Bytes(Some(session.seed.as_bytes())),
                Value::Bytes(session.paid_by.as_ref().map(|hash| &hash.as_bytes()[..])),
                Value::Time(Some(session.created_at)),
                Value::Time(Some(session.expires_at)),
            ],
        }
    }
}

/// Into how many buckets the events of nobody are spread.
const BUCKETS: u8 = 16;

/// By what an event is spread: the account, or for events of nobody a bucket, which is negative and follows from the event's
/// id.
fn place_of_event(user: Option<UserId>, id: Uuid) -> i64 {
    user.map_or_else(|| -1 - i64::from(id.as_bytes()[0] % BUCKETS), UserId::as_i64)
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    pub(crate) user_id: Option<i64>,
    pub(crate) actor: String,
    pub(crate) method: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) device_id: Option<String>,
    pub(crate) network: Option<String>,
}

impl From<&NewEvent> for EventRow {
    fn from(event: &NewEvent) -> Self {
        let origin = event.actor.origin();
        Self {
            id: event.id,
            at: event.at,
            kind: event.kind.name().to_owned(),
            user_id: Some(place_of_event(event.user, event.id)),
            actor: event.actor.name(),
            method: event.method.clone(),
            detail: event.detail.clone(),
            client_id: origin.map(|origin| origin.client.as_str().to_owned()),
            device_id: origin.and_then(|origin| origin.device.as_ref()).map(|device| device.as_str().to_owned()),
            network: event.actor.network().map(|network| network.to_string()),
        }
    }
}

impl EventRow {
    pub(crate) fn row(&self) -> Row<'_> {
        Row {
            into: "events (id, at, kind, user_id, actor, method, detail, client_id, device_id, network)",
            values: vec![
                Value::Uuid(Some(self.id)),
                Value::Time(Some(self.at)),
                Value::Text(Some(&self.kind)),
                Value::BigInt(self.user_id),
                Value::Text(Some(&self.actor)),
                Value::Text(self.method.as_deref()),
                Value::Text(self.detail.as_deref()),
                Value::Text(self.client_id.as_deref()),
                Value::Text(self.device_id.as_deref()),
                Value::Text(self.network.as_deref()),
            ],
        }
    }
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            user: row.user_id.filter(|place| *place > 0).map(UserId::from_i64),
            actor: row.actor,
            method: row.method,
            detail: row.detail,
            client: row.client_id.and_then(|id| ClientId::parse(&id).ok()),
            network: row.network,
            at: row.at,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = proofs)]
pub(crate) struct ProofRow {
    hash: Vec<u8>,
    subject: String,
    client_id: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    evidence: Option<Vec<u8>>,
    holder_user_id: Option<i64>,
    address_kind: Option<String>,
    address_value: Option<String>,
    address_shown: Option<String>,
    external_profile: Option<serde_json::Value>,
    presence_user_id: Option<i64>,
    presence_session_id: Option<Uuid>,
    spent_at: Option<Timestamp>,
    spent_user_id: Option<i64>,
    spent_fingerprint: Option<Vec<u8>>,
}

impl From<&NewProof> for ProofRow {
    fn from(proof: &NewProof) -> Self {
        let mut row = Self {
            hash: proof.hash.as_bytes().to_vec(),
            subject: String::new(),
            client_id: proof.client.as_str().to_owned(),
            created_at: proof.created_at,
            expires_at: proof.expires_at,
            evidence: proof.evidence.map(|evidence| evidence.as_bytes().to_vec()),
            holder_user_id: proof.holder.map(UserId::as_i64),
            address_kind: None,
            address_value: None,
            address_shown: None,
            external_profile: None,
            presence_user_id: None,
            presence_session_id: None,
            spent_at: None,
            spent_user_id: None,
            spent_fingerprint: None,
        };
        match &proof.subject {
            ProofSubject::Address(address) => {
                "address".clone_into(&mut row.subject);
                row.address_kind = Some(address.kind().name().to_owned());
                row.address_value = Some(address.canonical().to_owned());
                row.address_shown = Some(address.shown().to_owned());
            }
            ProofSubject::External(profile) => {
                "external".clone_into(&mut row.subject);
                row.external_profile = Some(profile_to_json(profile));
            }
            ProofSubject::Presence { user, session } => {
                "presence".clone_into(&mut row.subject);
                row.presence_user_id = Some(user.as_i64());
                row.presence_session_id = Some(session.as_uuid());
            }
            ProofSubject::Voucher => "voucher".clone_into(&mut row.subject),
        }
        row
    }
}

impl ProofRow {
    /// A voucher that pays for this account.
    pub(crate) fn of_spent_voucher(voucher: &Voucher, account: &NewAccount, fingerprint: &Fingerprint) -> Self {
        let unspent = NewProof {
            hash: voucher.hash(),
            subject: ProofSubject::Voucher,
            client: account.session.origin.client.clone(),
            created_at: account.created_at,
            expires_at: account.created_at + REPEAT_WINDOW,
            evidence: None,
            holder: None,
        };
        Self {
            spent_at: Some(account.created_at),
            spent_user_id: Some(account.id.as_i64()),
            spent_fingerprint: Some(fingerprint.as_bytes().to_vec()),
            ..Self::from(&unspent)
        }
    }

    pub(crate) fn into_proof(self, schemes: &Schemes) -> Result<Proof, Corrupt> {
        let subject = self.subject(schemes).ok_or_else(|| corrupt("proof"))?;
        let state = match (self.spent_at, self.spent_user_id, self.spent_fingerprint) {
            (None, None, None) => ProofState::Unspent,
            (Some(at), Some(user), Some(fingerprint)) => ProofState::Spent(Spending {
                at,
                user: UserId::from_i64(user),
                fingerprint: Fingerprint::from_bytes(fingerprint.try_into().map_err(|_| corrupt("fingerprint"))?),
            }),
            _ => return Err(corrupt("spending")),
        };
        Ok(Proof {
            hash: SecretHash::from_bytes(self.hash.try_into().map_err(|_| corrupt("proof hash"))?),
            subject,
            client: ClientId::parse(&self.client_id).map_err(|_| corrupt("client id"))?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            state,
        })
    }

    pub(crate) fn hash(&self) -> &[u8] {
        &self.hash
    }

    /// The row of a proof that is not spent.
    pub(crate) fn unspent_row(&self) -> Row<'_> {
        Row {
            into: "proofs (hash, subject, client_id, created_at, expires_at, evidence, holder_user_id, address_kind, \
                   address_value, address_shown, external_profile, presence_user_id, presence_session_id)",
            values: vec![
                Value::Bytes(Some(&self.hash)),
                Value::Text(Some(&self.subject)),
                Value::Text(Some(&self.client_id)),
                Value::Time(Some(self.created_at)),
                Value::Time(Some(self.expires_at)),
                Value::Bytes(self.evidence.as_deref()),
                Value::BigInt(self.holder_user_id),
                Value::Text(self.address_kind.as_deref()),
                Value::Text(self.address_value.as_deref()),
                Value::Text(self.address_shown.as_deref()),
                Value::Json(self.external_profile.as_ref()),
                Value::BigInt(self.presence_user_id),
                Value::Uuid(self.presence_session_id),
            ],
        }
    }

    /// The row that claims the proof's evidence, if it was made from a piece of evidence.
    pub(crate) fn evidence_row(&self) -> Option<Row<'_>> {
        self.evidence.as_deref().map(|evidence| Row {
            into: "proof_evidence (evidence, hash, expires_at)",
            values: vec![
                Value::Bytes(Some(evidence)),
                Value::Bytes(Some(&self.hash)),
                Value::Time(Some(self.expires_at)),
            ],
        })
    }

    /// Reads the subject. `None` if a column of the named subject is missing.
    fn subject(&self, schemes: &Schemes) -> Option<ProofSubject> {
        Some(match self.subject.as_str() {
            "address" => ProofSubject::Address(schemes.restore(
                self.address_kind.as_deref()?,
                self.address_value.clone()?,
                self.address_shown.clone()?,
            )?),
            "external" => ProofSubject::External(Box::new(profile_from_json(self.external_profile.as_ref()?)?)),
            "presence" => ProofSubject::Presence {
                user: UserId::from_i64(self.presence_user_id?),
                session: SessionId::from_uuid(self.presence_session_id?),
            },
            "voucher" => ProofSubject::Voucher,
            _ => return None,
        })
    }
}

fn profile_to_json(profile: &ExternalProfile) -> serde_json::Value {
    json!({
        "provider": profile.provider.as_str(),
        "subject": profile.subject,
        "name": profile.name,
        "picture": profile.picture,
        "email": profile.email,
        "phone_number": profile.phone_number,
    })
}

fn profile_from_json(value: &serde_json::Value) -> Option<ExternalProfile> {
    let text = |field: &str| value.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    Some(ExternalProfile {
        provider: ProviderId::parse(&text("provider")?).ok()?,
        subject: text("subject")?,
        name: text("name"),
        picture: text("picture"),
        email: text("email"),
        phone_number: text("phone_number"),
    })
}
