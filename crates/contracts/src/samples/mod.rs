//! Valid values whose parts nobody else has, so that values clash only where a test wants them to.
//!
//! All instants are whole microseconds, because that is what databases keep.

mod account;
mod identifiers;
mod operators;
mod origins;
mod proofs;
mod sessions;
mod subscribers;
mod telling;
mod times;
mod unique;
mod user_to_be;
mod verifications;

pub use account::{SampleAccount, sample_password_hash, sample_profile};
pub use identifiers::{
    sample_email, sample_external_profile, sample_phone_number, sample_unbinding, sample_username, spelled_email,
    spelled_username,
};
pub use operators::{sample_admin_key, sample_client_key, sample_made_account};
pub use origins::{sample_client, sample_device, sample_marks, sample_network, sample_origin};
pub use proofs::{
    fingerprint_of, pay_with, pay_with_voucher, sample_address_proof, sample_fingerprint, sample_held_proof,
    sample_proof, sample_proof_of, sample_provider_flow, sample_provider_proof, sample_sudo_proof,
};
pub use sessions::{
    sample_begin, sample_event, sample_operator, sample_operator_event, sample_rotate, sample_session,
    sample_session_paid_by,
};
pub use subscribers::{sample_subscriber, sample_subscribers};
pub use telling::sample_telling;
pub use times::{at, just_before, start};
pub use unique::{unique, unique_bytes};
pub use user_to_be::sample_user_to_be;
pub use verifications::{sample_claim, sample_send_request, sample_send_request_by, unlimited_policy};
