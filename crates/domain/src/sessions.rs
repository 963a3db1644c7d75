//! Sessions. Each is one sign-in, continued by a refresh token that changes with every use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroize;

use crate::Timestamp;
use crate::access::{Method, Scope};
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::{Origin, Place};
use crate::presence::Presence;
use crate::secret_bytes::SecretHash;
pub use crate::session_id::SessionId;

/// How long sessions live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPolicy {
    /// The absolute lifetime of a session; rotation does not extend it.
    pub refresh_ttl: TimeDelta,
    /// How long a used refresh token still yields its successor. Zero: not at all.
    pub refresh_grace: TimeDelta,
    /// How many live sessions a user may have; the oldest ends when one more begins.
    pub max_per_user: u32,
    /// How long a session shows that its owner is there, from its beginning or from the last proof of it. Zero: not at
    /// all.
    pub presence: TimeDelta,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            refresh_ttl: TimeDelta::days(31),
            refresh_grace: TimeDelta::seconds(10),
            max_per_user: 50,
            presence: TimeDelta::seconds(900),
        }
    }
}

/// A session to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The session's id.
    pub id: SessionId,
    /// The user who signed in.
    pub user: UserId,
    /// Where the session began.
    pub origin: Origin,
    /// What the session's tokens are good for.
    pub scope: Scope,
    /// How the user signed in.
    pub method: Method,
    /// The hash of the refresh tokens' seed.
    pub seed: SecretHash,
    /// The hash of the proof, or else of the voucher, that paid for the session, if any.
    pub paid_by: Option<SecretHash>,
    /// When the session began.
    pub created_at: Timestamp,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// The client that the session belongs to.
    pub client: ClientId,
    /// The device on which the session began.
    pub device: Option<String>,
    /// The network in which the session began.
    pub network: String,
    /// What the device called itself.
    pub user_agent: Option<String>,
    /// What the session's tokens are good for.
    pub scope: Scope,
    /// How the user signed in.
    pub method: Method,
    /// When the session began.
    pub created_at: Timestamp,
    /// How often the session was refreshed.
    pub generation: u32,
    /// When the session was last refreshed.
    pub rotated_at: Option<Timestamp>,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// When and where its owner last proved to be there, if ever since it began.
    pub presence: Option<Presence>,
}

impl Session {
    /// Returns the place where the session began.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { device: self.device.clone(), network: self.network.clone() }
    }

    /// Whether the session has shown within `window` that its owner is at `place`: it began there, or its owner proved to
    /// be there once more.
    #[must_use]
    pub fn shows_presence(&self, place: &Place, window: TimeDelta, now: Timestamp) -> bool {
        let beginning = Presence { at: self.created_at, place: self.place() };
        std::iter::once(&beginning).chain(&self.presence).any(|presence| presence.counts(place, window, now))
    }
}

/// A session that is kept, whether it lives or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSession {
    /// The session.
    pub session: Session,
    /// When it was ended; `None` if it lives, or expired by itself.
    pub ended_at: Option<Timestamp>,
}

impl KeptSession {
    /// Whether it lives.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.session.expires_at
    }
}

/// What a refresh token is worth, decided under the session's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationDecision {
    /// The token is the current one: its successor becomes current.
    Rotate,
    /// The token was current a moment ago: its successor, which is current, is handed out again.
    Repeat,
    /// The same, but its use was stored by a clock that ran ahead of the one now, and would be believed until that time
    /// comes. The session's instant is set to now, so that the grace counts from here.
    RepeatFromNow,
    /// The token was used longer ago, or elsewhere: somebody else has a copy, and the session ends.
    Replay,
}

/// Decides about a genuine refresh token of a live session. `current` and `rotated_at` are the
/// session's; `presented` is the token's generation, which is never above `current`; `is_same_place` says whether the
/// token comes from where the session was last refreshed.
#[must_use]
pub fn decide_rotation(
    current: u32,
    rotated_at: Option<Timestamp>,
    presented: u32,
    grace: TimeDelta,
    now: Timestamp,
    is_same_place: bool,
) -> RotationDecision {
    if presented == current {
        return RotationDecision::Rotate;
    }
    match rotated_at.filter(|_| presented + 1 == current && is_same_place) {
        // An instant ahead counts as now: to end the session for it would log out a client that did nothing wrong.
        Some(at) if now < at.min(now) + grace && at > now => RotationDecision::RepeatFromNow,
        Some(at) if now < at.min(now) + grace => RotationDecision::Repeat,
        _ => RotationDecision::Replay,
    }
}

