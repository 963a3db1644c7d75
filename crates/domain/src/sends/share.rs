//! Who asks for codes, and the shares that they are taken from.

use crate::Timestamp;
use crate::accounts::UserId;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::Network;

/// Who asks for a code, as far as the budget of the address is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody on a device that the account knows.
    Owner,
    /// Somebody with a live session of the account, on a device that the account does not know. An access token may be
    /// stolen, so this is less than an owner.
    Bearer,
    /// Somebody else, at the address of an account.
    Stranger,
    /// Anybody at an address that no account has or, where answers must not tell accounts from others, anybody who does
    /// not belong to an account.
    Newcomer,
}

impl Asker {
    /// Whether it is somebody who belongs to the account.
    #[must_use]
    pub fn belongs(self) -> bool {
        matches!(self, Self::Owner | Self::Bearer)
    }
}

/// The share that a send is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// Anybody's.
    Strangers,
    /// That of networks which have not used up a part of their own.
    Newcomers,
    /// That of whoever belongs to the account.
    Owner,
}

impl Share {
    /// The form that a store keeps.
    #[must_use]
    pub fn number(self) -> i16 {
        match self {
            Self::Strangers => 0,
            Self::Newcomers => 1,
            Self::Owner => 2,
        }
    }

    /// Restores a share from its stored form.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Strangers, Self::Newcomers, Self::Owner].into_iter().find(|share| share.number() == number)
    }
}

/// The network that asked for a code, by which it is recognised and nothing else: the first bytes of a keyed hash of the
/// widest network that may be one customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sender(i64);

impl Sender {
    /// The sender that a request comes from, and the same under the other key of the server's, if another one is accepted.
    #[must_use]
    pub fn with_both(key: &ServerKey, network: Network) -> (Self, Option<Self>) {
        let (made, also) = key.hash_with_both(KeyUse::Sender, &[network.widest().to_string().as_bytes()]);
        (Self::from_hash(made), also.map(Self::from_hash))
    }

    fn from_hash(hash: [u8; 32]) -> Self {
        Self(i64::from_be_bytes(hash[..8].try_into().expect("8 of 32 bytes")))
    }

    /// Restores a sender from its stored form. Zero is nobody.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

/// A request for a code, as far as the budget of the address is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Who asks.
    pub asker: Asker,
    /// The network.
    pub sender: Sender,
    /// The same network as it was known before the server's key was changed, if a key of before is accepted.
    pub also: Option<Sender>,
    /// The signed-in user who asks, if any.
    pub holder: Option<UserId>,
    /// Whether the hard limits are to decide and not the soft ones.
    pub beyond_soft: bool,
}

impl Ask {
    /// Whether the network is this one.
    #[must_use]
    pub fn is_of(&self, sender: Sender) -> bool {
        self.sender == sender || self.also == Some(sender)
    }
}

/// A code that was sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastSend {
    /// When.
    pub at: Timestamp,
    /// The share that it was taken from.
    pub share: Share,
    /// The network that asked for it.
    pub sender: Sender,
}

/// Who asked, where a program from before knew neither shares nor senders.
const UNKNOWN: (Share, Sender) = (Share::Strangers, Sender::from_number(0));

/// Sends as a store keeps them, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSends {
    /// When each was.
    pub at: Vec<Timestamp>,
    /// The number of each one's share.
    pub shares: Vec<i16>,
    /// The number of each one's sender.
    pub senders: Vec<i64>,
}

impl KeptSends {
    /// These sends.
    #[must_use]
    pub fn of(sends: &[PastSend]) -> Self {
        Self {
            at: sends.iter().map(|send| send.at).collect(),
            shares: sends.iter().map(|send| send.share.number()).collect(),
            senders: sends.iter().map(|send| send.sender.number()).collect(),
        }
    }

    /// The sends that were kept. Those that a program kept which knew fewer parts, or other shares, were strangers'.
    #[must_use]
    pub fn into_sends(self) -> Vec<PastSend> {
        let Self { at, shares, senders } = self;
        let is_known = shares.len() == at.len() && senders.len() == at.len();
        let known = shares
            .iter()
            .zip(&senders)
            .map(|(share, sender)| (Share::from_number(*share).unwrap_or(UNKNOWN.0), Sender::from_number(*sender)));
        let by: Vec<_> = if is_known { known.collect() } else { vec![UNKNOWN; at.len()] };
        at.into_iter().zip(by).map(|(at, (share, sender))| PastSend { at, share, sender }).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::secret_bytes::SecretBytes;

    #[test]
    fn what_an_older_program_kept_belongs_to_strangers() {
        let at = |second| DateTime::from_timestamp(second, 0).expect("in range");
        let kept = |shares: &[i16], senders: &[i64]| KeptSends {
            at: vec![at(1), at(2)],
            shares: shares.to_vec(),
            senders: senders.to_vec(),
        };
        let read = |kept: KeptSends| -> Vec<_> {
            kept.into_sends().into_iter().map(|send| (send.at, send.share, send.sender.number())).collect()
        };
        let unknown = [(at(1), Share::Strangers, 0), (at(2), Share::Strangers, 0)];
        assert_eq!(read(kept(&[], &[])), unknown);
        assert_eq!(read(kept(&[2], &[7])), unknown, "one more than a newer program knows of");
        assert_eq!(read(kept(&[2, 1], &[7, 8])), [(at(1), Share::Owner, 7), (at(2), Share::Newcomers, 8)]);
        let again = KeptSends::of(&kept(&[2, 1], &[7, 8]).into_sends());
        assert_eq!(read(again), read(kept(&[2, 1], &[7, 8])));
    }

    #[test]
    fn shares_are_restored_from_their_numbers() {
        for share in [Share::Strangers, Share::Newcomers, Share::Owner] {
            assert_eq!(Share::from_number(share.number()), Some(share));
        }
        assert_eq!(Share::from_number(3), None);
    }

    #[test]
    fn a_sender_is_the_widest_network() {
        let key = ServerKey::new(SecretBytes::new([3; 32]));
        let of = |address: &str| Sender::with_both(&key, Network::of(address.parse().expect(address))).0;
        assert_eq!(of("192.0.2.1"), of("192.0.2.200"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8:1:1::1"), of("2001:db8:1:ffff::1"));
        assert_ne!(of("2001:db8:1:1::1"), of("2001:db8:2:1::1"));
        let other = ServerKey::new(SecretBytes::new([4; 32]));
        assert_ne!(of("192.0.2.1"), Sender::with_both(&other, Network::of([192, 0, 2, 1].into())).0);
        let network = Network::of([192, 0, 2, 1].into());
        assert_eq!(Sender::with_both(&key, network).1, None);
        key.replace(SecretBytes::new([4; 32]), Some(SecretBytes::new([3; 32])));
        let before = ServerKey::new(SecretBytes::new([3; 32]));
        assert_eq!(Sender::with_both(&key, network).1, Some(Sender::with_both(&before, network).0));
    }
}
