//! The two applications, as a server runs them.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse};
use auth_application::admin::AuthorizeOperator;
use auth_application::session::Authenticate;

use crate::HttpOptions;
use crate::admin::KnownParameters;
use crate::endpoints::{Endpoints, EndpointsError, check, register};
use crate::error::{ApiError, ErrorName};
use crate::middleware::{cors, other_errors, pace, panics, request_log};
use crate::openapi::{self, admin_document, public_document};
use crate::pages::{console, docs, root};

/// What the public listener serves: endpoints, their document, and the pages that show it.
///
/// Around every endpoint, whoever brought it: request ids and the request log, CORS, the contract's errors for unknown
/// paths and wrong methods, a bound on the requests of each network that may change something, and an answer where a
/// handler panics.
#[derive(Clone)]
pub struct PublicApp {
    options: HttpOptions,
    authenticate: Arc<Authenticate>,
    /// Shared by all threads.
    endpoints: Arc<[Endpoints]>,
    /// Whether `/` is a page for people.
    has_first_page: bool,
}

impl PublicApp {
    /// Builds it from these endpoints. `authenticate` recognises callers for [`SignedIn`](crate::extract::SignedIn) and
    /// [`Context`](crate::extract::Context).
    ///
    /// # Errors
    /// [`EndpointsError`], when the endpoints cannot be served together.
    pub fn new(
        options: HttpOptions,
        authenticate: Arc<Authenticate>,
        endpoints: Vec<Endpoints>,
    ) -> Result<Self, EndpointsError> {
        let document = public_document(&endpoints)?;
        Ok(Self { options, authenticate, endpoints: with_document(endpoints, document)?, has_first_page: false })
    }

    /// Adds a page for people at `/`, which needs the endpoints of [`LocalPage`](crate::LocalPage). Without it
    /// there is one JSON object.
    #[must_use]
    pub fn with_first_page(self) -> Self {
        Self { has_first_page: true, ..self }
    }

    /// Builds the application for one thread.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
        + use<>,
    > {
        App::new()
            .app_data(Data::new(self.options.clone()))
            .app_data(Data::from(self.authenticate.clone()))
            .wrap(from_fn(panics))
            .wrap(from_fn(pace))
            .wrap(from_fn(other_errors))
            .wrap(from_fn(cors))
            .wrap(from_fn(request_log))
            .configure(|config| root(config, self.has_first_page))
            .configure(|config| configure(config, &self.endpoints))
    }
}

/// What the admin listener serves. No page of any origin may call it, and calls with a key may have the query parameters
/// that their operation describes and no others; otherwise as [`PublicApp`].
#[derive(Clone)]
pub struct AdminApp {
    options: HttpOptions,
    authorize: Arc<AuthorizeOperator>,
    known: Arc<KnownParameters>,
    /// Shared by all threads.
    endpoints: Arc<[Endpoints]>,
}

impl AdminApp {
    /// Builds it from these endpoints. `authorize` recognises operators for [`MayRead`](crate::admin::MayRead) and
    /// [`MayWrite`](crate::admin::MayWrite).
    ///
    /// # Errors
    /// [`EndpointsError`], when the endpoints cannot be served together.
    pub fn new(
        options: HttpOptions,
        authorize: Arc<AuthorizeOperator>,
        endpoints: Vec<Endpoints>,
    ) -> Result<Self, EndpointsError> {
        let document = admin_document(&endpoints)?;
        let known = Arc::new(KnownParameters::of(&endpoints));
        Ok(Self { options, authorize, known, endpoints: with_document(endpoints, document)? })
    }

    /// Builds the application for one thread.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
        + use<>,
    > {
        App::new()
            .app_data(Data::new(self.options.clone()))
            .app_data(Data::from(self.authorize.clone()))
            .app_data(Data::from(self.known.clone()))
            .wrap(from_fn(panics))
            .wrap(from_fn(other_errors))
            .wrap(from_fn(request_log))
            .configure(console)
            .configure(|config| configure(config, &self.endpoints))
    }
}

fn with_document(mut endpoints: Vec<Endpoints>, document: String) -> Result<Arc<[Endpoints]>, EndpointsError> {
    endpoints.insert(0, openapi::serving(document));
    check(&endpoints)?;
    Ok(endpoints.into())
}

fn configure(config: &mut ServiceConfig, endpoints: &[Endpoints]) {
    register(config, endpoints);
    docs(config);
    config.default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorName::NotFound, "there is nothing at this path"))
}
