//! Whoever is told something: mail servers, vendors of text messages, subscribers and rules. They are reached, and get
//! nothing.

use std::sync::Arc;

use auth_domain::error_chain::ErrorChain;
use auth_domain::messages::Channel;
use auth_ports::{Cause, Flow, IdentityProvider, LocateError, LocateRequest, OnFailure};

use super::report::Report;
use crate::Configuration;
use crate::wiring::Carrier;

const MAIL: &str = "Check host, port, tls, user and password in smtp.url (AUTH__SMTP__URL): user and password are \
    percent-encoded there (@ is %40); a certificate authority of your own goes into a file that SSL_CERT_FILE names";
const WEBHOOK: &str = "See that it runs and can be reached from here, and that its certificate is valid for its name; a \
    certificate authority of your own goes into a file that SSL_CERT_FILE names";

const THIRD_PARTY: &str = "See that its issuer in [providers] is spelt as the third party spells it, and can be reached from \
    here; nobody can sign in with it meanwhile";

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

/// Asks each third party where it would have people sent. They are looked up for that, and told nothing.
pub(super) async fn try_third_parties(report: &mut Report, providers: &[Arc<dyn IdentityProvider>]) {
    for provider in providers {
        let redirect_uri = provider.redirect_uris().first().cloned().unwrap_or_default();
        let flow = Flow { redirect_uri, pkce_verifier: "-".repeat(43), nonce: "doctor".to_owned() };
        let request = LocateRequest { flow, state: "doctor".to_owned(), scope: None, other_params: Vec::new() };
        let name = format!("third party {}", provider.id());
        match provider.locate(&request).await {
            Ok(_) => report.ok(&name, "can be asked"),
            Err(LocateError::Faulty(cause)) => {
                report.warn(&name, format!("it cannot be asked: {}", ErrorChain(&*cause)), Some(THIRD_PARTY));
            }
        }
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
            let found = format!("{name} cannot be used: {}", ErrorChain(&*cause));
            if is_needed { report.problem(name, found, Some(mend)) } else { report.warn(name, found, Some(mend)) }
        }
    }
}
