//! The crate `argon2-rust`, which takes two thirds of the time on processors with AVX-512. `docs/security.md` says what is
//! known about it.

use argon2::{Algorithm, Params, Version};
use argon2_rust::params::{Memory, ParamsBuilder, TagLen};
use argon2_rust::{Argon2, Backend, Hasher, detected_backend};

/// The faster way, for hashes with certain parameters.
pub(crate) struct Faster {
    algorithm: argon2_rust::Algorithm,
    version: argon2_rust::Version,
    costs: ParamsBuilder,
}

/// Its memory, which is kept from one hash to the next and wiped in between.
#[derive(Default)]
pub(crate) struct Arena(Option<Hasher>);

impl Faster {
    /// `None` where it is not known to be faster: on processors without AVX-512.
    pub(crate) fn of(algorithm: Algorithm, version: Version, params: &Params) -> Option<Self> {
        (detected_backend() == Backend::Avx512).then(|| Self::on_any_processor(algorithm, version, params))
    }

    fn on_any_processor(algorithm: Algorithm, version: Version, params: &Params) -> Self {
        let algorithm = match algorithm {
            Algorithm::Argon2d => argon2_rust::Algorithm::Argon2d,
            Algorithm::Argon2i => argon2_rust::Algorithm::Argon2i,
            Algorithm::Argon2id => argon2_rust::Algorithm::Argon2id,
        };
        let version = match version {
            Version::V0x10 => argon2_rust::Version::V0x10,
            Version::V0x13 => argon2_rust::Version::V0x13,
        };
        // One thread whatever the number of lanes, as the other crate: threads are what the gate counts.
        let costs = argon2_rust::Params::builder()
            .memory(Memory::kib(params.m_cost().into()))
            .passes(params.t_cost())
            .lanes(params.p_cost())
            .threads(1);
        Self { algorithm, version, costs }
    }

    /// Fills `output`. Returns `false`, with anything in it, if there is no memory or the lengths are not allowed.
    pub(crate) fn derive(&self, password: &[u8], salt: &[u8], output: &mut [u8], arena: &mut Arena) -> bool {
        let Ok(params) = self.costs.tag_len(TagLen::bytes(output.len() as u64)).build() else { return false };
        let argon2 = Argon2::new(self.algorithm, self.version, params);
        let hasher = arena.0.get_or_insert_with(|| argon2.hasher());
        hasher.set_argon2(argon2);
        hasher.hash_into(password, salt, output).is_ok()
    }
}

impl Arena {
    /// How many blocks of 1 KiB are kept.
    pub(crate) fn blocks(&self) -> usize {
        self.0.as_ref().map_or(0, Hasher::reserved_blocks)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write as _};

    use argon2::AssociatedData;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    // What the vectors of RFC 9106 are made of, 5.1 to 5.3.
    const PASSWORD: [u8; 32] = [1; 32];
    const SALT: [u8; 16] = [2; 16];
    const SECRET: [u8; 8] = [3; 8];
    const DATA: [u8; 12] = [4; 12];

    fn tag_by_ours(algorithm: argon2_rust::Algorithm) -> [u8; 32] {
        let params = argon2_rust::Params::builder().memory(Memory::kib(32)).passes(3).lanes(4).threads(1);
        let params = params.tag_len(TagLen::bytes(32)).build().unwrap();
        let mut tag = [0; 32];
        let argon2 = Argon2::new(algorithm, argon2_rust::Version::V0x13, params);
        argon2.hash_into_with_ad(&PASSWORD, &SALT, &SECRET, &DATA, &mut tag).unwrap();
        tag
    }

    fn tag_by_theirs(algorithm: Algorithm) -> [u8; 32] {
        let data = AssociatedData::new(&DATA).unwrap();
        let params = argon2::ParamsBuilder::new().m_cost(32).t_cost(3).p_cost(4).data(data).build().unwrap();
        let mut tag = [0; 32];
        let argon2 = argon2::Argon2::new_with_secret(&SECRET, algorithm, Version::V0x13, params).unwrap();
        argon2.hash_password_into(&PASSWORD, &SALT, &mut tag).unwrap();
        tag
    }

    #[test]
    fn the_vectors_of_the_standard() {
        if detected_backend() != Backend::Avx512 {
            // Past what `cargo test` holds back of a test that passes.
            writeln!(io::stderr(), "NOT CHECKED: AVX-512, which this processor lacks").unwrap();
        }
        for (ours, theirs, expected) in [
            (
                argon2_rust::Algorithm::Argon2d,
                Algorithm::Argon2d,
                "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb",
            ),
            (
                argon2_rust::Algorithm::Argon2i,
                Algorithm::Argon2i,
                "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8",
            ),
            (
                argon2_rust::Algorithm::Argon2id,
                Algorithm::Argon2id,
                "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659",
            ),
        ] {
            for (whose, tag) in [("argon2-rust", tag_by_ours(ours)), ("argon2", tag_by_theirs(theirs))] {
                let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(tag, expected, "{whose}: {theirs:?}");
            }
        }
    }

    thread_local! {
        /// One for all inputs, so that what one leaves behind would show in the next.
        static ARENA: RefCell<Arena> = RefCell::default();
    }

    /// The output of the other crate, after it was compared with ours.
    fn compared(algorithm: Algorithm, version: Version, params: &Params, password: &[u8], salt: &[u8], length: usize) {
        let [mut ours, mut theirs] = [vec![0; length], vec![1; length]];
        let reference = argon2::Argon2::new(algorithm, version, params.clone());
        reference.hash_password_into(password, salt, &mut theirs).unwrap();
        let faster = Faster::on_any_processor(algorithm, version, params);
        assert!(ARENA.with_borrow_mut(|arena| faster.derive(password, salt, &mut ours, arena)));
        assert_eq!(ours, theirs, "{algorithm:?} {version:?} {params:?}");
    }

    #[test]
    fn our_own_hashes() {
        let params = Params::new(19_456, 2, 1, None).unwrap();
        for password in ["", "correct horse battery staple", &"ü🙂x".repeat(85)] {
            compared(Algorithm::Argon2id, Version::V0x13, &params, password.as_bytes(), &[7; 16], 32);
        }
    }

    #[test]
    fn what_is_not_allowed_is_left_to_the_other() {
        let faster = |params| {
            Faster::on_any_processor(Algorithm::Argon2id, Version::V0x13, &Params::new(64, 1, params, None).unwrap())
        };
        let derives = |salt: &[u8], length| faster(1).derive(b"", salt, &mut vec![0; length], &mut Arena::default());
        assert!(derives(&[0; 8], 4));
        assert!(!derives(&[0; 7], 4), "a salt that is too short");
        assert!(!derives(&[0; 8], 3), "an output that is too short");
    }

    proptest! {
        /// `PROPTEST_CASES` says how many.
        #[test]
        fn any_input_gives_the_same_output(
            algorithm in prop::sample::select(vec![Algorithm::Argon2d, Algorithm::Argon2i, Algorithm::Argon2id]),
            version in prop::sample::select(vec![Version::V0x10, Version::V0x13]),
            (lanes, memory) in (1_u32..=4).prop_flat_map(|lanes| (Just(lanes), 8 * lanes..=320)),
            passes in 1_u32..=4,
            password in vec(any::<u8>(), 0..200),
            salt in vec(any::<u8>(), 8..70),
            length in 4_usize..=100,
        ) {
            let params = Params::new(memory, passes, lanes, None).unwrap();
            compared(algorithm, version, &params, &password, &salt, length);
        }
    }
}
