//! Passwords that operators give to users: as written, or drawn.

use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::identifier::Identifier;
use auth_ports::{Entropy, Failure, Halt, OrRefuse as _, draw};
use secrecy::{ExposeSecret as _, SecretString};

/// 5 bits per character; no two characters look alike.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 125 bits. Together with the hyphens, the password has three classes of characters.
const LEAST_GROUPS: usize = 5;
/// How often a password is drawn until the policy accepts it; one in a thousand has no digit.
const DRAWS: usize = 16;

/// The password that an operator wrote, if it is acceptable for a user with these login names; without one, a password
/// that is drawn, and its text: the only copy.
pub(super) fn given_or_drawn<R: From<PasswordError>>(
    given: Option<&SecretString>,
    own: &[Identifier],
    policy: &PasswordPolicy,
    entropy: &dyn Entropy,
) -> Result<(Password, Option<SecretString>), Halt<R>> {
    match given {
        Some(raw) => Ok((Password::chosen(raw.expose_secret(), policy, own).or_refuse()?, None)),
        None => {
            let drawn = InitialPassword::draw(entropy, policy)?;
            Ok((drawn.password, Some(drawn.text)))
        }
    }
}

/// A password that appears in one answer only, such as `k7fq2-9xwtm-h3zpa-rc5vd-8nyeb`.
struct InitialPassword {
    /// The text for the user.
    text: SecretString,
    /// The same password for the hasher.
    password: Password,
}

impl InitialPassword {
    fn draw(entropy: &dyn Entropy, policy: &PasswordPolicy) -> Result<Self, Failure> {
        for _ in 0..DRAWS {
            let text = text(entropy, policy);
            if let Ok(password) = Password::chosen(text.expose_secret(), policy, &[]) {
                return Ok(Self { text, password });
            }
        }
        Err(Failure::internal("no random password fits the password policy"))
    }
}

/// As many groups as the policy asks for, cut off at the longest password that it accepts.
fn text(entropy: &dyn Entropy, policy: &PasswordPolicy) -> SecretString {
    let groups = policy.min_chars.div_ceil(5).max(LEAST_GROUPS);
    let mut text = String::with_capacity(groups * 6);
    for group in 0..groups {
        if group > 0 {
            text.push('-');
        }
        text.extend(draw::<5>(entropy).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])));
    }
    text.truncate(policy.max_chars);
    text.into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A linear congruential generator: it differs at each draw and repeats in each run.
    struct Drawn(AtomicU64);

    impl Entropy for Drawn {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let next = |state: u64| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| Some(next(state)));
                *byte = (before.unwrap_or_default() >> 56) as u8;
            }
        }
    }

    #[test]
    fn every_policy_is_met() {
        let entropy = Drawn(AtomicU64::new(42));
        for (min_chars, max_chars) in
            [(8, 256), (15, 256), (29, 256), (30, 256), (64, 256), (8, 64), (51, 64), (64, 64)]
        {
            let policy = PasswordPolicy { min_chars, max_chars, three_classes: true, ..PasswordPolicy::default() };
            for _ in 0..500 {
                let drawn = InitialPassword::draw(&entropy, &policy).expect("a password");
                assert!(drawn.text.expose_secret().len() >= min_chars.max(29));
                assert_eq!(drawn.text.expose_secret(), drawn.password.expose());
            }
        }
    }

    #[test]
    fn no_two_characters_look_alike() {
        let distinct: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(distinct.len(), 32);
        assert!(!ALPHABET.iter().any(|character| b"lo01IO".contains(character)));
    }
}
