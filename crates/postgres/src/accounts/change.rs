//! Changing and deleting accounts.

use auth_domain::access::Scope;
use auth_domain::accounts::change::{AccountChange, AccountDeletion, Author, Change, SessionsToEnd};
use auth_domain::accounts::recovery::Recovery;
use auth_domain::accounts::ways_in::WaysIn;
use auth_domain::accounts::{Account, AccountIdentifier, UserId};
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::identifier::Schemes;
use auth_ports::{ChangeRefusal, DeleteRefusal, refuse};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use crate::account_query::FindAccount;
use crate::account_rows::{
    lock_active_user_in_txn, lock_user_in_txn, mark_proven_in_txn, profile_columns, set_first_password_in_txn,
    set_password_in_txn,
};
use crate::claims::{
    Hold, hold_identifier_in_txn, hold_identity_in_txn, remove_identifiers_in_txn, remove_identities_in_txn,
};
use crate::database::Abort;
use crate::kept::Keep as _;
use crate::known_devices::forget_devices_in_txn;
use crate::messages::queue_messages_in_txn;
use crate::outbox::Listeners;
use crate::proofs::spend_in_txn;
use crate::schema::{external_identities, proofs, sessions, users};
use crate::sessions::{end_sessions_in_txn, is_alive_in_txn};

pub(super) fn change_in_txn(
    conn: &mut PgConnection,
    change: &AccountChange,
    schemes: &Schemes,
    listeners: &Listeners,
) -> Result<(), Abort<ChangeRefusal>> {
    if !spend_in_txn(conn, change.payment.as_ref(), change.user, change.at)? {
        return refuse(ChangeRefusal::ProofUnusable);
    }
    if !may_change_in_txn(conn, change)? {
        return refuse(ChangeRefusal::NoAccount);
    }
    let before =
        if change.depends_on_account() { FindAccount::by_id(change.user).account(conn, schemes)? } else { None };
    for one in &change.changes {
        match one {
            Change::Recover(recovery) => recover_in_txn(conn, recovery, before.as_ref())?,
            _ => apply_in_txn(conn, change, one)?,
        }
    }
    for ways_in in change.changes.iter().filter_map(Change::must_leave_one_of) {
        require_way_in_in_txn(conn, change.user, ways_in, schemes)?;
    }
    diesel::update(users::table.find(change.user.as_i64()))
        .set(users::updated_at.eq(change.at))
        .kept()
        .execute(conn)?;
    match change.end_sessions {
        SessionsToEnd::None => {}
        SessionsToEnd::AllBut(session) => end_sessions_in_txn(conn, change.user, Some(session), change.at)?,
        SessionsToEnd::All => end_sessions_in_txn(conn, change.user, None, change.at)?,
    }
    if change.makes_permanent() {
        make_permanent_in_txn(conn, change.user)?;
    }
    for event in &change.events {
        listeners.record_in_txn(conn, event)?;
    }
    queue_messages_in_txn(conn, before.map(|before| change.messages(&before)).unwrap_or_default())?;
    Ok(())
}

/// Removes what the account, as it was before, should no longer have.
fn recover_in_txn(
    conn: &mut PgConnection,
    recovery: &Recovery,
    before: Option<&Account>,
) -> Result<(), Abort<ChangeRefusal>> {
    let Some(account) = before else { return refuse(ChangeRefusal::NoAccount) };
    let Some(removed) = recovery.removes(account) else { return refuse(ChangeRefusal::NoAccount) };
    forget_devices_in_txn(conn, account.id)?;
    for held in &removed.identifiers {
        let (kind, value) = (held.identifier.kind().name(), held.identifier.canonical());
        remove_identifiers_in_txn(conn, account.id, Some(kind), Some(value))?;
    }
    for bound in &removed.identities {
        let (provider, subject) = (bound.profile.provider.as_str(), &bound.profile.subject);
        remove_identities_in_txn(conn, account.id, Some(provider), Some(subject))?;
    }
    Ok(())
}

/// Locks the user's row, so that changes run one after another. If the session is ended on its own meanwhile, that
/// counts as ended afterwards.
fn may_change_in_txn(conn: &mut PgConnection, change: &AccountChange) -> QueryResult<bool> {
    let is_there = match change.by {
        Author::Operator => lock_user_in_txn(conn, change.user)?.is_some(),
        Author::Owner { .. } => lock_active_user_in_txn(conn, change.user)?,
    };
    match change.by.session() {
        Some(session) if is_there => is_alive_in_txn(conn, change.user, session, change.at),
        _ => Ok(is_there),
    }
}

/// Removes the device that led to the anonymous user, so that it no longer does.
fn make_permanent_in_txn(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    if remove_identifiers_in_txn(conn, user, Some(ANONYMOUS_DEVICE.name()), None)?.is_empty() {
        return Ok(());
    }
    let going_on = sessions::table.filter(sessions::user_id.eq(user.as_i64())).filter(sessions::ended_at.is_null());
    diesel::update(going_on).set(sessions::scope.eq(Scope::User.name())).execute(conn).map(drop)
}

