//! Promises of `Scenario`. They are stamped on a [`Probe`]: a scenario beside those that it is registered with.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_domain::sign_up::{Claims, Plan, Scenario, Scenarios};

/// Stamps the promises of `Scenario` into the tests of a scenario. The argument is the type of a
/// [`Probe`](crate::scenarios::Probe).
#[macro_export]
macro_rules! scenarios {
    ($probe:ty) => {
        $crate::stamp_on!(
            scenarios,
            $probe,
            [
                it_is_told_apart_from_the_others,
                its_example_is_complete,
                exactly_one_recognises_an_example,
                nothing_claimed_is_not_recognised,
                what_is_incomplete_is_refused,
                no_part_of_its_example_is_free,
                its_plan_follows_from_the_claims_alone,
                hostile_values_break_nothing,
                its_fields_can_be_described,
                its_vouchers_come_from_its_fields,
            ]
        );
    };
}

/// A scenario with its neighbours.
pub trait Probe {
    /// The scenario.
    fn scenario() -> Arc<dyn Scenario>;

    /// Those that it is registered beside.
    fn others() -> Vec<Arc<dyn Scenario>>;

    /// Claims that may look like it, and for which nobody may sign up: incomplete, or malformed.
    fn refused() -> Vec<Claims<'static>>;
}

/// What the values of claims are replaced by.
const HOSTILE: [&str; 10] =
    ["", " ", "\0", "\u{202e}", "a\nb", "' OR 1=1 --", "%00", "日本語", "\u{1b}[2J", "{\"a\":1}"];

fn registered<P: Probe>() -> Scenarios {
    let all = [P::scenario()].into_iter().chain(P::others()).collect();
    Scenarios::new(all).unwrap_or_else(|problem| panic!("{problem}"))
}

/// The plan for these claims, if somebody may sign up with them.
fn plan<P: Probe>(claims: &Claims<'_>) -> Option<Plan> {
    registered::<P>().choose(claims).and_then(|scenario| scenario.plan(claims)).ok()
}

/// The program starts with all of them.
pub async fn it_is_told_apart_from_the_others<P: Probe>() {
    let names: Vec<_> = registered::<P>().names().collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    assert_eq!(names[0], P::scenario().name());
}

/// Somebody who claims what the example claims may sign up, with evidence of what they claim.
pub async fn its_example_is_complete<P: Probe>() {
    let scenario = P::scenario();
    let example = scenario.example();
    let plan = scenario.plan(&example).unwrap_or_else(|refusal| panic!("its own example is refused: {refusal}"));
    assert!(plan.demands_evidence(), "it demands no evidence: {plan:?}");
    if let Some(address) = &plan.address {
        assert!(example.address(address.kind()).is_some(), "the address {address:?} is not claimed");
        assert!(example.verification_token, "an address without a verification token");
    }
    assert!(!plan.binds_external_identity || example.provider_token, "an identity without a provider token");
}

/// Every example belongs to the scenario that gives it, and to no other.
pub async fn exactly_one_recognises_an_example<P: Probe>() {
    let all: Vec<_> = [P::scenario()].into_iter().chain(P::others()).collect();
    for owner in &all {
        let example = owner.example();
        let recognise: Vec<_> = all.iter().filter(|one| one.recognises(&example)).map(|one| one.name()).collect();
        assert_eq!(recognise, [owner.name()], "who recognises the example of {}", owner.name());
    }
}

/// An empty request is nobody's.
pub async fn nothing_claimed_is_not_recognised<P: Probe>() {
    assert!(!P::scenario().recognises(&Claims::default()), "an empty request is recognised");
}

/// Nobody signs up with what the probe says is incomplete or malformed.
pub async fn what_is_incomplete_is_refused<P: Probe>() {
    for claims in P::refused() {
        let plan = plan::<P>(&claims);
        assert!(plan.is_none(), "{claims:?} may sign up: {plan:?}");
    }
}

/// Whoever leaves parts of the example out is refused, or still has to show evidence.
pub async fn no_part_of_its_example_is_free<P: Probe>() {
    for claims in parts_of(&P::scenario().example()) {
        let plan = plan::<P>(&claims);
        assert!(plan.as_ref().is_none_or(Plan::demands_evidence), "{claims:?} may sign up for nothing: {plan:?}");
    }
}

/// The claims with any of their parts left out.
fn parts_of(whole: &Claims<'static>) -> Vec<Claims<'static>> {
    let mut all = vec![whole.clone()];
    let leaving_out: [fn(&mut Claims<'static>); 5] = [
        |claims| claims.addresses.clear(),
        |claims| claims.username = None,
        |claims| claims.verification_token = false,
        |claims| claims.provider_token = false,
        |claims| claims.own.clear(),
    ];
    for leave_out in leaving_out {
        for mut less in all.clone() {
            leave_out(&mut less);
            all.push(less);
        }
    }
    all
}

/// A request that is repeated finds the plan that it had before.
pub async fn its_plan_follows_from_the_claims_alone<P: Probe>() {
    let (one, other) = (P::scenario(), P::scenario());
    for claims in parts_of(&one.example()).iter().chain(&P::refused()) {
        assert_eq!(one.recognises(claims), other.recognises(claims), "{claims:?}");
        for again in [&one, &other] {
            assert_eq!(one.plan(claims), again.plan(claims), "{claims:?}");
        }
    }
}

/// Whatever the values are, nothing panics, and nobody signs up without evidence.
pub async fn hostile_values_break_nothing<P: Probe>() {
    let long = "x".repeat(100_000);
    for whole in parts_of(&P::scenario().example()) {
        for value in HOSTILE.iter().copied().chain([long.as_str()]) {
            let claims = Claims {
                addresses: whole.addresses.iter().map(|(kind, _)| (*kind, value)).collect(),
                username: whole.username.map(|_| value),
                own: whole.own.iter().map(|(name, _)| (*name, value)).collect(),
                ..whole.clone()
            };
            let plan = plan::<P>(&claims);
            assert!(plan.as_ref().is_none_or(Plan::demands_evidence), "{value:?} may sign up for nothing: {plan:?}");
        }
    }
}

/// Its fields have names like other fields and a description, and it says what it requires.
pub async fn its_fields_can_be_described<P: Probe>() {
    let scenario = P::scenario();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    for field in scenario.own_fields() {
        assert!(field.name.split('_').all(is_word), "the field {:?}", field.name);
        assert!(!field.description.is_empty(), "{} is not described", field.name);
    }
    assert!(!scenario.requires().is_empty(), "it does not say what it requires");
    let declared: Vec<_> = scenario.own_fields().iter().map(|field| field.name).collect();
    for (name, _) in scenario.example().own {
        assert!(declared.contains(&name), "its example has the field {name}, which no request could carry");
    }
}

/// The kind of a voucher is the name of the field that carries it: refusals name it.
pub async fn its_vouchers_come_from_its_fields<P: Probe>() {
    let scenario = P::scenario();
    let plan = scenario.plan(&scenario.example()).unwrap_or_else(|refusal| panic!("{refusal}"));
    let fields: Vec<_> = scenario.own_fields().iter().map(|field| field.name).collect();
    for voucher in &plan.vouchers {
        assert!(fields.contains(&voucher.kind().name()), "{} is none of its fields {fields:?}", voucher.kind());
    }
}
