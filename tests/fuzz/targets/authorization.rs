//! `Authorization: Basic`.

#![no_main]

auth_fuzz::text!(|text| {
    let _ = auth_http::fuzzing::authorization(text);
});
