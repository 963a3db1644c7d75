//! Users, as operators see and change them.

pub(super) mod block;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod edit;
pub(super) mod export;
pub(super) mod import;
pub(super) mod list;
pub(super) mod password;
pub(super) mod read;
pub(super) mod sessions;
