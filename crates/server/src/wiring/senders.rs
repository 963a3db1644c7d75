//! The senders of messages, by channel.

use std::sync::Arc;

use auth_domain::messages::Channel;
use auth_ports::MessageSender;
use auth_senders::LogSender;
use auth_settings::Problem;

use super::metrics;
use super::parts::Parts;
use super::shown::Shown;
use crate::{Configuration, StartFailure};

/// What sends the messages of a channel.
pub(crate) struct Carrier {
    pub(crate) channel: Channel,
    /// The section that configures it; `None` if messages are printed.
    pub(crate) section: Option<String>,
    pub(crate) sender: Arc<dyn MessageSender>,
}

/// Returns one sender per channel that messages can be sent by. What they do is counted, and traced. Messages that are
/// printed are also kept in `shown`.
pub(super) fn senders(parts: &Parts<'_>, shown: Option<&Shown>) -> Result<Vec<Arc<dyn MessageSender>>, StartFailure> {
    let (configuration, regions) = (parts.configuration, metrics::regions(parts.settings));
    let counted = |carrier: Carrier| {
        let vendor = carrier.section.as_deref().unwrap_or("printed");
        let vendor = vendor.rsplit('.').next().unwrap_or(vendor).to_owned();
        let sender = match shown {
            Some(shown) if carrier.section.is_none() => shown.beside(carrier.sender),
            _ => carrier.sender,
        };
        parts.metrics.around_sender(sender, vendor, &regions, parts.traced_attempts())
    };
    Ok(carriers(configuration)?.into_iter().map(counted).collect())
}

/// Returns the same senders with their names and sections.
pub(crate) fn carriers(configuration: &Configuration) -> Result<Vec<Carrier>, StartFailure> {
    let mut carriers = Vec::from_iter(vendor(configuration)?);
    for channel in channels(configuration) {
        match (configured(configuration, channel)?, configuration.settings.profile.is_production()) {
            (Some(carrier), _) => carriers.push(carrier),
            (None, true) => {}
            (None, false) => {
                let sender = Arc::new(LogSender::new(channel, configuration.kit.out()));
                carriers.push(Carrier { channel, section: None, sender });
            }
        }
    }
    Ok(carriers)
}

/// Returns the vendor of text messages.
fn vendor(configuration: &Configuration) -> Result<Option<Carrier>, StartFailure> {
    let Some(vendor) = &configuration.sms else { return Ok(None) };
    let section = format!("sms.{}", vendor.name);
    let made = (vendor.make)(&configuration.kit).and_then(|sender| carrying(Channel::SMS, sender));
    let sender = made.map_err(|problem| problem.of_section(&section))?;
    Ok(Some(Carrier { channel: Channel::SMS, section: Some(section).filter(|_| !vendor.only_shows), sender }))
}

/// Returns every channel except text messages, which are sent only if a vendor is set.
fn channels(configuration: &Configuration) -> Vec<Channel> {
    let reached = configuration.schemes.reachable().filter_map(|scheme| scheme.channel());
    let served = configuration.senders.iter().map(|sender| sender.channel);
    let mut channels = Vec::new();
    for channel in reached.chain(served).filter(|channel| *channel != Channel::SMS) {
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    channels
}

/// Returns the one sender that is configured for a channel.
fn configured(configuration: &Configuration, channel: Channel) -> Result<Option<Carrier>, StartFailure> {
    let mut found: Option<Carrier> = None;
    for sender in configuration.senders.iter().filter(|sender| sender.channel == channel) {
        let section = &sender.section;
        let made = (sender.make)(&configuration.kit).map_err(|problem| problem.of_section(section))?;
        let Some(made) = made else { continue };
        if let Some(Carrier { section: Some(other), .. }) = &found {
            let problem = format!("{channel} must have one sender, but [{other}] is configured as well");
            return Err(Problem::new(problem).of_section(section).into());
        }
        let sender = carrying(channel, made).map_err(|problem| problem.of_section(section))?;
        found = Some(Carrier { channel, section: Some(section.clone()), sender });
    }
    Ok(found)
}

/// Checks the channel, because the queue finds a sender by the channel that it states.
fn carrying(channel: Channel, sender: Arc<dyn MessageSender>) -> Result<Arc<dyn MessageSender>, Problem> {
    let says = sender.channel();
    if says == channel {
        return Ok(sender);
    }
    Err(Problem::new(format!("the sender is registered for {channel} and says that it carries {says}")))
}
