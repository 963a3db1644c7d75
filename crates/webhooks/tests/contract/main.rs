//! What the operator's backends receive, and what their answers mean.

mod paper;
mod promises;
mod rule;
mod schema;
mod subscriber;
mod support;
