//! Sessions and the tokens that carry them.

mod authenticate;
mod client_token;
mod end;
mod introspect;
mod recognise_client;
mod refresh;
