//! Messages that wait to be sent, on PostgreSQL.

mod bucket;
mod claim;
mod hasten;
mod queue;
mod row;

pub(crate) use self::bucket::bucket_of;
pub(crate) use self::queue::queue_messages_in_txn;
pub(crate) use self::row::code_row;
