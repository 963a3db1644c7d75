//! Which addresses messages are sent to.

use auth_domain::identifier::{AllowedCountries, Identifier, IdentifierError, Schemes};
use auth_domain::messages::Channel;

/// Knows which addresses codes and notices are sent to, as the operator has set the service up.
#[derive(Clone)]
pub struct MessageReach {
    schemes: Schemes,
    channels: Vec<Channel>,
    sms_countries: AllowedCountries,
}

/// Why no message is sent to an address.
#[derive(Debug)]
pub(crate) enum Unreached {
    /// Nobody can be reached there.
    Identifier(IdentifierError),
    /// Nothing can be sent to addresses of this kind.
    ChannelOff,
    /// The operator does not send text messages to this country.
    CountryOff,
}

impl MessageReach {
    /// `channels` are those that a sender is configured for; text messages are sent to `sms_countries` only.
    #[must_use]
    pub fn new(schemes: Schemes, channels: Vec<Channel>, sms_countries: AllowedCountries) -> Self {
        Self { schemes, channels, sms_countries }
    }

    /// Returns the channel by which messages are sent to this address.
    pub(crate) fn channel_of(&self, address: &Identifier) -> Result<Channel, Unreached> {
        let scheme = self.schemes.get(address.kind().name()).ok_or(Unreached::ChannelOff)?;
        scheme.check_reachable(address).map_err(Unreached::Identifier)?;
        match scheme.channel().filter(|channel| self.channels.contains(channel)) {
            Some(Channel::SMS) if !self.sms_countries.allow_number(address) => Err(Unreached::CountryOff),
            Some(channel) => Ok(channel),
            None => Err(Unreached::ChannelOff),
        }
    }
}
