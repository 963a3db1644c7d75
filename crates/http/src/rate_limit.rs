//! Headers that tell clients how much of a limit is left (draft-ietf-httpapi-ratelimit-headers, sections 2 and 3).

use std::time::Duration;

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{HeaderName, HeaderValue};
use auth_application::kit::{Left, Reached};
use chrono::TimeDelta;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Adds what is left of a limit.
pub(crate) fn add_left(response: &mut HttpResponseBuilder, left: Left) {
    add(response, left.of, left.remaining, seconds(left.full_after));
}

/// Adds a limit, how many are possible at once, and when there will be more.
pub(crate) fn add(response: &mut HttpResponseBuilder, limit: Reached, remaining: u32, more_after: Duration) {
    let Reached { name, quota } = limit;
    let window = whole_seconds(seconds(quota.per));
    let policy = format!("\"{name}\";q={};w={window}", quota.burst);
    let left = format!("\"{name}\";r={remaining};t={}", whole_seconds(more_after));
    for (header, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.insert_header((header, value));
        }
    }
}

/// The span in seconds, rounded up, and at least one.
pub(crate) fn whole_seconds(span: Duration) -> u64 {
    (span.as_secs() + u64::from(span.subsec_nanos() > 0)).max(1)
}

fn seconds(span: TimeDelta) -> Duration {
    span.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use auth_domain::limits::Quota;

    use super::*;

    #[test]
    fn a_limit_as_clients_read_it() {
        let of = Reached { name: "send_code", quota: Quota { burst: 100, per: TimeDelta::minutes(10) } };
        let mut response = HttpResponse::Ok();
        add_left(&mut response, Left { of, remaining: 99, full_after: TimeDelta::milliseconds(5_001) });
        let response = response.finish();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header(RATE_LIMIT_POLICY), Some("\"send_code\";q=100;w=600"));
        assert_eq!(header(RATE_LIMIT), Some("\"send_code\";r=99;t=6"));
    }
}
