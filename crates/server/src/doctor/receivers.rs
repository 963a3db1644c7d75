//! Whoever is told something: mail servers, vendors of text messages, subscribers and rules. They are reached, and get
//! nothing.

use auth_domain::messages::Channel;
use auth_ports::{Cause, OnFailure};

use super::report::Report;
use crate::Configuration;
use crate::wiring::Carrier;

const MAIL: &str = "Check host, port, tls, user and password in smtp.url (AUTH__SMTP__URL): user and password are \
    percent-encoded there (@ is %40); a certificate authority of your own goes into a file that SSL_CERT_FILE names";
const WEBHOOK: &str = "See that it runs and can be reached from here, and that its certificate is valid for its name; a \
    certificate authority of your own goes into a file that SSL_CERT_FILE names";

/// Tries everybody.
pub(super) async fn try_all(report: &mut Report, configuration: &Configuration, carriers: &[Carrier]) {
    for carrier in carriers {
        let (name, mend) = match carrier.channel {
            Channel::EMAIL => ("the mail server".to_owned(), MAIL),
            other => (format!("the receiver of {}", shown(other)), WEBHOOK),
        };
        tell(report, &name, carrier.sender.try_receiver().await, (true, mend));
    }
    for handler in &configuration.event_handlers {
        let name = format!("the receiver of events to {}", handler.subscriber());
        tell(report, &name, handler.try_receiver().await, (true, WEBHOOK));
    }
    for rule in &configuration.rules {
        let is_needed = rule.on_failure() == OnFailure::Refuse;
        tell(report, &format!("the rule {}", rule.name()), rule.try_receiver().await, (is_needed, WEBHOOK));
    }
}

/// A channel as people call it.
pub(super) fn shown(channel: Channel) -> &'static str {
    match channel {
        Channel::EMAIL => "e-mail",
        Channel::SMS => "text messages",
        other => other.name(),
    }
}

fn tell(report: &mut Report, name: &str, tried: Option<Result<(), Cause>>, (is_needed, mend): (bool, &str)) {
    match tried {
        None => {}
        Some(Ok(())) => report.ok(name, "can be reached"),
        Some(Err(cause)) => {
            let found = format!("{name} cannot be used: {}", auth_domain::error_chain::ErrorChain(&*cause));
            if is_needed { report.problem(name, found, Some(mend)) } else { report.warn(name, found, Some(mend)) }
        }
    }
}
