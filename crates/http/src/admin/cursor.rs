//! Where a page ended, as an opaque text that clients hand back.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::admin::{EventPosition, NamePlace};
use auth_domain::outbox::{DeadLetter, SubscriberId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use uuid::Uuid;

/// A cursor to the users after this one.
pub(crate) fn of_user(user: UserId) -> String {
    URL_SAFE_NO_PAD.encode(user.as_i64().to_be_bytes())
}

/// Reads what [`of_user`] wrote.
pub(crate) fn to_user(cursor: &str) -> Option<UserId> {
    let bytes: [u8; 8] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    Some(UserId::from_i64(i64::from_be_bytes(bytes)))
}

/// The first byte of what [`of_name`] writes, which that of no user id is.
const NAME: u8 = 0xff;

/// A cursor to the users after this place in the order of login names.
pub(crate) fn of_name(place: &NamePlace) -> String {
    let mut bytes = vec![NAME];
    bytes.extend(place.kind.as_bytes());
    bytes.push(0);
    bytes.extend(place.value.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`of_name`] wrote.
pub(crate) fn to_name(cursor: &str) -> Option<NamePlace> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (kind, value) = std::str::from_utf8(bytes.strip_prefix(&[NAME])?).ok()?.split_once('\0')?;
    // PostgreSQL has no texts with this in them.
    (!value.contains('\0')).then(|| NamePlace { kind: kind.to_owned(), value: value.to_owned() })
}

/// A cursor to the events before the one of this instant with this id.
pub(crate) fn of_event(at: Timestamp, id: Uuid) -> String {
    let mut bytes = at.timestamp_micros().to_be_bytes().to_vec();
    bytes.extend(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`of_event`] wrote.
pub(crate) fn to_event(cursor: &str) -> Option<(Timestamp, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (micros, id) = bytes.split_first_chunk::<8>()?;
    Some((instant(*micros)?, Uuid::from_slice(id).ok()?))
}

fn instant(micros: [u8; 8]) -> Option<Timestamp> {
    let at = DateTime::from_timestamp_micros(i64::from_be_bytes(micros))?;
    // PostgreSQL knows no instants before 4714 BC.
    (at.timestamp() > -62_000_000_000).then_some(at)
}

/// A cursor to the dead letters before this one.
pub(crate) fn of_letter(letter: &DeadLetter) -> String {
    let mut bytes = letter.died_at.timestamp_micros().to_be_bytes().to_vec();
    bytes.extend(letter.event.id.as_bytes());
    bytes.extend(letter.subscriber.as_str().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`of_letter`] wrote.
pub(crate) fn to_letter(cursor: &str) -> Option<(Timestamp, Uuid, SubscriberId)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (micros, rest) = bytes.split_first_chunk::<8>()?;
    let (id, subscriber) = rest.split_first_chunk::<16>()?;
    let subscriber = SubscriberId::parse(std::str::from_utf8(subscriber).ok()?).ok()?;
    Some((instant(*micros)?, Uuid::from_bytes(*id), subscriber))
}

/// The first byte of what [`of_position`] writes, so that no other cursor is mistaken for one.
const POSITION: u8 = b'>';

/// A cursor to the events after this position, for reading forward.
pub(crate) fn of_position(position: EventPosition) -> String {
    let mut bytes = vec![POSITION];
    bytes.extend(position.as_i64().to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`of_position`] wrote.
pub(crate) fn to_position(cursor: &str) -> Option<EventPosition> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let number = bytes.strip_prefix(&[POSITION])?.try_into().ok()?;
    EventPosition::from_i64(i64::from_be_bytes(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_survive_the_round_trip(
            id: i64,
            micros in 0_i64..4_000_000_000_000_000,
            event: u128,
            kind in "[a-z_]{1,12}",
            value in "[^\0]{0,50}",
        ) {
            let at = DateTime::from_timestamp_micros(micros).expect("in range");
            let event = Uuid::from_u128(event);
            prop_assert_eq!(to_user(&of_user(UserId::from_i64(id))), Some(UserId::from_i64(id)));
            prop_assert_eq!(to_event(&of_event(at, event)), Some((at, event)));
            let position = EventPosition::from_i64(micros).expect("not below nought");
            prop_assert_eq!(to_position(&of_position(position)), Some(position));
            prop_assert_eq!((to_event(&of_position(position)), to_position(&of_event(at, event))), (None, None));
            let place = NamePlace { kind, value };
            let end = NamePlace { value: format!("{}\0", place.value), ..place.clone() };
            prop_assert_eq!(to_name(&of_name(&end)), None);
            prop_assert_eq!(to_name(&of_user(UserId::from_i64(id & i64::MAX))), None);
            prop_assert_eq!(to_name(&of_name(&place)), Some(place));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,50}|[A-Za-z0-9_-]{11,12}|[A-Za-z0-9_-]{32}") {
            let _ = (to_user(&text), to_event(&text), to_position(&text), to_letter(&text), to_name(&text));
        }
    }
}
