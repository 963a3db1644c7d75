//! What a request says besides its body: client, device, network, token, language.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, USER_AGENT};
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpRequest};
use auth_application::session::{Authenticate, RecogniseClientRefusal};
use auth_domain::access::AccessClaims;
use auth_domain::accounts::UserId;
use auth_domain::captcha::{Asked, GatedCall};
use auth_domain::client_keys::PublishableKey;
use auth_domain::clients::{Client, ClientId, UnknownClient};
use auth_domain::messages::Language;
use auth_domain::origin::{CaptchaToken, DeviceId, Network, Origin};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::Either;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::network::network_of;
use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};
use crate::middleware::cors::{foreign_page, refusal};

/// The longest `User-Agent` that is kept, in characters.
const MAX_USER_AGENT: usize = 200;

impl From<RecogniseClientRefusal> for ApiError {
    fn from(refusal: RecogniseClientRefusal) -> Self {
        match refusal {
            RecogniseClientRefusal::UnknownKey => Self::new(ErrorName::UnauthorizedClient, refusal.to_string()),
        }
    }
}

/// Everything about a request but its body. For the public listener.
///
/// A request whose bearer is a publishable key that is unknown or revoked is refused as `unauthorized_client`.
pub struct Context {
    options: Data<HttpOptions>,
    named_client: Option<String>,
    basic: Option<Basic>,
    token: Option<AccessClaims>,
    /// The client that the access token was issued to, whether it has expired or not.
    client_of_token: Option<ClientId>,
    /// The client that a publishable key in the place of a token names.
    client_of_key: Option<ClientId>,
    device: Option<DeviceId>,
    network: Network,
    user_agent: Option<String>,
    captcha: Option<CaptchaToken>,
    /// The origin of the page that calls, unless it is a page of the service itself.
    page: Option<String>,
    /// The token of an `Authorization: Bearer` header, which nobody has checked yet. A publishable key is none.
    pub bearer: Option<String>,
    /// The first known language of `Accept-Language`.
    pub language: Option<Language>,
}

impl Context {
    /// Where the request comes from. `in_body` is the body's `client_id`.
    ///
    /// # Errors
    /// `unauthorized_client` for a client that is unknown or whose secret is wrong, and `permission_denied` for a page
    /// that the client does not list.
    pub fn origin(&self, in_body: Option<&str>) -> Result<Origin, ApiError> {
        let client = self.client(in_body)?;
        Ok(Origin {
            client_is_proven: self.is_proven(&client),
            client,
            device: self.device.clone(),
            network: self.network,
            user_agent: self.user_agent.clone(),
            language: self.language,
            captcha: self.captcha.clone(),
        })
    }

    /// The same for a call that may have to pass the bot gate first.
    ///
    /// # Errors
    /// Those of [`Self::origin`], and `captcha_required` or `captcha_invalid` if the gate's rules ask.
    pub async fn admit(&self, call: GatedCall, in_body: Option<&str>) -> Result<Origin, ApiError> {
        let origin = self.origin(in_body)?;
        self.options.gate.pass(&origin, Asked::OnArrival(call)).await?;
        Ok(origin)
    }

    /// The same for calls that a client makes for itself: a confidential one must show its secret.
    ///
    /// # Errors
    /// Those of [`Self::origin`], and `unauthorized_client` for a confidential client that shows no secret.
    pub fn authenticated_origin(&self, in_body: Option<&str>) -> Result<Origin, ApiError> {
        let origin = self.origin(in_body)?;
        if origin.client_is_proven { Ok(origin) } else { Err(wrong_secret()) }
    }

    fn is_proven(&self, client: &ClientId) -> bool {
        let registered = self.options.clients.registered(client);
        registered.is_none_or(|client| !client.is_confidential() || self.shows_secret_of(client))
    }

    /// Whether the request is from a confidential client, which has shown its secret.
    ///
    /// # Errors
    /// Those of [`Self::authenticated_origin`].
    pub fn is_by_confidential_client(&self, in_body: Option<&str>) -> Result<bool, ApiError> {
        let origin = self.authenticated_origin(in_body)?;
        Ok(self.options.clients.registered(&origin.client).is_some_and(Client::is_confidential))
    }

