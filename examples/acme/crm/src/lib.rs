//! Whom Acme does not take, and whom its sales people hear of: a rule before somebody becomes a user, and a handler after.
//!
//! ```toml
//! [crm]
//! refused_domains = ["rival.example"]
//! base = "https://crm.acme.example"
//! token_file = "/run/secrets/crm"
//! ```

mod contacts;
mod not_from;
mod section;

use auth_domain::outbox::OutgoingKind;
use auth_extension::{Additions, Extension, Kit};

pub use contacts::Contacts;
pub use not_from::NotFrom;
pub use section::CrmSection;

/// The rule, and the handler.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-crm").section("crm", |section: CrmSection, kit: &Kit| {
        let contacts = Contacts::new(&section, kit.outbound())?;
        Ok(Additions::new().before_sign_up(NotFrom::new(section.refused_domains)).on_event(
            OutgoingKind::UserCreated,
            "crm",
            move |event, ports| contacts.clone().tell(event, ports),
        ))
    })
}