/// A refresh token. Its text is `m.` and 101 characters: user, session, generation, seed, and a keyed hash over them.
///
/// The store keeps only a hash of the seed and the current generation. The database alone therefore
/// does not let anyone use or forge a token (the server's key is missing), nor does the server's key
/// alone (the seed is missing). The successor of a token can be computed from the token itself, so a
/// repeated request is answered with the *same* successor although none is stored.
#[derive(Clone)]
pub struct RefreshToken {
    user: UserId,
    session: SessionId,
    generation: u32,
    seed: [u8; 16],
}

const PREFIX: &str = "m.";
const BODY: usize = 8 + 16 + 4 + 16;
const SEALED: usize = BODY + 32;

impl RefreshToken {
    /// The first token of a session, from 16 random bytes.
    #[must_use]
    pub fn first(user: UserId, session: SessionId, seed: [u8; 16]) -> Self {
        Self { user, session, generation: 0, seed }
    }

    /// Reads a token and checks that this service made it. `None` for anything else.
    #[must_use]
    pub fn open(key: &ServerKey, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let sealed: [u8; SEALED] = bytes.try_into().ok()?;
        let (body, mac) = sealed.split_at(BODY);
        let genuine = key.hashes(KeyUse::RefreshToken, &[body]).any(|ours| bool::from(ours.ct_eq(mac)));
        genuine.then(|| Self::from_body(body)).flatten()
    }

    /// The text that the client keeps, 103 characters long.
    #[must_use]
    pub fn seal(&self, key: &ServerKey) -> String {
        let mut bytes = Vec::with_capacity(SEALED);
        bytes.extend(self.user.as_i64().to_be_bytes());
        bytes.extend(self.session.as_uuid().as_bytes());
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.seed);
        let mac = key.hash(KeyUse::RefreshToken, &[&bytes]);
        bytes.extend(mac);
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes));
        bytes.zeroize();
        text
    }

    /// The token that follows this one.
    #[must_use]
    pub fn successor(&self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..self.clone() }
    }

    /// The user whose session the token continues.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The session that the token continues.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// How often the session was refreshed before this token.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What the store keeps of the seed.
    #[must_use]
    pub fn seed_hash(&self) -> SecretHash {
        SecretHash::of(&self.seed)
    }

    fn from_body(body: &[u8]) -> Option<Self> {
        let (user, rest) = body.split_first_chunk::<8>()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        Some(Self {
            user: UserId::from_i64(i64::from_be_bytes(*user)),
            session: SessionId::from_uuid(Uuid::from_bytes(*session)),
            generation: u32::from_be_bytes(*generation),
            seed: rest.try_into().ok()?,
        })
    }
}

