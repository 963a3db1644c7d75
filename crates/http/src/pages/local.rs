//! What the first page of profile `local` shows besides: the settings that it needs, and the messages that nobody sends.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{FORWARDED, HOST, HeaderMap, VIA};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::HttpOptions;
use crate::endpoints::{Endpoint, Endpoints};
use crate::error::{ApiError, ErrorName};
use crate::middleware::foreign_page;

/// A message that would have been sent to somebody.
#[derive(Debug, Clone, Serialize)]
pub struct ShownMessage {
    /// Counts the messages of this process, from 1.
    pub number: u64,
    /// When it was written (RFC 3339).
    pub at: String,
    /// The channel, such as `sms` or `email`.
    pub channel: String,
    /// The address, as the client wrote it.
    pub to: String,
    /// The code, if the message has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the owner of an account is told, such as `password_changed`, if the message is a notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The language tag of the message.
    pub language: String,
}

/// What the first page of profile `local` needs to know.
pub struct LocalPage {
    /// The port of the admin listener, whose document and console the page links.
    pub admin_port: u16,
    /// The ids of the configured third parties.
    pub providers: Vec<String>,
    /// The client as which it calls.
    pub client: String,
    /// The messages that nobody sends, newest first.
    pub messages: Arc<dyn Fn() -> Vec<ShownMessage> + Send + Sync>,
}

impl LocalPage {
    /// The endpoints behind the page, which only profile `local` has.
    pub fn endpoints(self) -> Endpoints {
        let reason = "the first page of profile `local` asks for it";
        Endpoints::new("the first page")
            .with(Endpoint::undocumented(Method::GET, "/local/service", reason, service))
            .with(Endpoint::undocumented(Method::GET, "/local/messages", reason, messages))
            .state(Arc::new(self))
    }
}

/// What the page is told about the service.
#[derive(Serialize)]
struct ServiceAnswer<'a> {
    admin_port: u16,
    providers: &'a [String],
    client: &'a str,
}

async fn service(page: Data<LocalPage>) -> HttpResponse {
    let LocalPage { admin_port, providers, client, .. } = &**page;
    HttpResponse::Ok().json(ServiceAnswer { admin_port: *admin_port, providers, client })
}

/// Messages.
#[derive(Serialize)]
struct MessagesAnswer {
    messages: Vec<ShownMessage>,
}

async fn messages(
    request: HttpRequest,
    options: Data<HttpOptions>,
    page: Data<LocalPage>,
) -> Result<HttpResponse, ApiError> {
    if !is_of_this_machine(&request, &options) {
        let description = "messages are shown to this machine only";
        return Err(ApiError::new(ErrorName::PermissionDenied, description));
    }
    Ok(HttpResponse::Ok().json(MessagesAnswer { messages: (page.messages)() }))
}

/// Whether the page itself asks, in a browser on this machine. Another page in the same browser is told by its origin or
/// by the name under which it reaches this machine; what comes through a proxy was sent by anybody.
fn is_of_this_machine(request: &HttpRequest, options: &HttpOptions) -> bool {
    let headers = request.headers();
    let is_near = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let passed_on =
        [FORWARDED.as_str(), VIA.as_str(), "x-forwarded-for"].iter().any(|name| headers.contains_key(*name));
    is_near && !passed_on && is_named_loopback(headers) && is_own_page(headers, options)
}

fn is_own_page(headers: &HeaderMap, options: &HttpOptions) -> bool {
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    foreign_page(headers, options).is_none() && site.is_none_or(|site| site == b"same-origin" || site == b"none")
}

/// Whether the request names this machine by a name that no other machine's name server can give out.
fn is_named_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}
