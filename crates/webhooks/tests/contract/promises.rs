//! The promises of `Rule`, one test each, for a rule that a backend decides. `Probe` is what a test can inspect and
//! disturb; another rule is tested with a probe of its own.

use std::sync::Arc;

use auth_ports::{OnFailure, Rule, Ruling};

use crate::rule::Backed;
use crate::support::{bare_user, full_user};

/// A rule, and the backend that decides for it.
pub(crate) trait Probe: Sized {
    /// Starts a fresh one, whose backend allows everything.
    async fn start(on_failure: OnFailure) -> Self;
    fn rule(&self) -> Arc<dyn Rule>;
    /// Makes it refuse with this text from now on.
    fn refuse(&self, text: &str);
    /// Makes its answers unintelligible from now on.
    fn fail(&self);
}

async fn it_has_a_name_and_a_deadline<P: Probe>() {
    let rule = P::start(OnFailure::Refuse).await.rule();
    assert!(!rule.name().is_empty());
    assert!(!rule.deadline().is_zero());
}

async fn it_declares_what_a_failure_means<P: Probe>() {
    for on_failure in [OnFailure::Refuse, OnFailure::Allow] {
        assert_eq!(P::start(on_failure).await.rule().on_failure(), on_failure);
    }
}

async fn it_allows_and_refuses_whatever_is_known<P: Probe>() {
    for user in [full_user(), bare_user()] {
        let probe = P::start(OnFailure::Refuse).await;
        assert_eq!(probe.rule().judge(&user).await.expect("it answers"), Ruling::Allowed);
        probe.refuse("not you");
        assert_eq!(probe.rule().judge(&user).await.expect("it answers"), Ruling::Refused("not you".into()));
    }
}

async fn what_cannot_be_understood_is_a_failure_whatever_that_means<P: Probe>() {
    for on_failure in [OnFailure::Refuse, OnFailure::Allow] {
        let probe = P::start(on_failure).await;
        probe.fail();
        probe.rule().judge(&full_user()).await.expect_err("whoever asks decides what it means");
    }
}

macro_rules! promises {
    ($probe:ty: $($promise:ident),+ $(,)?) => {
        mod stamped {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise::<$probe>().await;
                }
            )+
            use super::*;
        }
    };
}

promises!(
    Backed:
    it_has_a_name_and_a_deadline,
    it_declares_what_a_failure_means,
    it_allows_and_refuses_whatever_is_known,
    what_cannot_be_understood_is_a_failure_whatever_that_means,
);
