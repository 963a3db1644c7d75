//! What users do with their own accounts, and what they may ask about others.

use auth_application::account::{EditAccount, PresentPassword, QueryUsers, ResetPassword, SetPassword};

use super::parts::Parts;

pub(super) fn present_password(parts: &Parts<'_>) -> PresentPassword {
    let Parts { stores, clock, hasher, .. } = parts;
    PresentPassword::new(clock.clone(), parts.failed_sign_ins(), hasher.clone(), stores.clone(), parts.password_tries())
}

pub(super) fn set_password(parts: &Parts<'_>) -> SetPassword {
    let policy = parts.settings.passwords.policy();
    SetPassword::new(parts.editor(), parts.hasher.clone(), present_password(parts), policy)
}

pub(super) fn reset_password(parts: &Parts<'_>) -> ResetPassword {
    let Parts { hasher, schemes, settings, .. } = parts;
    let policy = settings.passwords.policy();
    ResetPassword::new(parts.editor(), parts.failed_sign_ins(), hasher.clone(), schemes.clone(), policy)
}

pub(super) fn edit_account(parts: &Parts<'_>) -> EditAccount {
    let Parts { hasher, schemes, settings, .. } = parts;
    EditAccount::new(
        parts.editor(),
        hasher.clone(),
        present_password(parts),
        schemes.clone(),
        settings.passwords.policy(),
        parts.rate_limit("edits.account", settings.limits.edits_per_account()),
    )
}

pub(super) fn query_users(parts: &Parts<'_>) -> QueryUsers {
    let Parts { stores, schemes, settings, .. } = parts;
    let limit = parts.rate_limit("find_users", settings.limits.lookups_per_network());
    QueryUsers::new(stores.clone(), schemes.clone(), limit, settings.verification.reveal_existence)
}
