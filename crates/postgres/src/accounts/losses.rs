//! What somebody lost who could not register.

use auth_domain::sign_up::NewAccount;
use auth_ports::RegisterRefusal;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::claims::in_order;
use crate::layout::Layout;
use crate::owner::Owner;
use crate::schema::{credentials, external_identities, identifiers, users};

/// Finds what the account clashes with, in the order in which its rows are inserted. It is a look afterwards, so what there
/// was may be gone.
pub(super) fn find(conn: &mut PgConnection, account: &NewAccount) -> QueryResult<Option<RegisterRefusal>> {
    let user = account.id.as_i64();
    if !account.was_anonymous && diesel::select(exists(users::table.find(user))).get_result(conn)? {
        return Ok(Some(RegisterRefusal::UserIdTaken));
    }
    for held in in_order(&account.identifiers) {
        if Owner::of_identifier(&held.identifier).find(conn, Layout::Single)?.is_some() {
            return Ok(Some(RegisterRefusal::IdentifierTaken(held.identifier.kind())));
        }
    }
    if let Some(profile) = &account.external_identity
        && Owner::of_identity(&profile.provider, &profile.subject).find(conn, Layout::Single)?.is_some()
    {
        return Ok(Some(RegisterRefusal::ExternalIdentityTaken));
    }
    let had_before = account.was_anonymous && has_of_these(conn, account)?;
    Ok(had_before.then_some(RegisterRefusal::UserIdTaken))
}

/// Whether the user has another identifier of one of these kinds, another identity of this provider, or a password.
fn has_of_these(conn: &mut PgConnection, account: &NewAccount) -> QueryResult<bool> {
    let user = account.id.as_i64();
    for held in &account.identifiers {
        let kind = held.identifier.kind().name();
        if diesel::select(exists(identifiers::table.find((user, kind)))).get_result(conn)? {
            return Ok(true);
        }
    }
    if let Some(profile) = &account.external_identity {
        let provider = profile.provider.as_str();
        if diesel::select(exists(external_identities::table.find((user, provider)))).get_result(conn)? {
            return Ok(true);
        }
    }
    diesel::select(exists(credentials::table.find(user))).get_result(conn)
}
