//! The use cases: one type and one file each, in rooms named like the wire and the domain. They know ports and
//! domain, and no adapter.
//!
//! A use case imports from `kit`, from its own room, and from another room only what that room offers; never
//! through the crate root.
//!
//! # How to add one
//!
//! 1. A file named after the verb, in the room of its noun, with the command it takes, the outcome it returns, and
//!    one enum that lists every refusal. It returns `Result<Outcome, Halt<ItsRefusal>>`: a refusal is for the client, a
//!    failure is for the operator, and `?` passes failures on.
//! 2. Constructor arguments are the ports it uses, and parts from `kit` for what always goes together; six at most.
//!    What a proof pays for goes through `kit::Payments`, so that a repeated request gets the result of the first.
//! 3. Tests run it on the memory adapter with a manual clock and scripted entropy.
//! 4. A few lines in `server/src/wiring/<noun>.rs`, one endpoint in `http`.

pub mod account;
pub mod admin;
pub mod captcha;
pub mod events;
pub mod kit;
pub mod provider;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod upkeep;
pub mod verification;
