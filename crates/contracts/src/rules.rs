//! Promises of `Rule`. They are stamped on a [`Probe`]: a rule with a stub of whatever it asks, and people whom it allows
//! and refuses.

use std::sync::Arc;

use auth_domain::external_identities::ExternalProfile;
use auth_domain::profile::Profile;
use auth_ports::{Cause, Rule, Ruling, UserToBe};

use crate::race;
use crate::samples::sample_user_to_be;

/// Stamps the promises of `Rule` into the tests of a rule. The argument is the type of a
/// [`Probe`](crate::rules::Probe).
#[macro_export]
macro_rules! rules {
    ($probe:ty) => {
        $crate::stamp_on!(
            rules,
            $probe,
            [
                it_has_a_name_and_a_deadline,
                it_allows_and_refuses,
                its_refusal_has_words_for_the_client,
                asked_again_it_says_the_same,
                asked_about_many_at_once_it_says_the_same,
                it_answers_whatever_is_known,
                a_failure_is_neither_a_yes_nor_a_no,
                a_failure_does_not_stay,
                errors_name_nobody,
            ]
        );
    };
}

/// The longest text that reaches a client, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// What the texts about somebody are replaced by.
const HOSTILE: [&str; 11] =
    ["", " ", "\0", "@", "a@", "@b", "a@b@c", "\u{202e}", "' OR 1=1 --", "日本語@日本語", "{\"a\":1}\r\n\r\n"];

/// A rule, with a stub of whatever it asks.
pub trait Probe: Sized {
    /// Starts a fresh one.
    fn start() -> impl Future<Output = Self>;

    /// The rule.
    fn rule(&self) -> Arc<dyn Rule>;

    /// Somebody whom the rule allows. If a stub decides, it decides so from now on.
    fn allowed(&self) -> UserToBe;

    /// Somebody whom the rule refuses. If a stub decides, it decides so from now on.
    fn refused(&self) -> UserToBe;

    /// Makes whatever the rule asks fail from now on, and returns whether it asks anything.
    fn fail(&self) -> bool {
        false
    }

    /// Makes it work again.
    fn recover(&self) {}
}

async fn judge<P: Probe>(probe: &P, user: &UserToBe) -> Ruling {
    probe.rule().judge(user).await.unwrap_or_else(|cause| panic!("it does not answer: {cause}"))
}

/// The log and the documentation of a failure name it, and it must come to an end.
pub async fn it_has_a_name_and_a_deadline<P: Probe>() {
    let (one, other) = (P::start().await.rule(), P::start().await.rule());
    assert!(!one.name().trim().is_empty(), "it has no name");
    assert_eq!(one.name(), other.name(), "its name changes");
    assert!(!one.deadline().is_zero(), "it may take no time at all");
    assert_eq!(one.on_failure(), other.on_failure(), "what a failure means changes");
}

/// Whom it allows may sign up, and whom it refuses may not.
pub async fn it_allows_and_refuses<P: Probe>() {
    let probe = P::start().await;
    let allowed = judge(&probe, &probe.allowed()).await;
    assert_eq!(allowed, Ruling::Allowed);
    let refused = judge(&probe, &probe.refused()).await;
    assert!(matches!(refused, Ruling::Refused(_)), "{refused:?}");
}

