//! Messages that wait to be sent, on PostgreSQL.

mod claim;
mod queue;
mod row;

pub(crate) use self::queue::{queue_code_in_txn, queue_messages_in_txn};
