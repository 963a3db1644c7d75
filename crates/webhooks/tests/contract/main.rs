//! What the operator's backends receive, and what their answers mean.

mod paper;
mod rule;
mod schema;
mod subscriber;
mod support;
