//! What addresses belong together.

/// Addresses that messages are counted for together, beside each one by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddressGroup {
    /// Spellings that lead to one mailbox.
    Mailbox(String),
    /// Numbers that are next to each other, as those are that somebody rents to be paid for messages.
    Neighbours(String),
    /// Numbers of one country, by its calling code.
    Country(String),
}
