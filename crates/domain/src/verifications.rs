//! Verifications: a person proves control of an address with a code that is sent there.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::identifier::Identifier;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::Requester;

pub use crate::typed_code::TypedCode;

/// How long codes live and how often they may be tried and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationPolicy {
    /// The lifetime of a code, and of the token that it earns.
    pub code_ttl: TimeDelta,
    /// The shortest time between two sends to the same address for the same device. Zero: no cooldown.
    pub resend_after: TimeDelta,
    /// How many times one code may be tried in all.
    pub max_tries: u16,
    /// How many sends one address gets per `sends_window`, whoever asks. `None`: no limit.
    pub max_sends: Option<usize>,
    /// The window of `max_sends`.
    pub sends_window: TimeDelta,
    /// How many sends one address gets per [`SENDS_DAY`], whoever asks. This also bounds guesses at codes, because
    /// each new code allows `max_tries` of them. `None`: no limit.
    pub max_sends_per_day: Option<usize>,
}

/// The window of `max_sends_per_day`.
pub const SENDS_DAY: TimeDelta = TimeDelta::hours(24);

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self {
            code_ttl: TimeDelta::seconds(600),
            resend_after: TimeDelta::seconds(60),
            max_tries: 5,
            max_sends: Some(5),
            sends_window: TimeDelta::seconds(600),
            max_sends_per_day: Some(50),
        }
    }
}

impl VerificationPolicy {
    /// How many sends to an address a store must remember; older ones no longer affect any decision.
    #[must_use]
    pub fn remembered_sends(&self) -> usize {
        self.max_sends.max(self.max_sends_per_day).unwrap_or(1).max(1)
    }
}

/// The id of a verification (`verification_id`): 122 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerificationId(Uuid);

impl VerificationId {
    /// Makes an id from 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Reads the id that a client sends back.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        Uuid::try_parse(raw).ok().map(Self)
    }

    /// Restores an id from its stored form.
    #[must_use]
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for VerificationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A code of six digits, with leading zeros.
///
/// It is derived from the verification's id under the server's key and stored nowhere: whoever reads
/// the database learns nothing, and a message that is sent again carries the same code.
#[derive(Debug, Clone)]
pub struct VerificationCode(SecretString);

impl VerificationCode {
    /// The code of a verification. The bias of the reduction is below 2⁻⁴⁴.
    #[must_use]
    pub fn derive(key: &ServerKey, id: VerificationId) -> Self {
        let hash = key.hash(KeyUse::VerificationCode, &[id.as_uuid().as_bytes()]);
        let number = u64::from_be_bytes(hash[..8].try_into().expect("8 of 32 bytes"));
        Self(format!("{:06}", number % 1_000_000).into())
    }

    /// Whether a guess is right. Takes the same time for every guess.
    #[must_use]
    pub fn matches(&self, guess: &TypedCode) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(guess.digits().as_bytes()).into()
    }

    /// The digits, for the sender that delivers them to their owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A request to prove control of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The verification's id.
    pub id: VerificationId,
    /// The address to be proven.
    pub address: Identifier,
    /// The client that asked.
    pub client: ClientId,
    /// The device or network that asked.
    pub requester: Requester,
    /// The signed-in user who asked, if any; passed on to the proof.
    pub holder: Option<UserId>,
    /// When the code was first requested.
    pub created_at: Timestamp,
    /// When the code expires: from then on it is refused.
    pub expires_at: Timestamp,
    /// When the code was last sent.
    pub last_sent_at: Timestamp,
    /// How many times the code has been tried.
    pub tries: u16,
    /// When the right code was entered, if it was.
    pub verified_at: Option<Timestamp>,
}

impl Verification {
    /// Whether the verification's code can still be used.
    #[must_use]
    pub fn is_live(&self, policy: &VerificationPolicy, now: Timestamp) -> bool {
        self.verified_at.is_none() && self.tries < policy.max_tries && now < self.expires_at
    }
}

