//! The badge that a user may show: an endpoint with its use case on ports.
//!
//! ```toml
//! [badge]
//! veteran_after_days = 365
//! ```

mod handler;
mod section;
mod show_badge;

use std::sync::Arc;

use auth_extension::{Additions, Extension, Kit, Ports};
use auth_http::endpoint;
use auth_http::endpoints::Endpoints;

pub use section::BadgeSection;
pub use show_badge::{Badge, Rank, ShowBadge};

use crate::handler::Badges;

/// The name of the table of endpoints, and of the section.
const BADGE: &str = "badge";

/// `GET /auth/v1/user/badge`
#[must_use]
pub fn extension() -> Extension {
    let table = Endpoints::new(BADGE).with(endpoint!(handler::badge));
    Extension::new("acme-badge").endpoints(table).section(BADGE, |section: BadgeSection, _: &Kit| {
        Ok(Additions::new().endpoint_state(BADGE, move |table, ports: &Ports| {
            let show = ShowBadge::new(ports.stores.sessions.clone(), ports.kit.clock(), section.veteran_after());
            Ok(table.state(Arc::new(Badges { show })))
        }))
    })
}
