//! Tables of endpoints.

use std::sync::Arc;

use actix_web::Resource;
use actix_web::web::Data;
use utoipa::openapi::OpenApi;

use super::endpoint::{Describe, Endpoint};
use super::route::Route;
use super::{EndpointsError, Ours};

/// What one noun or one team serves: its endpoints, and the state that they share.
///
/// Cloning is cheap; each thread of a listener serves a clone.
#[derive(Clone)]
#[must_use = "endpoints are served when an app is made of them"]
pub struct Endpoints {
    pub(super) name: &'static str,
    /// Which one of ours it is, if it is one.
    ours: Option<Ours>,
    pub(super) routes: Vec<Route>,
    describe: Vec<Describe>,
    descriptions: Vec<Description>,
    state: Vec<State>,
}

/// Gives one piece of state to a resource.
type State = Arc<dyn Fn(Resource) -> Resource + Send + Sync>;
/// Adds to the whole document.
pub(crate) type Description = Arc<dyn Fn(&mut OpenApi) -> Result<(), EndpointsError> + Send + Sync>;

impl Endpoints {
    /// Creates an empty table. The name tells operators who brought an endpoint, and is the tag of operations that have
    /// none.
    pub fn new(name: &'static str) -> Self {
        let (routes, describe, descriptions, state) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { name, ours: None, routes, describe, descriptions, state }
    }

    /// Creates an empty table of ours, which [`UseCases::behind`](crate::UseCases::behind) gives its use cases.
    pub(crate) fn of(ours: Ours) -> Self {
        Self { ours: Some(ours), ..Self::new(ours.name()) }
    }

    /// Which one of ours it is. A table of somebody else's is none of them, whatever it is called.
    pub(crate) fn ours(&self) -> Option<Ours> {
        self.ours
    }

    /// Adds this endpoint, which [`endpoint!`](crate::endpoint!) makes of a handler.
    pub fn with(mut self, endpoint: Endpoint) -> Self {
        self.routes.extend(endpoint.routes);
        self.describe.extend(endpoint.describe);
        self
    }

    /// Adds state that the handlers of this table, and no others, take as `Data<T>`. There is one value per type: a
    /// second one replaces the first. A handler whose state is missing answers 500.
    pub fn state<T: Send + Sync + ?Sized + 'static>(mut self, state: Arc<T>) -> Self {
        self.state.push(Arc::new(move |resource| resource.app_data(Data::from(state.clone()))));
        self
    }

    /// Adds what is to be said in the document about endpoints of whatever table, once all of them are in it.
    pub(crate) fn describing<F>(mut self, add: F) -> Self
    where
        F: Fn(&mut OpenApi) -> Result<(), EndpointsError> + Send + Sync + 'static,
    {
        self.descriptions.push(Arc::new(add));
        self
    }

    /// Returns the name of the table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the method and the path of each route that the document does not describe, with the reason.
    pub fn undocumented(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.routes.iter().filter_map(|route| Some((route.name(), route.undocumented?)))
    }

    /// Makes the parts of the document, one for each endpoint, one after the other.
    pub(crate) fn documents(&self) -> impl Iterator<Item = OpenApi> {
        self.describe.iter().map(|describe| describe())
    }

    /// What is added to the document when all parts are in it.
    pub(crate) fn descriptions(&self) -> &[Description] {
        &self.descriptions
    }

    pub(super) fn give_state(&self, resource: Resource) -> Resource {
        self.state.iter().fold(resource, |resource, give| give(resource))
    }
}
