//! What the macros of all suites share.

/// Stamps one test per promise into a module named after the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp {
    ($suite:ident, $make:expr, [$($promise:ident),+ $(,)?]) => {
        mod $suite {
            #[allow(unused_imports, reason = "the path to the stores may be absolute")]
            use super::*;

            $(
                #[test]
                fn $promise() {
                    $crate::run($make, $crate::$suite::$promise);
                }
            )+
        }
    };
}

/// Stamps one test per promise of a suite whose promises make what they need by themselves, from the type of a probe.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp_on {
    ($suite:ident, $probe:ty, [$($promise:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $promise() {
                $crate::run_alone($crate::$suite::$promise::<$probe>());
            }
        )+
    };
}
