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
    /// An operation is described in a way that validators or generators of clients refuse.
    #[error("the description of {operation} cannot be used: {flaw} (endpoints of {table})")]
    Description {
        /// Method and path.
        operation: String,
        /// What is wrong.
        flaw: DescriptionFlaw,
        /// The table that it is in.
        table: &'static str,
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

/// What is wrong with the description of an operation: OpenAPI 3.1 forbids it, or no client can be generated from it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DescriptionFlaw {
    /// Clients make a function's name of the id.
    #[error("the operation id {0:?} is not a letter followed by letters, digits and underscores")]
    OperationId(String),
    /// A parameter of the path is not among the parameters of the operation.
    #[error("the path has {{{0}}}, but `params` describes no `Path` parameter of this name")]
    MissingParameter(String),
    /// A parameter is said to be in the path and is not.
    #[error("`params` describes the `Path` parameter {0}, which the path does not have")]
    StrayParameter(String),
    /// Two parameters have the same name in the same place.
    #[error("`params` describes the parameter {0} twice")]
    SameParameter(String),
    /// The operation demands credentials of a kind that the document does not have.
    #[error("there is no security scheme {0:?}")]
    UnknownSecurityScheme(String),
    /// No answer is described but errors.
    #[error("`responses` describes no success")]
    NoSuccess,
    /// A body is an object whose schema is written in place. Generators would have to invent a name for its type.
    #[error("the schema of {0} has no name: let a type derive `ToSchema`, and refer to it")]
    NamelessSchema(String),
    /// The name of a schema or of a security scheme has a character that such names may not have.
    #[error("the name {0:?} has other characters than letters, digits, `.`, `_` and `-`")]
    ComponentName(String),
}
