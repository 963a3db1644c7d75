//! What a team's crate depends on. An [`Extension`] is a value: a name, and what it adds to the server.
//!
//! ```ignore
//! // crate team_twilio
//! pub fn extension() -> Extension {
//!     Extension::new("twilio").sms_vendor("twilio", |section: TwilioSection, kit| {
//!         Ok(Arc::new(TwilioSender::new(section, kit.outbound(), kit.templates())?))
//!     })
//! }
//!
//! // main.rs of the team's own program
//! fn main() -> ExitCode {
//!     auth_server::Server::new().with(team_twilio::extension()).run()
//! }
//! ```
//!
//! # How to add
//!
//! | what | by | its settings |
//! | --- | --- | --- |
//! | an SMS vendor | [`Extension::sms_vendor`] | `[sms.<name>]`, used if `sms.kind` is the name |
//! | a kind of identity provider | [`Extension::provider_kind`] | every `[providers.<id>]` whose `kind` is the name |
//! | a sender for e-mail or for a channel of your own | [`Extension::message_sender`] | `[<section>]` |
//! | an identifier kind | [`Extension::identifier`] | |
//! | a way to sign up | [`Extension::scenario`] | |
//! | endpoints | [`Extension::endpoints`], [`Extension::admin_endpoints`] | |
//! | their shared state, made from ports | [`Extension::endpoint_state`] | |
//! | a rule that is asked before somebody becomes a user | [`Extension::before_sign_up`] | |
//! | a function that subscribes to events | [`Extension::on_event`] | |
//! | any other subscriber to events | [`Extension::event_handler`] | |
//! | identifier kinds, ways to sign up, shared state, rules and subscribers, made with settings | [`Extension::section`] | `[<section>]` |
//! | the same, any number of times | [`Extension::named_sections`] | every `[<place>.<name>]` |
//! | texts of messages | [`Extension::words`] | |
//! | something for the store, such as migrations | [`Extension::store_part`] | |
//! | stores in place of PostgreSQL | [`Extension::storage`] | `[<section>]` |
//!
//! # Rules
//!
//! - Nothing registers itself: a program has what its `main` lists, in that order. The start is refused if a name is
//!   registered twice.
//! - A section is a [`Section`](auth_settings::Section) beside the adapter that reads it. It is typed and checked before
//!   anything starts; unknown keys are refused, secrets may come from files, and `doctor` shows what is set.
//! - The [`Kit`] lends what an adapter needs from its surroundings: the clock, randomness, the profile, and an HTTP client
//!   with our address policy and limits.
//! - Errors are a [`Problem`](auth_settings::Problem), into which `?` converts every error. It prevents the start, and
//!   makes `doctor` fail.

mod additions;
mod endpoint_state;
mod extension;
mod kit;
mod on_event;
mod ports;
mod registrations;
mod remark;
mod storage;
mod store_handle;
mod store_setup;
mod stores;

pub use additions::Additions;
pub use endpoint_state::{EndpointState, GiveState};
pub use extension::Extension;
pub use kit::Kit;
pub use on_event::OnEvent;
pub use ports::Ports;
pub use registrations::{
    MakeAdditions, MakeNamedAdditions, MakeProvider, MakeSender, MakeSmsSender, MakeStorage, NamedSections, OwnSection,
    ProviderKind, Registrations, SenderKind, SmsVendor, StorageKind, StorePart,
};
pub use remark::Remark;
pub use storage::{Condition, Storage};
pub use store_handle::StoreHandle;
pub use store_setup::StoreSetup;
pub use stores::StorePorts;
