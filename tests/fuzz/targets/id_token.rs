//! ID tokens of third parties, none of which is meant for us.

#![no_main]

auth_fuzz::text!(|text| {
    auth_providers::fuzzing::id_token(text);
});
