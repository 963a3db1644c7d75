//! The user's own account, and what users may learn about others.

mod basic_edit;
mod change_contact;
mod check_user;
mod conversion;
mod me;
mod profile;
mod prove_presence;
mod providers;
mod query_users;
mod reset_password;
mod set_password;
mod use_cases;

pub use self::use_cases::AccountUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Account)
        .with(endpoint!(me::get_me).also_at("/auth/v2/user/me", "SDKs that sign in encrypted call it here"))
        .with(endpoint!(me::delete_me))
        .with(endpoint!(basic_edit::edit_account))
        .with(endpoint!(profile::edit_profile))
        .with(endpoint!(prove_presence::prove_presence))
        .with(endpoint!(set_password::set_password))
        .with(endpoint!(reset_password::reset_password))
        .with(endpoint!(change_contact::change_contact))
        .with(endpoint!(query_users::query_users))
        .with(endpoint!(check_user::check_if_user_exist))
        .with(endpoint!(check_user::check_username))
        .with(endpoint!(providers::list_providers))
        .with(endpoint!(providers::bind_provider))
        .with(endpoint!(providers::unbind_provider))
}
