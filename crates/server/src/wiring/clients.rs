//! The applications that the operator registered.

use std::collections::BTreeMap;

use auth_domain::clients::{Clients, UnknownClients};
use auth_http::CorsOrigins;
use auth_settings::{Settings, UnknownClientHandling};

pub(super) fn clients(settings: &Settings) -> Clients {
    let settings = &settings.clients;
    let unknown = match settings.unknown {
        UnknownClientHandling::Default => UnknownClients::TakenAsDefault,
        UnknownClientHandling::Refuse => UnknownClients::Refused,
    };
    let registered = settings.registered.iter().map(|registered| registered.client.clone());
    Clients::new(settings.default_client_id.clone(), unknown, registered.collect())
}

/// Returns the origins of the clients that have a list of their own.
pub(super) fn origins_by_client(settings: &Settings) -> BTreeMap<String, CorsOrigins> {
    let with_a_list = settings.clients.registered.iter().filter_map(|registered| {
        Some((registered.client.id.to_string(), origins(registered.allowed_origins.as_ref()?)))
    });
    with_a_list.collect()
}

pub(super) fn origins(settings: &auth_settings::AllowedOrigins) -> CorsOrigins {
    match settings {
        auth_settings::AllowedOrigins::Any => CorsOrigins::Any,
        auth_settings::AllowedOrigins::Only(origins) => CorsOrigins::Only(origins.clone()),
    }
}
