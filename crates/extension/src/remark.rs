//! What a storage says of itself when it is looked at closely.

/// Something that an operator should know of the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether the service cannot do its work until it is mended.
    pub is_problem: bool,
    /// What was found, in words without a full stop. It contains no secret.
    pub found: String,
    /// What to do about it.
    pub mend: String,
}
