//! phpass, whose rounds are of MD5, and Drupal's, with SHA-512: `$phpass-md5$ln=13$salt$output`, with the salt and the
//! output in phpass' own base64. What it is: <https://www.openwall.com/phpass/>.

use md5::Md5;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq as _;

use super::fields::Fields;
use super::stored_hash::{MAX_PASSWORD, StoredHash, blocks, bounded, stretch_of};
use crate::memory::Memory;

/// phpass' base64, in the order of values.
pub(crate) const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The binary logarithm of the rounds. These take a quarter of a second with the longest password.
const MAX_LOG_ROUNDS: u32 = 18;
const SALT: usize = 8;

type Iterate = fn(&[u8], &[u8], u32) -> Vec<u8>;

/// A digest that rounds are made of.
#[derive(Clone, Copy)]
struct Rounds {
    name: &'static str,
    iterate: Iterate,
    /// In octets.
    digest: usize,
    /// In octets.
    block: usize,
    /// In characters. Drupal cuts what it stores.
    output: usize,
}

const DIGESTS: [Rounds; 2] = [
    Rounds { name: "phpass-md5", iterate: iterate::<Md5>, digest: 16, block: 64, output: 22 },
    Rounds { name: "phpass-sha512", iterate: iterate::<Sha512>, digest: 64, block: 128, output: 43 },
];

struct PhpassHash {
    rounds: Rounds,
    log_rounds: u32,
    salt: String,
    output: String,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = Fields::read(text)?;
    let rounds = DIGESTS.into_iter().find(|rounds| rounds.name == hash.name)?;
    let log_rounds = hash.param("ln", 7..=MAX_LOG_ROUNDS).filter(|_| hash.has_only(&["ln"]))?;
    let is_plain = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| ALPHABET.contains(&b));
    let readable = is_plain(hash.salt, SALT) && is_plain(hash.output, rounds.output);
    let (salt, output) = (hash.salt.to_owned(), hash.output.to_owned());
    readable.then(|| Box::new(PhpassHash { rounds, log_rounds, salt, output }) as _)
}

impl StoredHash for PhpassHash {
    /// A password that is longer than [`MAX_PASSWORD`] never matches.
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        let computed = encode(&(self.rounds.iterate)(bounded(password), self.salt.as_bytes(), 1 << self.log_rounds));
        let is_same = computed[..self.rounds.output].ct_eq(self.output.as_bytes());
        bool::from(is_same) && password.len() <= MAX_PASSWORD
    }

    fn stretch(&self, octets: usize) -> u32 {
        stretch_of(|password| blocks(self.rounds.digest + password, self.rounds.block), octets)
    }
}

fn iterate<D: Digest>(password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
    let mut digest = D::new().chain_update(salt).chain_update(password).finalize();
    for _ in 0..rounds {
        digest = D::new().chain_update(&digest).chain_update(password).finalize();
    }
    digest.to_vec()
}

/// Three octets, the first one lowest, are four characters, of which the first is lowest.
fn encode(octets: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(octets.len() * 4 / 3 + 2);
    for group in octets.chunks(3) {
        let value = group.iter().rev().fold(0_usize, |value, octet| value << 8 | usize::from(*octet));
        text.extend((0..=group.len()).map(|place| ALPHABET[value >> (6 * place) & 0x3F]));
    }
    text
}
