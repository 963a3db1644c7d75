//! What the vendor answers.

use auth_outbound::{Answer, OutboundError};
use auth_ports::SendError;
use serde::Deserialize;
use thiserror::Error;

/// The vendor's refusals that are about this message, so that sending it again is of no use.
const ABOUT_THE_MESSAGE: [u32; 5] = [
    21211, // no valid number to send to
    21408, // the account may not send to that country
    21610, // the person has told the vendor to stop
    21612, // no route to that number
    21614, // no mobile number
];

/// A message that was taken.
#[derive(Deserialize)]
struct Accepted {
    status: String,
    error_code: Option<u32>,
}

/// A request that was refused. The text beside the number may quote the message, so it is not read.
#[derive(Deserialize)]
struct Refused {
    code: u32,
}

/// Why a message was not sent, in numbers only.
#[derive(Debug, Error)]
enum GatewayError {
    #[error("the SMS gateway answered {status} with error {code}")]
    Refused { status: u16, code: u32 },
    #[error("the SMS gateway took the message and failed with error {0}")]
    Failed(u32),
}

/// What became of a message.
pub(crate) fn verdict(answer: &Answer) -> Result<(), SendError> {
    match answer.status() {
        200..=299 => sent(&answer.json().map_err(temporary)?),
        status => Err(refused(status, answer.json().unwrap_or(Refused { code: 0 }).code)),
    }
}

fn sent(accepted: &Accepted) -> Result<(), SendError> {
    match accepted.status.as_str() {
        "failed" | "undelivered" => {
            Err(SendError::Permanent(GatewayError::Failed(accepted.error_code.unwrap_or_default()).into()))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the account or with the gateway passes; the queue tries again.
fn refused(status: u16, code: u32) -> SendError {
    let error = GatewayError::Refused { status, code }.into();
    if ABOUT_THE_MESSAGE.contains(&code) { SendError::Permanent(error) } else { SendError::Temporary(error) }
}

/// For a request that got no answer that can be read.
pub(crate) fn temporary(error: OutboundError) -> SendError {
    SendError::Temporary(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_the_message_is_permanent() {
        for (status, code, is_permanent) in [
            (400, 21211, true),
            (400, 21610, true),
            (401, 20003, false),
            (403, 20005, false),
            (429, 20429, false),
            (500, 20500, false),
            (503, 0, false),
        ] {
            assert_eq!(matches!(refused(status, code), SendError::Permanent(_)), is_permanent, "{status} {code}");
        }
    }

    #[test]
    fn a_message_that_was_taken_may_have_failed_already() {
        let accepted = |status: &str| sent(&Accepted { status: status.to_owned(), error_code: Some(30006) });
        assert!(accepted("queued").is_ok() && accepted("sent").is_ok());
        let failed = accepted("failed").expect_err("the vendor has given it up");
        assert!(matches!(failed, SendError::Permanent(cause) if cause.to_string().ends_with("error 30006")));
    }
}
