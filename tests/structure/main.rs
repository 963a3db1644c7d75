//! House rules as tests: what may depend on what, what files look like, and that the README's commands work.

mod architecture;
mod documents;
mod files;
mod migrations;
mod readme;
mod tidy;
