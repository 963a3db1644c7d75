//! Promises of `RateLimiter`.

mod one;
mod together;

pub use one::*;
pub use together::*;

/// Stamps the promises of `RateLimiter` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`](crate::Stores) and a guard.
#[macro_export]
macro_rules! limits {
    ($make:expr) => {
        $crate::stamp!(
            limits,
            $make,
            [
                // one
                admits_a_burst_then_an_even_trickle,
                decides_as_the_domain_does,
                does_not_count_what_it_refuses,
                gives_the_whole_burst_back_after_a_quiet_spell,
                keeps_keys_apart,
                admits_no_more_than_the_quota_at_once,
                admits_no_more_than_the_quota_at_once_later_on,
                forgets_what_was_counted,
                forgets_one_key_alone,
                forgets_unknown_keys,
                forgets_several_keys,
                // together
                counts_against_every_limit,
                tells_when_each_burst_is_available_again,
                counts_against_none_if_one_refuses,
                tells_which_limit_has_the_longest_wait,
                counts_a_key_that_is_named_twice_once,
                admits_what_has_no_limit,
                together_limits_admit_no_more_than_the_smallest_at_once,
                what_is_refused_keeps_nobody_out_for_a_moment,
                limits_in_any_order_do_not_hinder_each_other,
                refunds_what_was_counted,
                refunds_every_limit_once,
                refunds_unknown_keys,
                refunds_at_once_are_all_taken_back,
            ]
        );
    };
}
