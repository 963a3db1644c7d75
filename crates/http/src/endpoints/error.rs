//! Why endpoints cannot be served together.

use thiserror::Error;

/// Why tables of endpoints cannot be served by one listener, found out when the server starts.
///
/// `tables` are the names of two tables: the first one, and the one that came after it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointsError {
    /// A path is not `/` followed by fixed words and whole parameters such as `{id}`.
    #[error("the path of {route} is malformed (endpoints of {table})")]
    MalformedPath {
        /// Method and path.
        route: String,
        /// The table that it is in.
        table: &'static str,
    },
    /// An endpoint of method HEAD, which would never be reached.
    #[error("HEAD is answered wherever GET is, so {route} cannot have a handler of its own (endpoints of {table})")]
    OwnHead {
        /// Method and path.
        route: String,
        /// The table that it is in.
        table: &'static str,
    },
    /// A path is in two tables, or a method of it is registered twice, or two paths differ in the names of their
    /// parameters only, so that one of them would never be reached.
    #[error(
        "{} cannot be served beside {} (endpoints of {} and of {})",
        routes[1], routes[0], tables[1], tables[0]
    )]
    SamePath {
        /// Method and path of both.
        routes: [String; 2],
        /// The tables that they are in.
        tables: [&'static str; 2],
    },
    /// Two operations of the document have one id, which is the handler's name unless its attribute says otherwise.
    #[error("two operations have the id {id} (endpoints of {} and of {})", tables[0], tables[1])]
    SameOperationId {
        /// The id.
        id: String,
        /// The tables that they are in.
        tables: [&'static str; 2],
    },
    /// Two different schemas of the document have one name, which is the type's unless its attribute says otherwise.
    #[error("two different schemas have the name {name} (endpoints of {} and of {})", tables[0], tables[1])]
    SameSchemaName {
        /// The name.
        name: String,
        /// The tables whose operations refer to them.
        tables: [&'static str; 2],
    },
    /// A scenario's own field has the name of one that the body has already, which would read it.
    #[error("the field {field} of {schema} is taken, so the sign-up scenario {scenario} would never see it")]
    SameField {
        /// The field.
        field: String,
        /// The body's schema.
        schema: String,
        /// The scenario.
        scenario: &'static str,
    },
}
