//! `[captcha]`

use auth_domain::captcha::{Effort, GateMode};
use auth_domain::limits::Quota;
use chrono::TimeDelta;
use ipnet::IpNet;
use serde::Deserialize;

use super::common::{in_a_day, one_of};
use crate::Danger;
use crate::values::{Given, Setting, read};

/// The bot gate: when it is asked, and how hard its puzzles are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptchaSettings {
    /// How much the gate is used, unless a client's own table says otherwise.
    #[serde(deserialize_with = "read::value")]
    pub mode: GateMode,
    /// Paths of calls that must always pass it.
    #[serde(deserialize_with = "read::list")]
    pub routes: Vec<String>,
    #[serde(deserialize_with = "read::list")]
    networks: Vec<GatedNetwork>,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    puzzles_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    puzzles_per_network_seconds: TimeDelta,
    /// Whether there are proofs of work besides images.
    #[serde(deserialize_with = "read::value")]
    pub proof_of_work: bool,
    #[serde(deserialize_with = "read::whole::<1000, 100_000_000, _, _>")]
    proof_of_work_numbers: u32,
    #[serde(deserialize_with = "read::whole::<1000, 100_000_000, _, _>")]
    proof_of_work_numbers_under_load: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    load_per_minute: u32,
    #[serde(deserialize_with = "read::value")]
    allow_easy: bool,
    #[serde(deserialize_with = "read::value")]
    allow_high: bool,
}

/// Numbers that a browser tries in a 25th of a second, and a bot's own machine in less: nothing that would make attacks
/// dearer.
const FEWEST_NUMBERS: u32 = 10_000;
/// Ten times the default, as of other limits that strangers meet.
const MOST_PUZZLES_PER_DAY: u64 = 1_000_000;

impl CaptchaSettings {
    /// The networks whose calls must pass the gate whatever the limits say.
    #[must_use]
    pub fn networks(&self) -> Vec<IpNet> {
        self.networks.iter().map(|network| network.0).collect()
    }

    /// Puzzles that one network may ask for.
    #[must_use]
    pub fn puzzles_per_network(&self) -> Quota {
        Quota { burst: self.puzzles_per_network, per: self.puzzles_per_network_seconds }
    }

    /// How hard proofs of work are.
    #[must_use]
    pub fn effort(&self) -> Effort {
        Effort {
            least: self.proof_of_work_numbers,
            most: self.proof_of_work_numbers_under_load,
            full_at: self.load_per_minute,
        }
    }

    /// `some_client_is_asked`: whether the gate is on for a client whose own table says so.
    pub(crate) fn dangers(&self, some_client_is_asked: bool) -> Vec<Danger> {
        let risk = "is off, so that no limit asks for a captcha before it refuses";
        let mut found = Vec::from_iter((self.mode == GateMode::Off).then(|| Danger::meant("mode", risk)));
        // Where nobody is asked, nothing is passed with easy proofs. Puzzles are posed even there, and images cost
        // computing time.
        let is_asked = self.mode != GateMode::Off || some_client_is_asked;
        if is_asked && self.proof_of_work && self.proof_of_work_numbers < FEWEST_NUMBERS {
            let risk = format!("is less than {FEWEST_NUMBERS}, so that passing the bot gate costs a bot nothing");
            found.push(Danger::at("proof_of_work_numbers", risk, "allow_easy", self.allow_easy));
        }
        let puzzles = in_a_day(self.puzzles_per_network, self.puzzles_per_network_seconds);
        if puzzles > MOST_PUZZLES_PER_DAY {
            let risk = format!(
                "and its seconds allow {puzzles} in a day, more than {MOST_PUZZLES_PER_DAY}, which is in effect no limit"
            );
            found.push(Danger::at("puzzles_per_network", risk, "allow_high", self.allow_high));
        }
        found
    }
}

impl Setting for GateMode {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("off", Self::Off), ("soft", Self::Soft), ("always", Self::Always)])
    }
}

/// The longest prefix that a network of IPv6 may have: what one customer has is told apart no further.
const LONGEST_V6_PREFIX: u8 = 64;

/// A network that is wide enough to be recognised.
#[derive(Debug, Clone, Copy)]
struct GatedNetwork(IpNet);

impl Setting for GatedNetwork {
    fn from_given(given: &Given) -> Result<Self, String> {
        match IpNet::from_given(given)? {
            IpNet::V6(network) if network.prefix_len() > LONGEST_V6_PREFIX => {
                Err(format!("must be a network of IPv6 with a prefix of at most {LONGEST_V6_PREFIX} bits, not {given}"))
            }
            network => Ok(Self(network)),
        }
    }
}
