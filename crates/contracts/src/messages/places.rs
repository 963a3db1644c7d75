//! Promises about what is claimed where there are not places for everything.

use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::messages::{Channel, MessageId};
use auth_ports::{ChannelPlaces, ClaimMessages, FreePlaces, SendRequest};

use super::leases::{ask, claim, claim_ids, next_due};
use crate::Stores;
use crate::samples::{
    at, just_before, sample_claim, sample_email, sample_phone_number, sample_send_request, spelled_email, start, unique,
};

/// Whoever wrote it delivers it. If that fails, the next one is told of one attempt.
pub async fn a_message_that_is_leased_when_it_is_written_counts_as_claimed(stores: Stores) {
    let request = SendRequest { leased_until: Some(at(60)), ..sample_send_request(&sample_email(), start()) };
    let id = ask(&stores, request).await;
    assert_eq!(claim(&stores, just_before(at(60))).await, [], "claimed under the lease of its writer");
    assert_eq!(next_due(&stores).await, Some(at(60)), "when it is due");
    let claimed = stores.messages.claim_due(sample_claim(at(60), at(120))).await.expect("the store works");
    let seen: Vec<_> = claimed.iter().map(|message| (message.id, message.attempts)).collect();
    assert_eq!(seen, [(id, 1)], "message and earlier attempts");
}

/// Fresh codes go before what was tried already, however long that is due.
pub async fn what_nobody_has_tried_to_send_is_claimed_first(stores: Stores) {
    let tried = write(&stores, &sample_email(), start()).await;
    assert_eq!(claim(&stores, start()).await, [tried], "the first attempt");
    stores.messages.retry_at(tried, at(1)).await.expect("the store works");
    let fresh = [write(&stores, &sample_email(), at(2)).await, write(&stores, &sample_email(), at(3)).await];
    let places = || FreePlaces::of_each_channel(1);
    for expected in [fresh[0], fresh[1], tried] {
        assert_eq!(claim_for(&stores, at(9), places()).await, [expected], "one place at a time");
    }
}

/// No channel's messages take the places of another one.
pub async fn a_claim_takes_no_more_of_a_channel_than_it_has_places_for(stores: Stores) {
    let mut mails = Vec::new();
    for second in 0..4 {
        mails.push(write(&stores, &sample_email(), at(second)).await);
    }
    let texts =
        [write(&stores, &sample_phone_number(), at(7)).await, write(&stores, &sample_phone_number(), at(8)).await];
    let both = |mail, text| FreePlaces {
        channels: vec![channel(Channel::EMAIL, mail, 9, &[]), channel(Channel::SMS, text, 9, &[])],
        elsewhere: 9,
    };
    assert_eq!(claim_for(&stores, at(9), both(2, 1)).await, [mails[0], mails[1], texts[0]], "the oldest of each");
    assert_eq!(claim_for(&stores, at(9), both(0, 9)).await, [texts[1]], "no place for mail");
    assert_eq!(claim_for(&stores, at(9), both(1, 0)).await, [mails[2]], "no place for text messages");
    let only_mail = FreePlaces { channels: vec![channel(Channel::EMAIL, 0, 9, &[])], elsewhere: 9 };
    assert_eq!(claim_for(&stores, at(9), only_mail).await, [], "none of the rest");
}

/// Mail waits by domain; text messages have one lane.
pub async fn a_claim_takes_no_more_of_a_lane_than_it_has_places_for(stores: Stores) {
    let (big, small) = (domain(), domain());
    let to_big = [to(&stores, &big, 1).await, to(&stores, &big, 2).await, to(&stores, &big, 3).await];
    let to_small = [to(&stores, &small, 4).await, to(&stores, &small, 5).await];
    let places = || FreePlaces { channels: vec![channel(Channel::EMAIL, 9, 1, &[(&big, 2)])], elsewhere: 0 };
    let claimed = claim_for(&stores, at(9), places()).await;
    assert_eq!(claimed, [to_big[0], to_big[1], to_small[0]], "two of the one, one of the other");
    let of_channel = FreePlaces { channels: vec![channel(Channel::EMAIL, 1, 1, &[(&big, 2)])], elsewhere: 0 };
    assert_eq!(claim_for(&stores, at(9), of_channel).await, [to_big[2]], "the place of the channel");
    let texts =
        [write(&stores, &sample_phone_number(), at(6)).await, write(&stores, &sample_phone_number(), at(7)).await];
    let vendor = FreePlaces { channels: vec![channel(Channel::SMS, 9, 9, &[("", 1)])], elsewhere: 0 };
    assert_eq!(claim_for(&stores, at(9), vendor).await, [texts[0]], "the vendor's lane");
}