/// The text is shown to people. Longer ones are cut, and control characters are replaced.
pub async fn its_refusal_has_words_for_the_client<P: Probe>() {
    let probe = P::start().await;
    let Ruling::Refused(text) = judge(&probe, &probe.refused()).await else { panic!("it is allowed") };
    assert!(!text.trim().is_empty(), "it has no words");
    assert!(text.chars().count() <= MAX_TEXT_CHARS, "longer than {MAX_TEXT_CHARS} characters: {text}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

/// A client that repeats a request is judged as before.
pub async fn asked_again_it_says_the_same<P: Probe>() {
    let probe = P::start().await;
    for user in [probe.allowed(), probe.refused(), probe.allowed()] {
        let first = judge(&probe, &user).await;
        assert_eq!(judge(&probe, &user).await, first, "the second time");
    }
}

/// Requests do not wait for each other, and get no answer that is meant for another.
pub async fn asked_about_many_at_once_it_says_the_same<P: Probe>() {
    let probe = P::start().await;
    for user in [probe.allowed(), probe.refused()] {
        let alone = judge(&probe, &user).await;
        let asking = (0..20).map(|_| {
            let (rule, user) = (probe.rule(), user.clone());
            async move { rule.judge(&user).await.map_err(|cause| cause.to_string()) }
        });
        for ruling in race(asking).await {
            assert_eq!(ruling, Ok(alone.clone()));
        }
    }
}

/// Who signs up with next to nothing, or with odd texts, is allowed or refused like everybody else.
pub async fn it_answers_whatever_is_known<P: Probe>() {
    let probe = P::start().await;
    let whole = UserToBe { identifiers: probe.allowed().identifiers, ..sample_user_to_be() };
    let bare = UserToBe {
        anonymous: None,
        identifiers: Vec::new(),
        external: None,
        profile: Profile::default(),
        scenario: "email".to_owned(),
        ..whole.clone()
    };
    let odd = HOSTILE.iter().map(|text| with_texts(&whole, text)).chain([with_texts(&whole, &"a@".repeat(128))]);
    for user in odd.chain([whole.clone(), bare]) {
        judge(&probe, &user).await;
    }
}

/// The same person, with this text wherever a client or a third party may write one.
fn with_texts(user: &UserToBe, text: &str) -> UserToBe {
    let some = || Some(text.to_owned());
    let external = user.external.clone().map(|external| ExternalProfile {
        name: some(),
        picture: some(),
        email: some(),
        phone_number: some(),
        ..external
    });
    let profile =
        Profile { name: some(), picture: some(), locale: some(), description: some(), ..user.profile.clone() };
    UserToBe { external, profile, ..user.clone() }
}

/// Whoever asks decides what a failure means, by what the rule declares.
pub async fn a_failure_is_neither_a_yes_nor_a_no<P: Probe>() {
    let probe = P::start().await;
    let users = [probe.allowed(), probe.refused()];
    if probe.fail() {
        for user in users {
            let ruling = probe.rule().judge(&user).await;
            assert!(ruling.is_err(), "what it asks fails, and it says {ruling:?}");
        }
    }
}

/// Who comes back later is judged.
pub async fn a_failure_does_not_stay<P: Probe>() {
    let probe = P::start().await;
    let user = probe.allowed();
    if probe.fail() {
        assert!(probe.rule().judge(&user).await.is_err());
        probe.recover();
        assert_eq!(judge(&probe, &probe.allowed()).await, Ruling::Allowed);
    }
}

/// Errors reach the log.
pub async fn errors_name_nobody<P: Probe>() {
    let probe = P::start().await;
    let user = UserToBe { identifiers: probe.allowed().identifiers, ..sample_user_to_be() };
    if !probe.fail() {
        return;
    }
    let Err(cause) = probe.rule().judge(&user).await else { panic!("what it asks fails, and it answers") };
    let told = chain(&cause);
    let login_names = user.identifiers.iter().map(|identifier| identifier.canonical());
    let reported =
        user.external.iter().flat_map(|external| [Some(external.subject.as_str()), external.email.as_deref()]);
    for personal in login_names.chain(reported.flatten()).chain(user.profile.name.as_deref()) {
        assert!(!told.contains(personal), "{personal} in {told}");
    }
}

fn chain(cause: &Cause) -> String {
    let mut text = format!("{cause} {cause:?}");
    let mut source = cause.source();
    while let Some(error) = source {
        text = format!("{text}: {error} {error:?}");
        source = error.source();
    }
    text
}
