//! The scenarios that a program registers, and the selection of the one that handles a request.

use std::sync::Arc;

use thiserror::Error;

use super::{Claims, OwnField, Refusal, Scenario};
use crate::vouchers::VoucherKind;

/// Why scenarios cannot be registered together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScenarioProblem {
    /// Two scenarios have the same name.
    #[error("two sign-up scenarios are named {0}")]
    NamedTwice(&'static str),
    /// A scenario does not recognise the example that it gives.
    #[error("the sign-up scenario {0} does not recognise its own example")]
    OwnExample(&'static str),
    /// Another scenario recognises the example too, so a request of this kind would be refused.
    #[error("the sign-up scenarios {0} and {1} both recognise the example of {0}: exactly one must")]
    Overlap(&'static str, &'static str),
    /// A scenario demands no proof of what its example claims.
    #[error("the sign-up scenario {0} demands no proof for its own example")]
    ProvesNothing(&'static str),
}

/// The registered scenarios.
#[derive(Clone)]
pub struct Scenarios(Arc<[Arc<dyn Scenario>]>);

impl Scenarios {
    /// Registers the scenarios.
    ///
    /// # Errors
    /// A [`ScenarioProblem`] when they cannot be told apart.
    pub fn new(scenarios: Vec<Arc<dyn Scenario>>) -> Result<Self, ScenarioProblem> {
        for (index, scenario) in scenarios.iter().enumerate() {
            if scenarios[..index].iter().any(|earlier| earlier.name() == scenario.name()) {
                return Err(ScenarioProblem::NamedTwice(scenario.name()));
            }
            let example = scenario.example();
            if !scenario.recognises(&example) {
                return Err(ScenarioProblem::OwnExample(scenario.name()));
            }
            let others = scenarios.iter().filter(|other| other.name() != scenario.name());
            if let Some(other) = others.into_iter().find(|other| other.recognises(&example)) {
                return Err(ScenarioProblem::Overlap(scenario.name(), other.name()));
            }
            // A scenario may refuse its own example if settings narrow what is accepted (countries of phone numbers).
            if scenario.plan(&example).is_ok_and(|plan| !plan.demands_evidence()) {
                return Err(ScenarioProblem::ProvesNothing(scenario.name()));
            }
        }
        Ok(Self(scenarios.into()))
    }

    /// The custom request fields of all scenarios.
    pub fn own_fields(&self) -> impl Iterator<Item = &OwnField> {
        self.0.iter().flat_map(|scenario| scenario.own_fields())
    }

    /// The kinds of vouchers that the scenarios demand, as far as their examples tell, each with the scenario's name.
    pub fn voucher_kinds(&self) -> impl Iterator<Item = (&'static str, VoucherKind)> {
        let plans =
            self.0.iter().filter_map(|scenario| Some((scenario.name(), scenario.plan(&scenario.example()).ok()?)));
        plans.flat_map(|(name, plan)| plan.vouchers.into_iter().map(move |voucher| (name, voucher.kind())))
    }

    /// The names of all scenarios.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|scenario| scenario.name())
    }

    /// Finds the one scenario that recognises the claims.
    ///
    /// # Errors
    /// A [`Refusal`] when none or several do.
    pub fn choose(&self, claims: &Claims<'_>) -> Result<&dyn Scenario, Refusal> {
        let mut matching = self.0.iter().filter(|scenario| scenario.recognises(claims));
        match (matching.next(), matching.next()) {
            (Some(scenario), None) => Ok(scenario.as_ref()),
            (Some(one), Some(other)) => Err(Refusal::Ambiguous(one.name(), other.name())),
            (None, _) if claims.username.is_some() => Err(Refusal::NameAlone),
            (None, _) => Err(Refusal::NoScenario(self.required())),
        }
    }

    /// What each scenario requires, as a list joined with "or".
    fn required(&self) -> String {
        let each: Vec<String> = self.0.iter().map(|scenario| scenario.requires()).collect();
        match each.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, [only])) => format!("{only} or {last}"),
            Some((last, others)) => format!("{}, or {last}", others.join(", ")),
            None => "nobody can sign up here".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{EmailScheme, UsernameLength};
    use crate::sign_up::Plan;
    use crate::sign_up::scenarios::{SignUpByEmail, SignUpByThirdParty};
    use crate::vouchers::Voucher;

    /// A custom scenario: its field `invitation_code` is spent in the transaction that creates the account.
    struct Invitation {
        name: &'static str,
        recognises: fn(&Claims<'_>) -> bool,
        plan: fn(&Claims<'_>) -> Result<Plan, Refusal>,
    }

    const FIELDS: [OwnField; 1] = [OwnField { name: "invitation_code", description: "The code of an invitation" }];

    fn invitation() -> Invitation {
        Invitation {
            name: "invitation",
            recognises: |claims| claims.own("invitation_code").is_some(),
            plan: |claims| {
                let code = claims.own("invitation_code").unwrap_or_default();
                let voucher = Voucher::new(VoucherKind::new("invitation_code"), code);
                Ok(Plan::of_voucher(voucher, UsernameLength::WIDE))
            },
        }
    }

    impl Scenario for Invitation {
        fn name(&self) -> &'static str {
            self.name
        }

        fn requires(&self) -> String {
            "invitation_code".to_owned()
        }

        fn own_fields(&self) -> &[OwnField] {
            &FIELDS
        }

        fn example(&self) -> Claims<'static> {
            Claims { own: vec![("invitation_code", "WELCOME-1")], username: Some("ann.lee"), ..Claims::default() }
        }

        fn recognises(&self, claims: &Claims<'_>) -> bool {
            (self.recognises)(claims)
        }

        fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
            (self.plan)(claims)
        }
    }

    fn with(own: Invitation) -> Result<Scenarios, ScenarioProblem> {
        let email = Arc::new(SignUpByEmail::new(EmailScheme));
        Scenarios::new(vec![email, Arc::new(SignUpByThirdParty), Arc::new(own)])
    }

    #[test]
    fn scenarios_that_cannot_be_told_apart_are_refused() {
        for (what, own, problem) in [
            (
                "a name that is already taken",
                Invitation { name: "email", ..invitation() },
                ScenarioProblem::NamedTwice("email"),
            ),
            (
                "an example that it does not recognise",
                Invitation { recognises: |_| false, ..invitation() },
                ScenarioProblem::OwnExample("invitation"),
            ),
            (
                "a scenario that recognises everything",
                Invitation { recognises: |_| true, ..invitation() },
                ScenarioProblem::Overlap("email", "invitation"),
            ),
            (
                "a scenario that proves nothing",
                Invitation { plan: |_| Ok(Plan { vouchers: Vec::new(), ..invitation_plan() }), ..invitation() },
                ScenarioProblem::ProvesNothing("invitation"),
            ),
        ] {
            assert_eq!(with(own).err(), Some(problem), "{what}");
        }
    }

    fn invitation_plan() -> Plan {
        Plan::of_voucher(Voucher::new(VoucherKind::new("invitation_code"), "WELCOME-1"), UsernameLength::WIDE)
    }

    #[test]
    fn a_request_with_a_custom_field_belongs_to_that_fields_scenario() {
        let scenarios = with(invitation()).expect("the scenarios can be told apart");
        assert_eq!(scenarios.own_fields().map(|field| field.name).collect::<Vec<_>>(), ["invitation_code"]);
        let demanded: Vec<_> = scenarios.voucher_kinds().collect();
        assert_eq!(demanded, [("invitation", VoucherKind::new("invitation_code"))]);
        let claims = Claims { provider_token: true, ..invitation().example() };
        let chosen = scenarios.choose(&claims).expect("one scenario recognises it");
        assert_eq!((chosen.name(), chosen.plan(&claims)), ("invitation", Ok(invitation_plan())));
    }

    #[test]
    fn the_refusal_lists_what_each_scenario_requires() {
        let scenarios = with(invitation()).expect("the scenarios can be told apart");
        let refusal = scenarios.choose(&Claims::default()).err().expect("nothing is claimed");
        let text = "one of these is required: email with verification_token, provider_token, or invitation_code";
        assert_eq!(refusal.to_string(), text);
    }
}