    /// What the request's access token says, if it is genuine and has not expired. Its session may have ended.
    pub(super) fn claims(&self) -> Option<AccessClaims> {
        self.token.clone()
    }

    /// The user whose access token the request has, if it is genuine and has not expired. Its session may have ended.
    #[must_use]
    pub fn token_user(&self) -> Option<UserId> {
        self.token.as_ref().map(|token| token.user)
    }

    /// The client: the one that the request names, or the one of its publishable key, or the one that the access token
    /// was issued to (SDKs name none beside a token), or the default. A name beside a key must be that of the key's client.
    fn client(&self, in_body: Option<&str>) -> Result<ClientId, ApiError> {
        let named = self.named_client.as_deref().or(in_body);
        let client = match (named, self.client_of_key.as_ref().or(self.client_of_token.as_ref())) {
            (None, Some(client)) => client.clone(),
            (named, _) => {
                let unknown =
                    |unknown: UnknownClient| ApiError::new(ErrorName::UnauthorizedClient, unknown.to_string());
                self.options.clients.resolve(named).map_err(unknown)?
            }
        };
        if self.client_of_key.as_ref().is_some_and(|of_key| *of_key != client) {
            return Err(ApiError::new(
                ErrorName::UnauthorizedClient,
                "client_id and the access key name different clients",
            ));
        }
        self.check_page(&client)?;
        self.check_secret(&client)?;
        Ok(client)
    }

    /// Pages of other origins may call as the clients whose lists they are on.
    pub(crate) fn check_page(&self, client: &ClientId) -> Result<(), ApiError> {
        match &self.page {
            Some(page) if !self.options.admit(client.as_str(), page) => Err(refusal(page, Some(client.as_str()))),
            _ => Ok(()),
        }
    }

    /// A secret need not be shown, but if it is, it must be right. Clients that have none, and older ones that have
    /// one, send an empty one. What a public client sends is not a secret.
    fn check_secret(&self, client: &ClientId) -> Result<(), ApiError> {
        let shown = self.basic.as_ref().is_some_and(|basic| !basic.secret.expose_secret().is_empty());
        match self.options.clients.registered(client) {
            Some(client) if shown && client.is_confidential() && !self.shows_secret_of(client) => Err(wrong_secret()),
            _ => Ok(()),
        }
    }

    fn shows_secret_of(&self, client: &Client) -> bool {
        let accepts =
            |basic: &Basic| basic.client == client.id.as_str() && client.accepts(basic.secret.expose_secret());
        self.basic.as_ref().is_some_and(accepts)
    }
}

fn wrong_secret() -> ApiError {
    ApiError::new(ErrorName::UnauthorizedClient, "the client's secret is missing or wrong")
}

/// `Authorization: Basic client_id:client_secret`
pub(crate) struct Basic {
    client: String,
    secret: SecretString,
}

#[derive(Deserialize)]
struct KnownQuery {
    client_id: Option<String>,
    captcha_token: Option<String>,
}

impl FromRequest for Context {
    type Error = ApiError;
    type Future = Either<Ready<Result<Self, ApiError>>, Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut read = read(request);
        let bearer = read.as_mut().ok().and_then(|context| context.bearer.take_if(|bearer| is_publishable(bearer)));
        match bearer {
            None => Either::Left(ready(read)),
            Some(key) => Either::Right(Box::pin(async move {
                let context = read?;
                let client = context.options.client_keys.run(&key).await?;
                Ok(Self { client_of_key: Some(client), ..context })
            })),
        }
    }
}

/// Whether this was meant as a publishable key. No token begins in this way.
fn is_publishable(bearer: &str) -> bool {
    bearer.starts_with(PublishableKey::PREFIX)
}

