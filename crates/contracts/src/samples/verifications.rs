//! Requests for codes.

use auth_domain::Timestamp;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::messages::{Channel, Language, MessageId};
use auth_domain::origin::Origin;
use auth_domain::sends::{Ask, Asker, Sender};
use auth_domain::verifications::{VerificationId, VerificationPolicy};
use auth_ports::{ClaimMessages, FreePlaces, SendRequest};
use chrono::TimeDelta;

use super::{sample_origin, unique_bytes};

/// A request for a code from a device that never asked before, under the default policy.
#[must_use]
pub fn sample_send_request(address: &Identifier, now: Timestamp) -> SendRequest {
    sample_send_request_by(&sample_origin(), address, now)
}

/// A request for a code from this origin, under the default policy.
#[must_use]
pub fn sample_send_request_by(origin: &Origin, address: &Identifier, now: Timestamp) -> SendRequest {
    SendRequest {
        policy: VerificationPolicy::default(),
        id: VerificationId::new(unique_bytes()),
        message: MessageId::new(unique_bytes()),
        address: address.clone(),
        address_as_sent: address.shown().to_owned(),
        channel: if address.kind() == IdentifierKind::PHONE_NUMBER { Channel::SMS } else { Channel::EMAIL },
        language: Language::English,
        client: origin.client.clone(),
        requester: origin.requester(),
        ask: Ask {
            asker: Asker::Stranger,
            sender: Sender::from_number(1),
            also: None,
            holder: None,
            beyond_soft: false,
        },
        guessed: None,
        leased_until: None,
        now,
    }
}

/// A claim of all that is due.
#[must_use]
pub fn sample_claim(now: Timestamp, leased_until: Timestamp) -> ClaimMessages {
    ClaimMessages { now, leased_until, places: FreePlaces::of_each_channel(1_000) }
}

/// The default policy without a cooldown and without a maximum of sends.
#[must_use]
pub fn unlimited_policy() -> VerificationPolicy {
    VerificationPolicy { resend_after: TimeDelta::zero(), max_sends: None, ..VerificationPolicy::default() }
}
