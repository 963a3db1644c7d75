//! Form bodies, as OAuth clients send them.

#![no_main]

auth_fuzz::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = auth_http::fuzzing::form(bytes);
});
