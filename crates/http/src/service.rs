//! The two applications, as the server runs them.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, Error};

use crate::middleware::{cors, empty_errors, panics, request_log};
use crate::routes::{admin_routes, public_routes};
use crate::{HttpOptions, UseCases};

/// The public application.
pub fn public_app(
    options: &HttpOptions,
    use_cases: &UseCases,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<>,
> {
    App::new()
        .app_data(Data::new(options.clone()))
        .wrap(from_fn(panics))
        .wrap(from_fn(empty_errors))
        .wrap(from_fn(cors))
        .wrap(from_fn(request_log))
        .configure(|config| public_routes(config, use_cases))
}

/// The admin application. No page of any origin may call it.
pub fn admin_app(
    options: &HttpOptions,
    use_cases: &UseCases,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<>,
> {
    App::new()
        .app_data(Data::new(options.clone()))
        .wrap(from_fn(panics))
        .wrap(from_fn(empty_errors))
        .wrap(from_fn(request_log))
        .configure(|config| admin_routes(config, use_cases))
}
