//! What a call that reads forward has given positions.

/// What one call has given positions.
#[derive(Default)]
pub(super) struct Placed {
    /// How many events have got theirs.
    pub(super) events: i64,
    /// Whether there may be more without one.
    pub(super) has_more: bool,
}
