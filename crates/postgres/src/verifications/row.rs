//! The row of a verification.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Schemes;
use auth_domain::origin::Requester;
use auth_domain::verifications::{Guessed, Verification, VerificationId};
use diesel::prelude::*;
use uuid::Uuid;

use crate::rows::{Corrupt, corrupt};
use crate::schema::verifications;
use crate::values::{Row, Value};

#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications)]
pub(super) struct VerificationRow {
    id: Uuid,
    kind: String,
    value: String,
    shown: String,
    pub(super) client_id: String,
    requester: String,
    holder_user_id: Option<i64>,
    created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    last_sent_at: Timestamp,
    tries: i16,
    pub(super) verified_at: Option<Timestamp>,
    guessed_at: Option<String>,
}

impl VerificationRow {
    pub(super) fn into_verification(self, schemes: &Schemes) -> Result<Verification, Corrupt> {
        let address = schemes.restore(&self.kind, self.value, self.shown).ok_or_else(|| corrupt("address"))?;
        let guessed = self.guessed_at.map(|stored| Guessed::from_stored(&stored, &address));
        Ok(Verification {
            id: VerificationId::from_uuid(self.id),
            address,
            client: ClientId::parse(&self.client_id).map_err(|_| corrupt("client id"))?,
            requester: Requester::from_stored(self.requester),
            holder: self.holder_user_id.map(UserId::from_i64),
            guessed,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_sent_at: self.last_sent_at,
            tries: u16::try_from(self.tries).map_err(|_| corrupt("number of tries"))?,
            verified_at: self.verified_at,
        })
    }
}

/// The row of a verification that nobody has tried yet.
pub(super) fn untried_row(verification: &Verification) -> Row<'_> {
    Row {
        into: "verifications (id, kind, value, shown, client_id, requester, holder_user_id, guessed_at, created_at, \
               expires_at, last_sent_at)",
        values: vec![
            Value::Uuid(Some(verification.id.as_uuid())),
            Value::Text(Some(verification.address.kind().name())),
            Value::Text(Some(verification.address.canonical())),
            Value::Text(Some(verification.address.shown())),
            Value::Text(Some(verification.client.as_str())),
            Value::Text(Some(verification.requester.as_str())),
            Value::BigInt(verification.holder.map(UserId::as_i64)),
            Value::OwnText(verification.guessed.as_ref().map(Guessed::to_stored)),
            Value::Time(Some(verification.created_at)),
            Value::Time(Some(verification.expires_at)),
            Value::Time(Some(verification.last_sent_at)),
        ],
    }
}
