//! What fuzz targets have in common. There is a target per parser that reads requests: no input may make it panic,
//! and what it accepts must parse to the same value again. Bodies, headers and queries are private to the `http`
//! crate, and ID tokens to the `providers` crate, which give these targets access with the feature `fuzzing`.

use auth_domain::identifier::{Identifier, IdentifierScheme};

#[doc(hidden)]
pub use libfuzzer_sys;

/// Defines a target that takes text.
#[macro_export]
macro_rules! text {
    (|$text:ident| $body:block) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            if let Ok($text) = std::str::from_utf8(bytes) {
                $body
            }
        });
    };
}

/// Checks that the forms of an identifier all parse to that identifier.
///
/// # Panics
/// If one of them does not.
pub fn stays_the_same(scheme: &dyn IdentifierScheme, identifier: &Identifier) {
    for spelling in [identifier.canonical(), identifier.shown()] {
        let again = scheme.parse(spelling);
        let again = again.unwrap_or_else(|error| panic!("{spelling:?} of {identifier:?} is refused: {error}"));
        assert_eq!(again.canonical(), identifier.canonical(), "{spelling:?}");
    }
}
