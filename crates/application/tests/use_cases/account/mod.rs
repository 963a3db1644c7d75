//! What users do with their own accounts.

mod bind_identity;
mod change_contact;
mod conversion;
mod delete_account;
mod edit_account;
mod list_providers;
mod owners_are_told;
mod present_password;
mod prove_presence;
mod query_users;
mod reset_password;
mod set_password;
