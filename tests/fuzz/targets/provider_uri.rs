//! The query that asks where to send a user to, with further parameters for the third party.

#![no_main]

auth_fuzz::text!(|text| {
    auth_http::fuzzing::provider_uri(text);
});
