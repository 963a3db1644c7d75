//! What users do with their own accounts, and what they may ask about others.

use std::sync::Arc;

use auth_application::account::{
    BindIdentity, ChangeContact, DeleteAccount, EditAccount, EditLimits, ListProviders, PresentPassword, ProvePresence,
    QueryUsers, ResetPassword, SetPassword,
};
use auth_application::kit::{Limit, MessageReach, Providers};
use auth_application::session::Authenticate;
use auth_http::AccountUseCases;

use super::parts::Parts;

pub(super) fn use_cases(
    parts: &Parts<'_>,
    providers: Providers,
    reach: MessageReach,
    authenticate: Arc<Authenticate>,
) -> AccountUseCases {
    AccountUseCases {
        authenticate,
        prove_presence: Arc::new(prove_presence(parts)),
        set_password: Arc::new(set_password(parts)),
        reset_password: Arc::new(reset_password(parts)),
        edit: Arc::new(edit_account(parts)),
        change_contact: Arc::new(ChangeContact::new(parts.editor(), parts.schemes.clone())),
        bind_identity: Arc::new(BindIdentity::new(parts.editor(), providers.clone(), reach)),
        list_providers: Arc::new(ListProviders::new(providers)),
        delete: Arc::new(DeleteAccount::new(parts.editor(), parts.key.clone())),
        query_users: Arc::new(query_users(parts)),
    }
}

fn present_password(parts: &Parts<'_>) -> PresentPassword {
    PresentPassword::new(parts.passwords(), parts.recorder())
}

fn prove_presence(parts: &Parts<'_>) -> ProvePresence {
    let (proofs, present) = (parts.stores.proofs.clone(), present_password(parts));
    ProvePresence::new(proofs, parts.payments(), present, parts.presence(), parts.recorder())
}

fn set_password(parts: &Parts<'_>) -> SetPassword {
    let policy = parts.password_policy.clone();
    SetPassword::new(parts.editor(), parts.hashes(), present_password(parts), policy)
}

fn reset_password(parts: &Parts<'_>) -> ResetPassword {
    let Parts { schemes, settings, .. } = parts;
    let policy = parts.password_policy.clone();
    ResetPassword::new(parts.editor(), parts.hashes(), schemes.clone(), policy, settings.recovery.window)
}

fn edit_account(parts: &Parts<'_>) -> EditAccount {
    let Parts { schemes, settings, .. } = parts;
    EditAccount::new(
        parts.editor(),
        parts.hashes(),
        present_password(parts),
        schemes.clone(),
        parts.password_policy.clone(),
        EditLimits {
            budget: parts.budget(),
            per_account: Limit::new("edits.account", settings.limits.edits_per_account()),
            per_network: Limit::new("edits.network", settings.limits.edits_per_network()),
        },
    )
}

fn query_users(parts: &Parts<'_>) -> QueryUsers {
    let Parts { stores, schemes, settings, .. } = parts;
    let limit = parts.limited("find_users", settings.limits.lookups_per_network());
    QueryUsers::new(stores.accounts.clone(), schemes.clone(), limit, settings.verification.reveal_existence)
}
