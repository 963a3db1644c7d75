//! Signing up.

mod use_case;
