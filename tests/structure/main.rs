//! House rules as tests: what may depend on what, what files look like, and that the commands of the papers work.

mod architecture;
mod commands;
mod documents;
mod examples;
mod files;
mod functions;
mod imports;
mod migrations;
mod monitoring;
mod papers;
mod releases;
mod rooms;
mod rust;
mod tidy;
mod use_cases;
mod workspace;