fn apply_in_txn(conn: &mut PgConnection, change: &AccountChange, one: &Change) -> Result<(), Abort<ChangeRefusal>> {
    let user = change.user;
    match one {
        Change::Profile(profile) => {
            diesel::update(users::table.find(user.as_i64())).set(profile_columns(profile)).execute(conn)?;
        }
        Change::Identifier(held) => replace_identifier_in_txn(conn, user, held)?,
        Change::Proven(identifier) => mark_proven_in_txn(conn, user, identifier, change.at)?,
        Change::Password(hash) => set_password_in_txn(conn, user, hash, change.at)?,
        Change::FirstPassword(hash) => {
            if !set_first_password_in_txn(conn, user, hash, change.at)? {
                return refuse(ChangeRefusal::PasswordSet);
            }
        }
        Change::Bind(profile) => {
            let provider = profile.provider.as_str();
            remove_identities_in_txn(conn, user, Some(provider), Some(&profile.subject))?;
            if diesel::select(exists(external_identities::table.find((user.as_i64(), provider)))).get_result(conn)? {
                return refuse(ChangeRefusal::OtherIdentityBound);
            }
            if hold_identity_in_txn(conn, user, profile, change.at)? != Hold::Given {
                return refuse(ChangeRefusal::ExternalIdentityTaken);
            }
        }
        Change::Unbind(unbinding) => {
            remove_identities_in_txn(conn, user, Some(unbinding.provider.as_str()), None)?;
        }
        // It needs the account as it was before all changes.
        Change::Recover(_) => {}
    }
    Ok(())
}

/// Replaces the identifier of this kind. One that is only written in another way stays as old as it is.
fn replace_identifier_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    held: &AccountIdentifier,
) -> Result<(), Abort<ChangeRefusal>> {
    let kind = held.identifier.kind();
    let earlier = remove_identifiers_in_txn(conn, user, Some(kind.name()), None)?;
    let same = earlier.into_iter().find(|one| one.value == held.identifier.canonical());
    let added_at = same.map_or(held.added_at, |one| one.added_at);
    match hold_identifier_in_txn(conn, user, &AccountIdentifier { added_at, ..held.clone() })? {
        Hold::Given => Ok(()),
        Hold::Clashes | Hold::Taken => refuse(ChangeRefusal::IdentifierTaken(kind)),
    }
}

fn require_way_in_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    ways_in: &WaysIn,
    schemes: &Schemes,
) -> Result<(), Abort<ChangeRefusal>> {
    match FindAccount::by_id(user).account(conn, schemes)? {
        Some(account) if !ways_in.lead_into(&account) => refuse(ChangeRefusal::LastWayIn),
        _ => Ok(()),
    }
}

/// Codes, proofs and messages for the user's addresses that were requested without signing in.
const TRACES_OF_ADDRESSES: [&str; 3] = [
    "DELETE FROM messages WHERE (address_kind, address_value) IN (SELECT * FROM unnest($1, $2))",
    "DELETE FROM verifications WHERE (kind, value) IN (SELECT * FROM unnest($1, $2))",
    "DELETE FROM proofs WHERE (address_kind, address_value) IN (SELECT * FROM unnest($1, $2))",
];

fn forget_addresses_in_txn(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    let removed = remove_identifiers_in_txn(conn, user, None, None)?;
    let (kinds, values): (Vec<_>, Vec<_>) = removed.into_iter().map(|one| (one.kind, one.value)).unzip();
    for what_names_their_addresses in TRACES_OF_ADDRESSES {
        diesel::sql_query(what_names_their_addresses)
            .bind::<Array<Text>, _>(&kinds)
            .bind::<Array<Text>, _>(&values)
            .execute(conn)?;
    }
    Ok(())
}

/// Leaves only what happened in the user's events; the detail of the last one holds keyed hashes.
const TRACES_IN_EVENTS: &str = "UPDATE events SET device_id = NULL, \
    network = CASE WHEN actor = 'user' THEN NULL ELSE network END, \
    detail = CASE WHEN kind = 'account_deleted' THEN detail END WHERE user_id = $1";

/// Deletes the user's row, which takes credential, sessions and devices with it. Proofs that the user holds or has spent
/// name them too, so they are deleted as well.
pub(super) fn delete_in_txn(
    conn: &mut PgConnection,
    deletion: &AccountDeletion,
    schemes: &Schemes,
    listeners: &Listeners,
) -> Result<(), Abort<DeleteRefusal>> {
    if !spend_in_txn(conn, deletion.payment.as_ref(), deletion.user, deletion.at)? {
        return refuse(DeleteRefusal::ProofUnusable);
    }
    // Changes and deletions of one account run one after another.
    let is_there = lock_user_in_txn(conn, deletion.user)?.is_some();
    let may_delete = match deletion.by.session() {
        Some(session) if is_there => is_alive_in_txn(conn, deletion.user, session, deletion.at)?,
        _ => is_there,
    };
    if !may_delete {
        return refuse(DeleteRefusal::NoAccount);
    }
    let before =
        if deletion.telling.is_some() { FindAccount::by_id(deletion.user).account(conn, schemes)? } else { None };
    let user = deletion.user.as_i64();
    let theirs =
        proofs::holder_user_id.eq(user).or(proofs::presence_user_id.eq(user)).or(proofs::spent_user_id.eq(user));
    diesel::delete(proofs::table.filter(theirs)).execute(conn)?;
    forget_addresses_in_txn(conn, deletion.user)?;
    remove_identities_in_txn(conn, deletion.user, None, None)?;
    if diesel::delete(users::table.find(user)).execute(conn)? == 0 {
        return refuse(DeleteRefusal::NoAccount);
    }
    queue_messages_in_txn(conn, before.map(|before| deletion.messages(&before)).unwrap_or_default())?;
    listeners.record_in_txn(conn, &deletion.event)?;
    diesel::sql_query(TRACES_IN_EVENTS).bind::<BigInt, _>(user).execute(conn)?;
    Ok(())
}
