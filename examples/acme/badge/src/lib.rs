//! The badge that a user may show, with a motto on it: endpoints, their use cases on ports, and a table of its own.
//!
//! ```toml
//! [badge]
//! veteran_after_days = 365
//! ```

mod handlers;
mod mottos;
mod postgres;
mod section;
mod set_motto;
mod show_badge;

use std::sync::Arc;

use auth_extension::{Additions, Extension, Kit, Ports};
use auth_http::endpoint;
use auth_http::endpoints::Endpoints;

pub use mottos::{Motto, Mottos, NoMotto};
pub use postgres::{PostgresMottos, parts};
pub use section::BadgeSection;
pub use set_motto::SetMotto;
pub use show_badge::{Badge, Rank, ShowBadge};

use crate::handlers::BadgeUseCases;

/// The name of the table of endpoints, and of the section.
const BADGE: &str = "badge";

/// `GET` and `PATCH /auth/v1/user/badge`
#[must_use]
pub fn extension() -> Extension {
    let table = Endpoints::new(BADGE).with(endpoint!(handlers::badge)).with(endpoint!(handlers::set_motto));
    let extension = Extension::new("acme-badge").endpoints(table).store_part(parts());
    extension.section(BADGE, |section: BadgeSection, _: &Kit| {
        Ok(Additions::new().endpoint_state(BADGE, move |table, ports: &Ports| {
            let mottos = Arc::new(PostgresMottos::of(&ports.stores)?);
            let (sessions, clock) = (ports.stores.sessions.clone(), ports.kit.clock());
            Ok(table.state(Arc::new(BadgeUseCases {
                show: ShowBadge::new(sessions, mottos.clone(), clock, section.veteran_after()),
                set_motto: SetMotto::new(mottos),
            })))
        }))
    })
}
