//! Text messages by a vendor that takes a form with HTTP Basic and answers in JSON, as the large vendors do.
//!
//! ```toml
//! [sms]
//! kind = "gateway"
//! countries = ["86"]
//!
//! [sms.gateway]
//! account = "AC5ef8732a3c49700934481addd5ce1659"
//! token_file = "/run/secrets/gateway"
//! from = "+15017122661"
//! ```

mod answer;
mod section;
mod sender;

use std::sync::Arc;

use auth_extension::{Extension, Kit};

pub use section::GatewaySection;
pub use sender::GatewaySender;

/// The vendor, for `sms.kind = "gateway"`.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-sms-gateway").sms_vendor("gateway", |section: GatewaySection, kit: &Kit| {
        Ok(Arc::new(GatewaySender::new(section, kit.outbound(), kit.templates())?))
    })
}