/// What to do when a code is requested, decided under the address's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendDecision {
    /// Send the live code again, under the same id.
    Again,
    /// Make a new verification.
    Fresh,
    /// Refuse: too soon after the last send for this device.
    CoolingDown {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
    /// Refuse: too many sends to this address.
    TooMany {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
}

/// Decides about a send. `latest` is the requester's latest verification of the address, `holder` is the
/// signed-in user who asks now, and `sends` holds the instants of recent sends to the address, whoever asked.
///
/// A code that another user requested is not sent again: the proof that it earns belongs to that user.
#[must_use]
pub fn decide_send(
    policy: &VerificationPolicy,
    latest: Option<&Verification>,
    holder: Option<UserId>,
    sends: &[Timestamp],
    now: Timestamp,
) -> SendDecision {
    // Without a cooldown nobody waits, whichever of two concurrent requests is stored first.
    if let Some(latest) = latest.filter(|_| policy.resend_after > TimeDelta::zero()) {
        let allowed_at = latest.last_sent_at + policy.resend_after;
        if now < allowed_at {
            return SendDecision::CoolingDown { retry_after: allowed_at - now };
        }
    }
    let budgets = [(policy.max_sends, policy.sends_window), (policy.max_sends_per_day, SENDS_DAY)];
    let waits = budgets.into_iter().filter_map(|(max, window)| wait(max?, window, sends, now));
    if let Some(retry_after) = waits.max() {
        return SendDecision::TooMany { retry_after };
    }
    match latest {
        Some(latest) if latest.is_live(policy, now) && latest.holder == holder => SendDecision::Again,
        _ => SendDecision::Fresh,
    }
}

/// How long until one of `max` sends leaves the window, if all are used up.
fn wait(max: usize, window: TimeDelta, sends: &[Timestamp], now: Timestamp) -> Option<TimeDelta> {
    let mut recent: Vec<_> = sends.iter().filter(|at| **at + window > now).collect();
    recent.sort_unstable();
    let oldest = recent.len().checked_sub(max.max(1))?;
    Some(*recent[oldest] + window - now)
}

/// The outcome of a try at a code, known only after the try was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountedTry {
    /// The try was counted; compare the code.
    Counted(Box<Verification>),
    /// All tries are used up.
    Exhausted,
    /// The code has expired.
    Expired,
    /// The code has already earned its token.
    AlreadyVerified,
    /// This client has no such verification.
    Unknown,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::{EmailScheme, IdentifierScheme as _};
    use crate::secret_bytes::SecretBytes;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn sent(at_second: i64, tries: u16, verified: bool) -> Verification {
        Verification {
            id: VerificationId::new([1; 16]),
            address: EmailScheme.parse("user@example").expect("valid"),
            client: ClientId::parse("app").expect("valid"),
            requester: Requester::from_stored("device:a".into()),
            holder: None,
            created_at: at(0),
            expires_at: at(600),
            last_sent_at: at(at_second),
            tries,
            verified_at: verified.then(|| at(1)),
        }
    }

    #[test]
    fn sends() {
        let policy = VerificationPolicy::default();
        let five: Vec<_> = (0..5).map(|n| at(n * 100)).collect();
        for (what, latest, sends, now, decision) in [
            ("first", None, &[][..], 0, SendDecision::Fresh),
            (
                "too soon",
                Some(sent(0, 0, false)),
                &[],
                59,
                SendDecision::CoolingDown { retry_after: TimeDelta::seconds(1) },
            ),
            ("again", Some(sent(0, 0, false)), &[], 60, SendDecision::Again),
            ("again after wrong tries", Some(sent(0, 4, false)), &[], 60, SendDecision::Again),
            ("after the last try", Some(sent(0, 5, false)), &[], 60, SendDecision::Fresh),
            ("after success", Some(sent(0, 1, true)), &[], 60, SendDecision::Fresh),
            ("last instant of its lifetime", Some(sent(0, 0, false)), &[], 599, SendDecision::Again),
            ("after its lifetime", Some(sent(0, 0, false)), &[], 600, SendDecision::Fresh),
            ("sixth send", None, &five, 500, SendDecision::TooMany { retry_after: TimeDelta::seconds(100) }),
            ("window has moved on", None, &five, 600, SendDecision::Fresh),
        ] {
            assert_eq!(decide_send(&policy, latest.as_ref(), None, sends, at(now)), decision, "{what}");
        }
    }

    #[test]
    fn a_code_that_another_user_requested_is_not_sent_again() {
        let policy = VerificationPolicy::default();
        let (ann, bob) = (Some(UserId::from_i64(1)), Some(UserId::from_i64(2)));
        for (asked, asks, decision) in [
            (None, None, SendDecision::Again),
            (ann, ann, SendDecision::Again),
            (None, ann, SendDecision::Fresh),
            (ann, None, SendDecision::Fresh),
            (ann, bob, SendDecision::Fresh),
        ] {
            let latest = Verification { holder: asked, ..sent(0, 0, false) };
            assert_eq!(decide_send(&policy, Some(&latest), asks, &[], at(60)), decision, "{asked:?}, {asks:?}");
        }
    }

    #[test]
    fn without_a_cooldown_nobody_waits() {
        let policy = VerificationPolicy { resend_after: TimeDelta::zero(), ..VerificationPolicy::default() };
        // This code was requested before the one that was stored first.
        assert_eq!(decide_send(&policy, Some(&sent(10, 0, false)), None, &[], at(9)), SendDecision::Again);
    }

    #[test]
    fn sends_a_day() {
        let policy = VerificationPolicy { max_sends_per_day: Some(3), ..VerificationPolicy::default() };
        let sends = [at(0), at(10_000), at(20_000)];
        let decide = |now| decide_send(&policy, None, None, &sends, at(now));
        assert_eq!(decide(86_399), SendDecision::TooMany { retry_after: TimeDelta::seconds(1) });
        assert_eq!(decide(86_400), SendDecision::Fresh);
        let both = VerificationPolicy { max_sends: Some(1), ..policy };
        let waits_longer = SendDecision::TooMany { retry_after: TimeDelta::seconds(66_000) };
        assert_eq!(decide_send(&both, None, None, &sends, at(20_400)), waits_longer, "the longer of both waits");
    }

    #[test]
    fn codes_are_spread_evenly() {
        let key = ServerKey::new(SecretBytes::new([3; 32]));
        let mut leading = [0_u32; 10];
        for n in 0_u128..20_000 {
            let code = VerificationCode::derive(&key, VerificationId::from_uuid(Uuid::from_u128(n)));
            assert_eq!(code.expose().len(), 6);
            leading[usize::from(code.expose().as_bytes()[0] - b'0')] += 1;
        }
        let chi_square: f64 = leading.iter().map(|seen| (f64::from(*seen) - 2000.0).powi(2) / 2000.0).sum();
        assert!(chi_square < 27.9, "9 degrees of freedom, p = 0.001: {chi_square}");
    }

    proptest! {
        #[test]
        fn width_and_what_stands_between_make_no_difference(
            id: u128,
            wide: [bool; 6],
            marks in proptest::collection::vec("[ \u{3000}\u{A0}\u{200B}\u{202C}\u{2011}-]{0,2}", 6),
        ) {
            let key = ServerKey::new(SecretBytes::new([3; 32]));
            let code = VerificationCode::derive(&key, VerificationId::from_uuid(Uuid::from_u128(id)));
            let widened = |digit: char| char::from_u32(u32::from(digit) + 0xFEE0).unwrap_or(digit);
            let digits = code.expose().chars().zip(wide).zip(&marks);
            let typed: String = digits
                .flat_map(|((digit, wide), mark)| [if wide { widened(digit) } else { digit }.to_string(), mark.clone()])
                .collect();
            prop_assert!(TypedCode::parse(&typed).is_some_and(|typed| code.matches(&typed)), "{:?}", typed);
        }

        #[test]
        fn only_the_code_itself_matches(id: u128, guess in "[0-9]{0,8}|\\PC{0,8}") {
            let key = ServerKey::new(SecretBytes::new([3; 32]));
            let code = VerificationCode::derive(&key, VerificationId::from_uuid(Uuid::from_u128(id)));
            let matches = |guess: &str| TypedCode::parse(guess).is_some_and(|guess| code.matches(&guess));
            prop_assert!(matches(code.expose()));
            prop_assert_eq!(matches(&guess), guess.trim() == code.expose());
        }

        #[test]
        fn a_displayed_id_parses_to_the_same_value(id: u128) {
            let id = VerificationId::from_uuid(Uuid::from_u128(id));
            prop_assert_eq!(VerificationId::parse(&id.to_string()), Some(id));
        }

        #[test]
        fn an_id_is_its_32_digits_whatever_surrounds_them(
            raw in prop_oneof![
                "(?s).{0,50}|[0-9A-Fa-f]{31,33}",
                "\\{?(urn:uuid:)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}?",
            ],
        ) {
            if let Some(id) = VerificationId::parse(&raw) {
                let digits = raw.trim_start_matches("urn:uuid:").replace(['{', '-', '}'], "").to_lowercase();
                prop_assert_eq!(digits, id.to_string().replace('-', ""));
                prop_assert_eq!(VerificationId::parse(&id.to_string()), Some(id));
            }
        }
    }
}