fn read(request: &HttpRequest) -> Result<Context, ApiError> {
    let missing = || ApiError::new(ErrorName::Internal, "the service failed");
    let options = request.app_data::<Data<HttpOptions>>().cloned().ok_or_else(missing)?;
    let authenticate = request.app_data::<Data<Authenticate>>().ok_or_else(missing)?;
    let query = web::Query::<KnownQuery>::from_query(request.query_string())
        .map_err(|_| ApiError::invalid("the query cannot be read"))?
        .into_inner();
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let authorization = header(AUTHORIZATION);
    let bearer = authorization.and_then(|text| after_scheme(text, "bearer")).map(str::to_owned);
    let token = bearer.as_deref().and_then(|token| authenticate.read(token));
    let basic = authorization.and_then(basic_credentials);
    let named = query.client_id.filter(|id| !id.is_empty());
    // A header that cannot be read is shown all the same, and is no pass.
    let captcha = request.headers().get("x-captcha-token").map(|value| value.to_str().unwrap_or("\0").to_owned());
    let captcha = captcha.or(query.captcha_token).filter(|token| !token.is_empty());
    let device = request.headers().get("x-device-id").map(|value| value.to_str().unwrap_or("\0"));
    let device = device.filter(|raw| !raw.is_empty()).map(DeviceId::parse).transpose();
    Ok(Context {
        named_client: named.or_else(|| basic.as_ref().map(|basic| basic.client.clone())),
        basic,
        client_of_token: match (&token, &bearer) {
            (Some(token), _) => Some(token.client.clone()),
            (None, Some(expired)) => authenticate.client_of(expired),
            (None, None) => None,
        },
        client_of_key: None,
        token,
        device: device.map_err(|error| ApiError::invalid(error.to_string()))?,
        network: network_of(request, &options.trusted_proxies, options.forwarded_header),
        page: foreign_page(request.headers(), &options),
        user_agent: header(USER_AGENT).map(|text| text.chars().take(MAX_USER_AGENT).collect()),
        captcha: captcha.map(CaptchaToken::shown),
        bearer,
        language: header(ACCEPT_LANGUAGE).and_then(Language::preferred),
        options,
    })
}

/// Scheme names are compared without regard to case (RFC 9110, 11.1).
fn after_scheme<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (named, rest) = authorization.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| rest.trim()).filter(|rest| !rest.is_empty())
}

pub(crate) fn basic_credentials(authorization: &str) -> Option<Basic> {
    let decoded = String::from_utf8(STANDARD.decode(after_scheme(authorization, "basic")?).ok()?).ok()?;
    let (client, secret) = decoded.split_once(':')?;
    (!client.is_empty()).then(|| Basic { client: client.to_owned(), secret: secret.into() })
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_credentials_are_those_that_were_sent(
            scheme in "[bB][aA][sS][iI][cC] {1,3}",
            client in "(?s)[^:]{1,20}",
            secret in "(?s).{0,20}",
        ) {
            let header = format!("{scheme}{}", STANDARD.encode(format!("{client}:{secret}")));
            let basic = basic_credentials(&header).expect("credentials");
            prop_assert_eq!((basic.client, basic.secret.expose_secret()), (client, &*secret));
        }

        #[test]
        fn credentials_have_one_spelling(
            scheme in "Basic |basic {1,2}|Bearer |\\PC{0,6}",
            text in "[aé]{0,2}:[a:é]{0,4}|[a:é]{0,6}",
            // The last character of an encoded `a`, with bits that have no meaning.
            last in option::of("[F-HR-T_]"),
            padding in option::of("={0,2}"),
        ) {
            let encoded = STANDARD.encode(text);
            let unpadded = encoded.trim_end_matches('=');
            let mut sent = unpadded.to_owned();
            if let Some(last) = last {
                sent.pop();
                sent.push_str(&last);
            }
            let header = format!("{scheme}{sent}{}", padding.as_deref().unwrap_or(&encoded[unpadded.len()..]));
            if let Some(basic) = basic_credentials(&header) {
                prop_assert!(!basic.client.is_empty() && !basic.client.contains(':'));
                let same = STANDARD.encode(format!("{}:{}", basic.client, basic.secret.expose_secret()));
                prop_assert!(header.starts_with("basic ") || header.starts_with("Basic "));
                prop_assert_eq!(header.split(' ').next_back(), Some(&*same));
            }
        }

        #[test]
        fn no_header_makes_the_reader_panic(header in "(?s).{0,40}|(?i:basic) (?s).{0,40}") {
            let is_basic = header.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("basic "));
            prop_assert!(is_basic || basic_credentials(&header).is_none());
        }
    }
}
