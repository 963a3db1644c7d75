//! What registered scenarios add to the document: their own fields, and an example of a complete request.

use std::sync::Arc;

use auth_domain::sign_up::{Claims, Scenario};
use serde_json::{Map, Value};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

use super::with_proof::SignUpBody;
use crate::endpoints::{Endpoints, EndpointsError, operations};

/// Stands for a token in an example.
const TOKEN: &str = "…";

/// A table without endpoints, by which the document of `POST /auth/v1/signup` has the own fields of these scenarios, and
/// of each scenario that has some an example under its name. Add it to the tables of the public listener.
pub fn scenario_fields(scenarios: &[Arc<dyn Scenario>]) -> Endpoints {
    let own = scenarios.iter().filter(|scenario| !scenario.own_fields().is_empty());
    own.cloned().fold(Endpoints::new("sign-up scenarios"), |table, scenario| {
        table.describing(move |document| describe(document, &*scenario))
    })
}

fn describe(document: &mut OpenApi, scenario: &dyn Scenario) -> Result<(), EndpointsError> {
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.iter_mut());
    let body = schemas.filter(|(name, _)| **name == <SignUpBody as utoipa::ToSchema>::name());
    for (name, schema) in body {
        let RefOr::T(Schema::Object(body)) = schema else { continue };
        for field in scenario.own_fields() {
            let own = ObjectBuilder::new().schema_type(Type::String).description(Some(field.description)).build();
            if body.properties.insert(field.name.to_owned(), own.into()).is_some() {
                let (field, schema, scenario) = (field.name.to_owned(), name.clone(), scenario.name());
                return Err(EndpointsError::SameField { field, schema, scenario });
            }
        }
    }
    let of_body = Ref::from_schema_name(<SignUpBody as utoipa::ToSchema>::name());
    let bodies = document.paths.paths.values_mut().flat_map(operations).filter_map(|operation| {
        let RefOr::T(body) = operation.request_body.as_mut()? else { return None };
        Some(body)
    });
    for content in bodies.flat_map(|body| body.content.values_mut()) {
        let RefOr::T(content) = content else { continue };
        if content.schema != Some(RefOr::Ref(of_body.clone())) {
            continue;
        }
        let summary = format!("Sign up with {}", scenario.requires());
        let example = ExampleBuilder::new().summary(summary).value(Some(example(&scenario.example()))).build();
        content.examples.insert(scenario.name().to_owned(), example.into());
    }
    Ok(())
}

/// A request that claims this.
fn example(claims: &Claims<'_>) -> Value {
    let addresses = claims.addresses.iter().map(|(kind, raw)| (kind.name(), *raw));
    let tokens = [("verification_token", claims.verification_token), ("provider_token", claims.provider_token)];
    let tokens = tokens.into_iter().filter(|(_, presented)| *presented).map(|(name, _)| (name, TOKEN));
    let username = claims.username.map(|username| ("username", username));
    let fields = addresses.chain(tokens).chain(claims.own.iter().copied()).chain(username);
    Value::Object(fields.map(|(name, text)| (name.to_owned(), text.into())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::UsernameLength;
    use auth_domain::sign_up::{OwnField, Plan, Refusal};
    use auth_domain::vouchers::{Voucher, VoucherKind};

    use super::*;
    use crate::{public_document, public_endpoints};

    struct ByField(OwnField);

    impl Scenario for ByField {
        fn name(&self) -> &'static str {
            "invitation"
        }

        fn requires(&self) -> String {
            self.0.name.to_owned()
        }

        fn own_fields(&self) -> &[OwnField] {
            std::slice::from_ref(&self.0)
        }

        fn example(&self) -> Claims<'static> {
            let own = vec![(self.0.name, "WELCOME-1")];
            Claims { own, username: Some("Li"), provider_token: true, ..Claims::default() }
        }

        fn recognises(&self, claims: &Claims<'_>) -> bool {
            claims.own(self.0.name).is_some()
        }

        fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
            let code = claims.own(self.0.name).unwrap_or_default();
            Ok(Plan::of_voucher(Voucher::new(VoucherKind::new(self.0.name), code), UsernameLength::WIDE))
        }
    }

    fn document(field: &'static str) -> Result<String, EndpointsError> {
        let scenario: Arc<dyn Scenario> = Arc::new(ByField(OwnField { name: field, description: "The code." }));
        let mut tables = public_endpoints();
        tables.push(scenario_fields(&[scenario]));
        public_document(&tables)
    }

    #[test]
    fn a_scenario_adds_its_fields_and_its_example() {
        let document: Value = serde_json::from_str(&document("invitation_code").expect("a new field")).expect("JSON");
        let field = &document["components"]["schemas"]["SignUpBody"]["properties"]["invitation_code"];
        assert_eq!(*field, serde_json::json!({ "type": "string", "description": "The code." }));
        let body = &document["paths"]["/auth/v1/signup"]["post"]["requestBody"]["content"]["application/json"];
        let expected = serde_json::json!({
            "summary": "Sign up with invitation_code",
            "value": { "invitation_code": "WELCOME-1", "provider_token": "…", "username": "Li" },
        });
        assert_eq!(body["examples"]["invitation"], expected);
        // Beside those of ours.
        let names = body["examples"].as_object().expect("examples").keys();
        assert_eq!(names.collect::<Vec<_>>(), ["email", "invitation", "phone_number", "third_party"]);
    }

    #[test]
    fn a_field_of_ours_is_nobody_elses() {
        let refused = document("locale").map(drop).expect_err("there is such a field").to_string();
        assert_eq!(
            refused,
            "the field locale of SignUpBody is taken, so the sign-up scenario invitation would never see it"
        );
    }
}
