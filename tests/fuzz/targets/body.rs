//! JSON bodies.

#![no_main]

auth_fuzz::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    auth_http::fuzzing::body(bytes);
});
