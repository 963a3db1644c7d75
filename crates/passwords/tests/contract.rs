//! The promises of the port, with the parameters that production uses.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use auth_domain::credentials::{Password, PasswordHash};
use auth_passwords::{Argon2Hasher, HasherSettings};
use auth_ports::{Entropy, Failure, HashAsker, PasswordHasher as _, Verdict};
use futures_util::future::join_all;

/// Gives a different octet at every draw.
#[derive(Default)]
struct Counter(AtomicU8);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn hasher(max_concurrent: usize, max_queued: usize) -> Argon2Hasher {
    let settings = HasherSettings { max_concurrent, max_queued, ..HasherSettings::for_cores(1) };
    Argon2Hasher::new(&settings, Arc::new(Counter::default())).unwrap()
}

fn password(text: &str) -> Password {
    Password::presented(text).unwrap()
}

const PHRASE: &str = "correct horse battery staple";

#[tokio::test]
async fn a_password_matches_its_own_hash_only() {
    let hasher = hasher(2, 64);
    let long = "ü🙂x".repeat(85);
    for text in [PHRASE, "", "\0", long.as_str()] {
        let hash = hasher.hash(password(text), HashAsker::Operator).await.unwrap();
        let verify = |presented: &str| hasher.verify(password(presented), Some(hash.clone()), HashAsker::Operator);
        assert_eq!(verify(text).await.unwrap(), Verdict::Matches, "{text}");
        assert_eq!(verify(&format!("{text}x")).await.unwrap(), Verdict::Differs, "{text}");
        assert_eq!(verify("other").await.unwrap(), Verdict::Differs, "{text}");
    }
}

#[tokio::test]
async fn hashes_are_salted_and_say_their_parameters() {
    let hasher = hasher(2, 64);
    let [one, two] = [
        hasher.hash(password(PHRASE), HashAsker::Operator).await.unwrap(),
        hasher.hash(password(PHRASE), HashAsker::Operator).await.unwrap(),
    ];
    assert_ne!(one, two);
    let (params, rest) = one.as_str().split_at("$argon2id$v=19$m=19456,t=2,p=1$".len());
    assert_eq!(params, "$argon2id$v=19$m=19456,t=2,p=1$");
    let (salt, output) = rest.split_once('$').unwrap();
    assert_eq!((salt.len(), output.len()), (22, 43), "16 and 32 octets");
}

#[tokio::test]
async fn composed_and_decomposed_spellings_are_one_password() {
    let hasher = hasher(1, 64);
    let hash = hasher.hash(password("p\u{e9}ch\u{e9}s-2024"), HashAsker::Operator).await.unwrap();
    let verdict = hasher.verify(password("pe\u{301}che\u{301}s-2024"), Some(hash), HashAsker::Operator).await.unwrap();
    assert_eq!(verdict, Verdict::Matches);
}

#[tokio::test]
async fn hashes_from_elsewhere_match_and_are_outdated() {
    let hasher = hasher(2, 64);
    let weaker = HasherSettings { memory_kib: 7168, iterations: 5, ..HasherSettings::for_cores(1) };
    let weaker = Argon2Hasher::new(&weaker, Arc::new(Counter::default())).unwrap();
    let weaker = weaker.hash(password(PHRASE), HashAsker::Operator).await.unwrap();
    for hash in [
        weaker.as_str(),
        "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
        "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$7AnzIswxwEinpwz+ntydndYfVHPvOACmX9Vvo8hO1qM",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
    ] {
        let hash = Some(PasswordHash::new(hash.to_owned()));
        assert_eq!(
            hasher.verify(password(PHRASE), hash.clone(), HashAsker::Operator).await.unwrap(),
            Verdict::MatchesOutdated,
            "{hash:?}"
        );
        assert_eq!(hasher.verify(password("other"), hash, HashAsker::Operator).await.unwrap(), Verdict::Differs);
    }
}

