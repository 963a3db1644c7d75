//! `X-Forwarded-For`, which says whose request it is.

#![no_main]

auth_fuzz::text!(|text| {
    auth_http::fuzzing::forwarded_for(text);
});
