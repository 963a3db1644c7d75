//! Parameters that calls to the public listener may have, whatever they ask for.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required};

use super::complete::calls;

/// Lets the operations of a document that is complete otherwise refer to these parameters. One that describes a
/// parameter of the same name keeps its own.
pub(super) fn add(document: &mut OpenApi) {
    for (_, operation) in calls(document).filter(|(path, _)| *path != KEY_SET) {
        let gated = is_gated(operation);
        let described = operation.parameters.get_or_insert_default();
        for (key, parameter) in shared() {
            let is_own = |other: &RefOr<Parameter>| matches!(other, RefOr::T(other) if other.name == parameter.name);
            if (gated || key != CAPTCHA_TOKEN) && !described.iter().any(is_own) {
                described.push(RefOr::Ref(Ref::new(format!("#/components/parameters/{key}"))));
            }
        }
    }
    let shared = shared().map(|(key, parameter)| (key.to_owned(), parameter.into()));
    document.components.get_or_insert_default().parameters.extend(shared);
}

/// It is the same for everybody.
const KEY_SET: &str = "/auth/v1/certs";
const CAPTCHA_TOKEN: &str = "captcha_token";

/// Whether the bot gate may be asked before the call is answered.
fn is_gated(operation: &Operation) -> bool {
    let answers = operation.responses.responses.values();
    let mut descriptions = answers.filter_map(|answer| match answer {
        RefOr::T(answer) => Some(&answer.description),
        RefOr::Ref(_) => None,
    });
    descriptions.any(|description| description.contains("`captcha_required`"))
}

/// By their names in the document.
fn shared() -> [(&'static str, Parameter); 3] {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let optional = |name: &str, place, description: &str, schema: ObjectBuilder| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(Required::False);
        parameter.description(Some(description)).schema(Some(schema)).build()
    };
    let client = optional(
        "client_id",
        ParameterIn::Query,
        "The client that calls. The body, the `Authorization` header or the access token may name it too.",
        text(),
    );
    let device = optional(
        "x-device-id",
        ParameterIn::Header,
        "The client's own id of the device: a secret, such as 32 random hexadecimal characters.",
        text().pattern(Some("^[A-Za-z0-9._-]{1,64}$")),
    );
    let captcha = optional(
        "x-captcha-token",
        ParameterIn::Header,
        "The `captcha_token` from `/auth/v1/captcha/data/verify`, after `captcha_required`.",
        text(),
    );
    [("client_id", client), ("device_id", device), (CAPTCHA_TOKEN, captcha)]
}
