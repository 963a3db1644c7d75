//! What a team's crate depends on: an [`Extension`] is a value, a name and what it adds to the server.
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
//! | an SMS vendor | [`Extension::sms_vendor`] | `[sms.<name>]`, in use where `sms.kind` is the name |
//! | a kind of identity provider | [`Extension::provider_kind`] | every `[providers.<id>]` whose `kind` is the name |
//! | a sender for e-mail or for a channel of your own | [`Extension::message_sender`] | `[<section>]` |
//! | an identifier kind | [`Extension::identifier`] | |
//! | a way to sign up | [`Extension::scenario`] | |
//! | endpoints | [`Extension::endpoints`], [`Extension::admin_endpoints`] | |
//! | what they share, made of ports | [`Extension::endpoint_state`] | |
//! | a function that is told of events | [`Extension::on_event`] | |
//! | somebody else who is told of events | [`Extension::event_handler`] | |
//! | any of these but endpoints, from the identifier kind on, made with settings | [`Extension::section`] | `[<section>]` |
//! | the same, as often as an operator likes | [`Extension::named_sections`] | every `[<place>.<name>]` |
//! | words of messages | [`Extension::words`] | |
//! | something for the store, such as migrations | [`Extension::store_part`] | |
//! | stores in place of PostgreSQL | [`Extension::storage`] | `[<section>]` |
//!
//! # Rules
//!
//! - Nothing registers itself: what a program has is what its `main` lists, in that order. A name that is registered
//!   twice stops the start.
//! - A section is a [`Section`](auth_settings::Section) beside the adapter that reads it. It is typed and checked before
//!   anything starts; unknown keys are refused, secrets may come from files, and `doctor` shows what is set.
//! - What an adapter needs of its surroundings is lent by the [`Kit`]: time, randomness, the profile, an HTTP client with
//!   the address policy and the limits of ours.
//! - What fails is a [`Problem`](auth_settings::Problem), which every error becomes by `?`. It stops the start, or lets
//!   `doctor` fail.

mod additions;
mod endpoint_state;
mod extension;
mod kit;
mod on_event;
mod ports;
mod registrations;
mod storage;
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
pub use storage::Storage;
pub use store_setup::StoreSetup;
pub use stores::Stores;