#[tokio::test]
async fn unknown_users_and_unreadable_hashes_differ() {
    let hasher = hasher(2, 64);
    let too_dear = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    for hash in [None, Some(""), Some(PHRASE), Some("$argon2id$"), Some(too_dear), Some("$2b$31$")] {
        let hash = hash.map(|text| PasswordHash::new(text.to_owned()));
        assert_eq!(hasher.verify(password(PHRASE), hash, HashAsker::Operator).await.unwrap(), Verdict::Differs);
    }
}

/// Unknown users, unreadable hashes and known users all take the one permit.
#[tokio::test]
async fn beyond_its_bounds_it_answers_at_once_and_recovers() {
    let slow = HasherSettings { memory_kib: 65_536, iterations: 6, max_queued: 0, ..HasherSettings::for_cores(1) };
    let hasher = Argon2Hasher::new(&slow, Arc::new(Counter::default())).unwrap();
    let known = hasher.hash(password(PHRASE), HashAsker::Operator).await.unwrap();
    for busy_with in [None, Some(PasswordHash::new("unreadable".into())), Some(known)] {
        let first = hasher.verify(password(PHRASE), busy_with.clone(), HashAsker::Operator);
        let (first, hash, verify) = tokio::join!(
            first,
            hasher.hash(password(PHRASE), HashAsker::Operator),
            hasher.verify(password(PHRASE), None, HashAsker::Operator)
        );
        assert!(first.is_ok(), "{busy_with:?}");
        let Err(Failure::Unavailable { retry_after, .. }) = hash else { panic!("one at a time") };
        assert!(retry_after >= Duration::from_secs(1));
        assert!(matches!(verify, Err(Failure::Unavailable { .. })));
        assert!(hasher.hash(password(PHRASE), HashAsker::Operator).await.is_ok());
    }
}

#[tokio::test]
async fn a_place_is_kept_or_refused_at_once() {
    let hasher = hasher(1, 1);
    let places = [0; 2].map(|_| hasher.keep_place(HashAsker::Operator).ok().unwrap());
    let Err(Failure::Unavailable { retry_after, .. }) = hasher.keep_place(HashAsker::Operator) else {
        panic!("both kept")
    };
    assert!(retry_after >= Duration::from_secs(1));
    let hash = hasher.hash(password(PHRASE), HashAsker::Operator).await;
    assert!(matches!(hash, Err(Failure::Unavailable { .. })), "the places are others'");
    drop(places);
    assert!(hasher.hash(password(PHRASE), HashAsker::Operator).await.is_ok());
    assert!(hasher.keep_place(HashAsker::Operator).is_ok());
}

#[tokio::test]
async fn a_crowd_is_served_up_to_the_bounds() {
    let hasher = hasher(2, 6);
    let outcomes = join_all((0..20).map(|_| hasher.verify(password(PHRASE), None, HashAsker::Operator))).await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(Failure::Unavailable { .. }))).count();
    let served = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(served + refused, 20);
    assert!(served >= 8 && refused >= 1, "{served} served, {refused} refused");
}

#[tokio::test]
async fn callers_that_hang_up_leave_it_usable() {
    let hasher = hasher(1, 2);
    for _ in 0..20 {
        let call = hasher.verify(password(PHRASE), None, HashAsker::Operator);
        let _ = tokio::time::timeout(Duration::from_millis(1), call).await;
    }
    assert!(hasher.hash(password(PHRASE), HashAsker::Operator).await.is_ok(), "after the last abandoned one");
    let outcomes = join_all((0..3).map(|_| hasher.hash(password(PHRASE), HashAsker::Operator))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

#[tokio::test]
async fn secrets_are_not_printed() {
    let hasher = hasher(1, 1);
    let hash = hasher.hash(password(PHRASE), HashAsker::Operator).await.unwrap();
    let printed = format!("{hasher:?} {hash:?} {:?}", password(PHRASE));
    assert!(!printed.contains("horse") && !printed.contains("$argon2"), "{printed}");
}