/// However much waits for a lane that is full or left alone, others are reached.
pub async fn a_claim_reaches_past_lanes_without_places(stores: Stores) {
    let hanging = domain();
    for second in 0..40 {
        to(&stores, &hanging, second).await;
    }
    let other = to(&stores, &domain(), 50).await;
    let places = FreePlaces { channels: vec![channel(Channel::EMAIL, 1, 1, &[(&hanging, 0)])], elsewhere: 0 };
    assert_eq!(claim_for(&stores, at(99), places).await, [other], "the only one in a lane with places");
}

/// If lanes that are not named have no places, only those that are named are claimed.
pub async fn unnamed_lanes_have_the_places_of_their_channel(stores: Stores) {
    let (known, stranger) = (domain(), domain());
    let to_stranger = to(&stores, &stranger, 1).await;
    let to_known = to(&stores, &known, 2).await;
    let places =
        |per_lane| FreePlaces { channels: vec![channel(Channel::EMAIL, 9, per_lane, &[(&known, 1)])], elsewhere: 0 };
    assert_eq!(claim_for(&stores, at(9), places(0)).await, [to_known], "the named lane");
    assert_eq!(claim_for(&stores, at(9), places(1)).await, [to_stranger], "any lane");
}

/// Nobody wakes up for a message that could not be claimed.
pub async fn what_has_no_place_is_not_next(stores: Stores) {
    let (hanging, other) = (domain(), domain());
    to(&stores, &hanging, 1).await;
    to(&stores, &other, 2).await;
    write(&stores, &sample_phone_number(), at(3)).await;
    for (mail, lanes, text, expected) in [
        (9, &[][..], 9, Some(at(1))),
        (9, &[(&*hanging, 0)], 9, Some(at(2))),
        (9, &[(&*hanging, 0), (&*other, 0)], 9, Some(at(3))),
        (0, &[], 9, Some(at(3))),
        (0, &[], 0, None),
    ] {
        let channels = vec![channel(Channel::EMAIL, mail, 9, lanes), channel(Channel::SMS, text, 9, &[])];
        let next = stores.messages.next_due(FreePlaces { channels, elsewhere: 0 }).await.expect("the store works");
        assert_eq!(next, expected, "{mail} places for mail, {lanes:?}, {text} for text messages");
    }
}

fn channel(channel: Channel, free: u16, per_lane: u16, lanes: &[(&str, u16)]) -> ChannelPlaces {
    let lanes = lanes.iter().map(|(receiver, free)| ((*receiver).to_owned(), *free)).collect();
    ChannelPlaces { channel, free, per_lane, lanes }
}

/// A domain that no other message goes to.
fn domain() -> String {
    format!("mail-{}.example", unique())
}

/// Has a message written to somebody at this domain.
async fn to(stores: &Stores, domain: &str, second: i64) -> MessageId {
    write(stores, &spelled_email(&format!("ann.{}@{domain}", unique())), at(second)).await
}

async fn write(stores: &Stores, address: &Identifier, now: Timestamp) -> MessageId {
    ask(stores, sample_send_request(address, now)).await
}

async fn claim_for(stores: &Stores, now: Timestamp, places: FreePlaces) -> Vec<MessageId> {
    claim_ids(stores, ClaimMessages { now, leased_until: at(1_000), places }).await
}
