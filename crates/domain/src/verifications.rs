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
    /// How many sends each share of an address's budget has per `sends_window`. `None`: no limit.
    pub max_sends: Option<usize>,
    /// The window of `max_sends`.
    pub sends_window: TimeDelta,
    /// How many sends each share has per [`SENDS_DAY`](crate::sends::SENDS_DAY). This also bounds guesses at codes,
    /// because each new code allows `max_tries` of them. `None`: no limit.
    pub max_sends_per_day: Option<usize>,
    /// How many times as many sends there are for whoever has passed the bot gate.
    pub hard_factor: usize,
}

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self {
            code_ttl: TimeDelta::seconds(600),
            resend_after: TimeDelta::seconds(60),
            max_tries: 5,
            max_sends: Some(5),
            sends_window: TimeDelta::seconds(600),
            max_sends_per_day: Some(50),
            hard_factor: 1,
        }
    }
}

impl VerificationPolicy {
    /// How many sends to an address a store must remember; older ones no longer affect any decision.
    #[must_use]
    pub fn remembered_sends(&self) -> usize {
        let of_share = self.max_sends.max(self.max_sends_per_day).unwrap_or(1).max(1);
        of_share.saturating_mul(self.hard_factor.max(1)).saturating_mul(3)
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

    /// Whether a guess is the code of a verification. The code that went out before the server's key was changed is right,
    /// too, as long as the key of that time is accepted. Takes the same time for every guess.
    #[must_use]
    pub fn is_right(key: &ServerKey, id: VerificationId, guess: &TypedCode) -> bool {
        key.each().iter().fold(false, |is_right, key| is_right | Self::derive(key, id).matches(guess))
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

/// What a stranger, or whoever shows nothing but a session, would get into by guessing a code: an account or, where
/// answers must not tell whether there is one, whatever may be behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guessed {
    /// This account, guessed at with a live session of it. Apart from what strangers do, so that they cannot use up the
    /// tries of the owner who is signed in on a new device.
    BySession(UserId),
    /// This account.
    Account(UserId),
    /// Whatever may be behind this address, which is the one that the code goes to.
    Address(Identifier),
}

impl Guessed {
    const BY_SESSION: &str = "session";
    const ACCOUNT: &str = "account";
    const ADDRESS: &str = "address";

    /// The form that a store keeps, and under which tries are counted. An address begins with the name of its kind, as
    /// earlier versions have it, which may count beside this one. A word for addresses stands before it only where a
    /// team has named the kind like a sort, so that no address reads as another sort, or as another address.
    #[must_use]
    pub fn to_stored(&self) -> String {
        match self {
            Self::BySession(user) => format!("{}:{user}", Self::BY_SESSION),
            Self::Account(user) => format!("{}:{user}", Self::ACCOUNT),
            Self::Address(address) => match address.kind().name() {
                kind @ (Self::BY_SESSION | Self::ACCOUNT | Self::ADDRESS) => {
                    format!("{}:{kind}:{}", Self::ADDRESS, address.canonical())
                }
                kind => format!("{kind}:{}", address.canonical()),
            },
        }
    }

    /// Restores the stored form, which was kept with a code to this address. What names no account is the address.
    #[must_use]
    pub fn from_stored(stored: &str, address: &Identifier) -> Self {
        let user = |sort: &str| stored.strip_prefix(sort)?.strip_prefix(':')?.parse::<UserId>().ok();
        user(Self::BY_SESSION)
            .map(Self::BySession)
            .or_else(|| user(Self::ACCOUNT).map(Self::Account))
            .unwrap_or_else(|| Self::Address(address.clone()))
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
    /// What may be guessed at, if it was not somebody on a known device who asked.
    pub guessed: Option<Guessed>,
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
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::IdentifierKind;
    use crate::secret_bytes::SecretBytes;

    #[test]
    fn what_is_guessed_at_is_told_apart_whatever_kinds_are_called() {
        let user = UserId::from_i64(7);
        let text = user.to_string();
        let named = |kind| Identifier::from_parts(IdentifierKind::new(kind), text.clone(), text.clone());
        for (sentence, guessed, stored) in [
            ("a session is told by its account", Guessed::BySession(user), format!("session:{text}")),
            ("an account is told by its id", Guessed::Account(user), format!("account:{text}")),
            ("a usual kind", Guessed::Address(named("email")), format!("email:{text}")),
            ("a kind of a team's", Guessed::Address(named("badge")), format!("badge:{text}")),
            ("a kind named like a session", Guessed::Address(named("session")), format!("address:session:{text}")),
            ("a kind named like an account", Guessed::Address(named("account")), format!("address:account:{text}")),
            ("a kind named like an address", Guessed::Address(named("address")), format!("address:address:{text}")),
        ] {
            let address = if let Guessed::Address(address) = &guessed { address.clone() } else { named("email") };
            assert_eq!(guessed.to_stored(), stored, "{sentence}");
            assert_eq!(Guessed::from_stored(&stored, &address), guessed, "{sentence}, restored");
        }
        let address = named("email");
        let other_form = Guessed::from_stored(&format!("address:email:{text}"), &address);
        assert_eq!(other_form, Guessed::Address(address), "an address with a word that its kind does not need");
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