impl Drop for RefreshToken {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefreshToken({} #{})", self.session, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secret_bytes::SecretBytes;

    fn key(byte: u8) -> ServerKey {
        ServerKey::new(SecretBytes::new([byte; 32]))
    }

    fn token() -> RefreshToken {
        RefreshToken::first(UserId::from_i64(42), SessionId::new([1; 16]), [2; 16])
    }

    #[test]
    fn a_token_survives_the_round_trip_and_fits_the_contract() {
        let text = token().successor().seal(&key(1));
        assert!(text.starts_with("m.") && text.len() <= 128, "{} characters", text.len());
        let opened = RefreshToken::open(&key(1), &text).expect("genuine");
        assert_eq!((opened.user(), opened.session(), opened.generation()), (token().user, token().session, 1));
        assert_eq!(opened.seed_hash(), token().seed_hash());
    }

    #[test]
    fn rotations() {
        let at = |seconds: i64| chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range");
        let grace = TimeDelta::seconds(10);
        for (what, current, rotated_at, presented, grace, now, decision) in [
            ("first use", 0, None, 0, grace, 0, RotationDecision::Rotate),
            ("later use", 7, Some(at(0)), 7, grace, 5, RotationDecision::Rotate),
            ("lost response", 1, Some(at(0)), 0, grace, 9, RotationDecision::Repeat),
            ("just now", 1, Some(at(0)), 0, grace, 0, RotationDecision::Repeat),
            ("the clock was set back", 1, Some(at(5)), 0, grace, 0, RotationDecision::RepeatFromNow),
            ("the clock ran far ahead", 1, Some(at(5_000)), 0, grace, 40, RotationDecision::RepeatFromNow),
            ("two behind, clock ran ahead", 2, Some(at(99)), 0, grace, 40, RotationDecision::Replay),
            ("current, and the clock ran ahead", 1, Some(at(5_000)), 1, grace, 40, RotationDecision::Rotate),
            ("too late", 1, Some(at(0)), 0, grace, 10, RotationDecision::Replay),
            ("two generations old", 2, Some(at(0)), 0, grace, 1, RotationDecision::Replay),
            ("grace switched off", 1, Some(at(0)), 0, TimeDelta::zero(), 0, RotationDecision::Replay),
            ("no grace, clock ran ahead", 1, Some(at(5)), 0, TimeDelta::zero(), 0, RotationDecision::Replay),
        ] {
            assert_eq!(decide_rotation(current, rotated_at, presented, grace, at(now), true), decision, "{what}");
            let elsewhere = if presented == current { RotationDecision::Rotate } else { RotationDecision::Replay };
            let decided = decide_rotation(current, rotated_at, presented, grace, at(now), false);
            assert_eq!(decided, elsewhere, "{what}, from elsewhere");
        }
    }

    #[test]
    fn a_session_shows_presence_where_it_began_and_where_it_was_proven_last() {
        let at = |seconds: i64| chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range");
        let place = |device: &str| Place { device: Some(device.to_owned()), network: "192.0.2.7".to_owned() };
        let Place { device, network } = place("phone");
        let new = Session {
            id: SessionId::new([1; 16]),
            client: ClientId::parse("app").expect("a client id"),
            device,
            network,
            user_agent: None,
            scope: Scope::User,
            method: Method::new("email"),
            created_at: at(0),
            generation: 0,
            rotated_at: None,
            expires_at: at(1_000_000),
            presence: None,
        };
        for (what, proven, device, second, shows) in [
            ("it began here", None, "phone", 899, true),
            ("it began here a while ago", None, "phone", 900, false),
            ("it began elsewhere", None, "laptop", 0, false),
            ("proven here", Some(("phone", 1_000)), "phone", 1_899, true),
            ("proven elsewhere a while after", Some(("laptop", 1_000)), "phone", 1_000, false),
            ("it began elsewhere, and was proven here", Some(("laptop", 10)), "laptop", 10, true),
            ("it began here, and was proven elsewhere", Some(("laptop", 10)), "phone", 10, true),
        ] {
            let presence = proven.map(|(device, second)| Presence { at: at(second), place: place(device) });
            let session = Session { presence, ..new.clone() };
            let shown = session.shows_presence(&place(device), TimeDelta::seconds(900), at(second));
            assert_eq!(shown, shows, "{what}");
        }
    }

    #[test]
    fn a_token_does_not_open_under_another_key() {
        assert!(RefreshToken::open(&key(2), &token().seal(&key(1))).is_none());
    }

    proptest! {
        #[test]
        fn no_changed_token_opens(position in 2_usize..103, replacement in "[A-Za-z0-9_-]") {
            let text = token().seal(&key(1));
            let changed = format!("{}{replacement}{}", &text[..position], &text[position + 1..]);
            prop_assert_eq!(RefreshToken::open(&key(1), &changed).is_some(), changed == text);
        }

        #[test]
        fn opening_never_panics(text in "\\PC{0,130}|m\\.[A-Za-z0-9_-]{0,120}") {
            prop_assert!(RefreshToken::open(&key(1), &text).is_none());
        }

        #[test]
        fn a_displayed_id_parses_to_the_same_value(id: u128) {
            let id = SessionId::from_uuid(Uuid::from_u128(id));
            prop_assert_eq!(SessionId::parse(&id.to_string()), Some(id));
        }

        #[test]
        fn an_id_is_its_32_digits_whatever_surrounds_them(
            raw in prop_oneof![
                "(?s).{0,50}|[0-9A-Fa-f]{31,33}",
                "\\{?(urn:uuid:)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}?",
            ],
        ) {
            if let Some(id) = SessionId::parse(&raw) {
                let digits = raw.trim_start_matches("urn:uuid:").replace(['{', '-', '}'], "").to_lowercase();
                prop_assert_eq!(digits, id.to_string().replace('-', ""));
                prop_assert_eq!(SessionId::parse(&id.to_string()), Some(id));
            }
        }
    }
}
