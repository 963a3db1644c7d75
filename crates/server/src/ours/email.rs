//! E-mail addresses.

use std::sync::Arc;

use auth_domain::identifier::EmailScheme;
use auth_domain::messages::Channel;
use auth_domain::sign_up::scenarios::SignUpByEmail;
use auth_extension::{Extension, Kit};
use auth_ports::MessageSender;
use auth_senders::{SmtpSection, SmtpSender, templates};
use auth_settings::Problem;

/// Registers e-mail addresses, signing up with one, and SMTP (`[smtp]`).
#[must_use]
pub fn email() -> Extension {
    Extension::new("email")
        .identifier(EmailScheme)
        .scenario(SignUpByEmail::new(EmailScheme))
        .message_sender(Channel::EMAIL, "smtp", smtp)
        .words(templates())
}

fn smtp(section: SmtpSection, kit: &Kit) -> Result<Option<Arc<dyn MessageSender>>, Problem> {
    let Some(settings) = section.into_settings() else { return Ok(None) };
    Ok(Some(Arc::new(SmtpSender::new(settings)?.with_templates(kit.templates()))))
}
