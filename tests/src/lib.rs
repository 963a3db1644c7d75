//! The test harness: the whole service on its own port and its own database, as tests see it from
//! outside.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let token = app.device().prove(&unique_phone()).await;
//! app.anonymous().post("/auth/v1/signup", json!({ … })).await.refused(INVALID_ARGUMENT);
//! ```
//!
//! Tests share one PostgreSQL and nothing else. Callers are types with the same helpers: [`Anonymous`],
//! [`OnDevice`], [`SignedIn`], [`Operator`]. Every answer that passes through here is checked against what the
//! contract says about all answers: JSON, the three fields of an error, an `x-request-id`, `Retry-After`.

mod accounts;
mod answer;
mod app;
mod builder;
mod caller;
mod captcha;
mod database;
mod eventually;
mod flows;
mod logs;
mod messages;
mod operator;
mod pooler;
mod raw;
mod refusals;
mod relay;
mod rows_only;
mod sdk;
mod third_parties;
mod unique;
mod world;

pub use accounts::*;
pub use answer::Answer;
pub use app::TestApp;
pub use auth_contracts::race as together;
pub use builder::TestAppBuilder;
pub use caller::{Anonymous, Caller, Line, OnDevice, SignedIn};
pub use captcha::{CaptchaFlows, read_image};
pub use database::{Explained, ExplainedStatement, TestDatabase, Touched, layout_of_this_run};
pub use eventually::eventually;
pub use flows::{Flows, SentCode};
pub use logs::everything_logged;
pub use messages::{Message, Messages, PrintedNotice};
pub use operator::Operator;
pub use pooler::Pooler;
pub use raw::RawRequests;
pub use refusals::*;
pub use relay::Relay;
pub use rows_only::RowsOnly;
pub use sdk::{Challenge, Sdk, sdk_verdict};
pub use third_parties::{ThirdParty, ThirdPartyFlows, provider_uri, unique_person};
pub use unique::{Address, unique_device, unique_email, unique_number, unique_phone, unique_username};
