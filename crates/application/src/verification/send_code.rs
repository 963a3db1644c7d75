//! Ask a person to prove control of an address.

use std::sync::Arc;

use auth_domain::accounts::{Account, UserId};
use auth_domain::identifier::{AddressGroup, Identifier, IdentifierError, IdentifierKind, RegionCode, Schemes};
use auth_domain::limits::Quota;
use auth_domain::messages::{Channel, Lane, Language, MessageId};
use auth_domain::origin::Origin;
use auth_domain::sends::{Ask, Asker};
use auth_domain::verifications::{Guessed, Verification, VerificationId, VerificationPolicy};
use auth_ports::{
    AccountStore, Failure, Halt, Halted as _, Happened, OrRefuse as _, SendOutcome, SendRequest, VerificationStore,
    refuse,
};
use chrono::TimeDelta;
use thiserror::Error;

use super::handover::Handover;
use super::send_budget::{Counted, OverSends, SendBudget};
use crate::kit::{GateRefusal, Left, MessageReach, OverBudget, Reached, Recorder, TooOften, Unreached};

/// The limit of what one address gets, which stores keep.
const PER_ADDRESS: &str = "send_code.address";

/// Whom a code is meant for, as the protocol's `target` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    /// Anybody.
    #[default]
    Any,
    /// Somebody who has an account.
    User,
    /// Somebody who has none.
    NotUser,
    /// The signed-in user, at an address of their own.
    CurrentUser(Box<Account>),
}

/// A request for a code.
#[derive(Debug, Clone)]
pub struct SendCodeCommand {
    /// The kind of the address.
    pub kind: IdentifierKind,
    /// The address as the client wrote it. It may be masked if it is the signed-in user's own.
    pub address: String,
    /// Whom the code is meant for.
    pub target: Target,
    /// The signed-in user who asks, if any.
    pub holder: Option<UserId>,
    /// The same user, if their session is known to be live.
    pub present: Option<UserId>,
    /// The language of the message.
    pub language: Option<Language>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// The operator's rules for sending codes.
#[derive(Clone)]
pub struct SendCodePolicy {
    /// The kinds of addresses.
    pub schemes: Schemes,
    /// Lifetimes, and limits on tries and sends.
    pub verification: VerificationPolicy,
    /// Whether answers may reveal who has an account.
    pub reveal_existence: bool,
    /// Which addresses codes are sent to.
    pub reach: MessageReach,
}

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCode {
    /// The verification that the code belongs to.
    pub verification: VerificationId,
    /// How much longer the code is valid.
    pub expires_in: TimeDelta,
    /// Whether the address belongs to a user, as far as that may be revealed.
    pub is_user: bool,
    /// What is left of what the network may request, unless it would tell something about the address.
    pub left: Option<Left>,
}

/// Why no code was sent.
#[derive(Debug, Error)]
pub enum SendCodeRefusal {
    /// The address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// Nothing can be sent to addresses of this kind.
    #[error("sending to this kind of address is switched off")]
    ChannelOff,
    /// The operator does not send text messages to this country.
    #[error("no text messages are sent to phone numbers of this country")]
    CountryOff,
    /// The target is `USER`, but nobody has this address.
    #[error("no user has this address")]
    NoSuchUser,
    /// The target is `NOT_USER`, but a user has this address.
    #[error("the address is already registered")]
    Registered,
    /// The target is `CUR_USER`, but the address is not the caller's.
    #[error("the signed-in user has no such address")]
    NotOwn,
    /// The request must pass the bot gate.
    #[error(transparent)]
    Gate(GateRefusal),
    /// The request comes too soon, or there were too many. The text says which limit applies.
    #[error("{limit}")]
    TooOften {
        /// The limit that applies.
        limit: &'static str,
        /// How long until a send is allowed.
        retry_after: TimeDelta,
        /// The limit as clients may see it, unless it would tell something about the address.
        reached: Option<Reached>,
    },
}

/// Sends codes.
pub struct SendCode {
    accounts: Arc<dyn AccountStore>,
    verifications: Arc<dyn VerificationStore>,
    budget: SendBudget,
    recorder: Recorder,
    policy: SendCodePolicy,
    handover: Handover,
}

impl SendCode {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        verifications: Arc<dyn VerificationStore>,
        budget: SendBudget,
        recorder: Recorder,
        policy: SendCodePolicy,
        handover: Handover,
    ) -> Self {
        Self { accounts, verifications, budget, recorder, policy, handover }
    }

    /// Queues a message with a code.
    ///
    /// # Errors
    /// Returns [`SendCodeRefusal`] if a rule refuses, or the failure of a port; nothing is sent then.
    pub async fn run(&self, command: SendCodeCommand) -> Result<SentCode, Halt<SendCodeRefusal>> {
        let (address, channel) = self.read_address(&command).or_refuse()?;
        let scheme = self.policy.schemes.get(address.kind().name());
        let groups = scheme.map(|scheme| scheme.groups(&address)).unwrap_or_default();
        let (mut counted, asked) = match self.budget.count_request(&command.origin, &groups).await.decided()? {
            // In every case, so that the answer takes as long for known addresses as for unknown ones.
            Ok(counted) => (counted, (self.accounts.find_owner(&address).await?, None)),
            Err(over) => {
                let (counted, owner, ask) = self.count_as_owner(&command, &address, over).await?;
                (counted, (Some(owner), Some(ask)))
            }
        };
        match self.send(&command, (address, &groups), channel, &mut counted, asked).await {
            Ok((verification, is_user)) => Ok(SentCode {
                verification: verification.id,
                expires_in: verification.expires_at - verification.last_sent_at,
                is_user,
                left: counted.left().filter(|_| self.policy.reveal_existence),
            }),
            Err(Halt::Refused(refusal)) => {
                self.budget.take_back(&counted, matches!(refusal, SendCodeRefusal::Gate(_))).await?;
                refuse(refusal)
            }
            Err(failed) => Err(failed),
        }
    }

    /// Counts a request for which others in its network have left nothing, if whoever makes it belongs to the account, and
    /// says whose it is. Where nothing may be looked up, it is refused like a stranger's.
    async fn count_as_owner(
        &self,
        command: &SendCodeCommand,
        address: &Identifier,
        over: OverSends,
    ) -> Result<(Counted, UserId, Ask), Halt<SendCodeRefusal>> {
        if !self.budget.may_look_up(&command.origin, command.present) {
            return refuse(self.over(over));
        }
        let owner = self.accounts.find_owner(address).await?;
        let ask = self.ask(command, owner).await?;
        let Some(owner) = owner.filter(|_| ask.asker.belongs()) else { return refuse(self.over(over)) };
        let counted = self.budget.count_request_of_owner(&command.origin).await;
        Ok((counted.refused_as(|own| self.over(own))?, owner, ask))
    }

    /// Says who asks. `owner` is whose address it is.
    async fn ask(&self, command: &SendCodeCommand, owner: Option<UserId>) -> Result<Ask, Failure> {
        let signed_in = (command.present, command.holder);
        self.budget.ask(&command.origin, owner, signed_in, !self.policy.reveal_existence).await
    }

    /// Sends the code to an address of this owner. Who asks is there if that was looked up before.
    async fn send(
        &self,
        command: &SendCodeCommand,
        (address, groups): (Identifier, &[AddressGroup]),
        channel: Channel,
        counted: &mut Counted,
        (owner, ask): (Option<UserId>, Option<Ask>),
    ) -> Result<(Verification, bool), Halt<SendCodeRefusal>> {
        let origin = &command.origin;
        let is_user = self.judge_target(owner, &command.target).or_refuse()?;
        let ask = match ask {
            Some(ask) => ask,
            None => self.ask(command, owner).await?,
        };
        let guessed = self.guessed(&address, owner, ask.asker);
        let message = self.budget.count_message(origin, ask.asker, groups, counted).await;
        message.refused_as(|over| self.over(over))?;
        let request = SendRequest {
            policy: self.policy.verification.clone(),
            id: VerificationId::new(self.recorder.draw()),
            message: MessageId::new(self.recorder.draw()),
            address_as_sent: self.as_sent(command, &address),
            address,
            channel,
            language: command.language.unwrap_or_default(),
            client: origin.client.clone(),
            requester: origin.requester(),
            ask,
            guessed,
            leased_until: None,
            now: self.recorder.now(),
        };
        Ok((self.hand_over(request, origin).await?, is_user))
    }

    /// Writes the message and has it delivered, from here if there is a place.
    async fn hand_over(&self, request: SendRequest, origin: &Origin) -> Result<Verification, Halt<SendCodeRefusal>> {
        let begun = self.handover.begin(request.message, &Lane::of(request.channel, &request.address));
        let request = SendRequest { leased_until: begun.leased_until(request.now), ..request };
        let written = self.queue(request.clone(), origin).await;
        match &written {
            Ok(verification) => begun.written(request.message_of(verification)),
            Err(Halt::Refused(_)) => begun.refused(),
            // Whether it was written is unknown.
            Err(Halt::Failed(_)) => drop(begun),
        }
        written
    }

    /// Queues the message at the soft limits of the address or, for whoever passes the bot gate, at the hard ones.
    async fn queue(&self, request: SendRequest, origin: &Origin) -> Result<Verification, Halt<SendCodeRefusal>> {
        let has_more = request.policy.hard_factor > 1;
        let outcome = match self.verifications.request(request.clone()).await? {
            SendOutcome::TooMany { .. } if has_more => {
                self.recorder.count(Happened::LimitAsked(PER_ADDRESS));
                self.budget.pass_gate(origin).await.refused_as(SendCodeRefusal::Gate)?;
                let ask = Ask { beyond_soft: true, ..request.ask };
                self.verifications.request(SendRequest { ask, ..request }).await?
            }
            outcome => outcome,
        };
        let VerificationPolicy { resend_after, max_sends, sends_window, .. } = self.policy.verification;
        let too_often = |limit, retry_after, name, most: usize, per| {
            let quota = Quota { burst: u32::try_from(most).unwrap_or(u32::MAX), per };
            self.recorder.count(Happened::LimitRefused(name));
            refuse(self.too_often(limit, TooOften { retry_after, reached: Reached { name, quota } }))
        };
        match outcome {
            SendOutcome::Queued(verification) => {
                let address = &verification.address;
                self.recorder.count(Happened::CodeSent(address.kind(), RegionCode::of_number(address)));
                Ok(*verification)
            }
            SendOutcome::CoolingDown { retry_after } => {
                too_often("a code was sent to this address just now", retry_after, "resend", 1, resend_after)
            }
            SendOutcome::TooMany { retry_after } => {
                let most = max_sends.unwrap_or_default();
                too_often("too many codes were sent to this address", retry_after, PER_ADDRESS, most, sends_window)
            }
        }
    }

    fn over(&self, over: OverSends) -> SendCodeRefusal {
        match over {
            OverSends::Network(OverBudget::Gate(refusal))
            | OverSends::Group(OverBudget::Gate(refusal))
            | OverSends::Total(OverBudget::Gate(refusal)) => SendCodeRefusal::Gate(refusal),
            OverSends::Network(OverBudget::TooOften(refusal)) => {
                self.too_often("too many codes were requested from this network", refusal)
            }
            OverSends::Group(OverBudget::TooOften(refusal)) => {
                self.too_often("too many codes were sent to addresses that belong with this one", refusal)
            }
            // How many there are for everybody is nobody's business.
            OverSends::Total(OverBudget::TooOften(TooOften { retry_after, .. })) => {
                SendCodeRefusal::TooOften { limit: "too many codes were sent today", retry_after, reached: None }
            }
        }
    }

    /// Where existence is hidden, the limits are too.
    fn too_often(&self, limit: &'static str, refusal: TooOften) -> SendCodeRefusal {
        let reached = self.policy.reveal_existence.then_some(refusal.reached);
        SendCodeRefusal::TooOften { limit, retry_after: refusal.retry_after, reached }
    }

    fn read_address(&self, command: &SendCodeCommand) -> Result<(Identifier, Channel), SendCodeRefusal> {
        let address = match &command.target {
            Target::CurrentUser(account) => own_address(account, command, &self.policy.schemes)?,
            _ => self.parse(command)?,
        };
        let channel = self.policy.reach.channel_of(&address)?;
        Ok((address, channel))
    }

    fn parse(&self, command: &SendCodeCommand) -> Result<Identifier, SendCodeRefusal> {
        let scheme = self.policy.schemes.get(command.kind.name()).ok_or(SendCodeRefusal::ChannelOff)?;
        Ok(scheme.parse(&command.address)?)
    }

    /// Returns the address as it goes into the message, which must never be a masked one.
    fn as_sent(&self, command: &SendCodeCommand, address: &Identifier) -> String {
        match command.target {
            Target::CurrentUser(_) => address.shown().to_owned(),
            _ => command.address.trim().to_owned(),
        }
    }

    /// What may be guessed at, if it is not a known device that asks for a code. For strangers, where answers must not
    /// tell whether an address has an owner, that is the address in any case.
    fn guessed(&self, address: &Identifier, owner: Option<UserId>, asker: Asker) -> Option<Guessed> {
        match asker {
            Asker::Owner => None,
            Asker::Bearer => owner.map(Guessed::BySession),
            _ if !self.policy.reveal_existence => Some(Guessed::Address(address.clone())),
            Asker::Stranger => owner.map(Guessed::Account),
            Asker::Newcomer => None,
        }
    }

    /// Says whether the address has an owner, as far as that may be revealed.
    fn judge_target(&self, owner: Option<UserId>, target: &Target) -> Result<bool, SendCodeRefusal> {
        let known = owner.is_some();
        match target {
            Target::CurrentUser(_) => Ok(known && self.policy.reveal_existence),
            _ if !self.policy.reveal_existence => Ok(false),
            Target::User if !known => Err(SendCodeRefusal::NoSuchUser),
            Target::NotUser if known => Err(SendCodeRefusal::Registered),
            Target::Any | Target::User | Target::NotUser => Ok(known),
        }
    }
}

impl From<Unreached> for SendCodeRefusal {
    fn from(unreached: Unreached) -> Self {
        match unreached {
            Unreached::Identifier(error) => error.into(),
            Unreached::ChannelOff => Self::ChannelOff,
            Unreached::CountryOff => Self::CountryOff,
        }
    }
}

/// Returns the caller's own address of that kind, whether they wrote it in full or masked as it was shown to them.
fn own_address(account: &Account, command: &SendCodeCommand, schemes: &Schemes) -> Result<Identifier, SendCodeRefusal> {
    let own = &account.identifier(command.kind).ok_or(SendCodeRefusal::NotOwn)?.identifier;
    let written_out = schemes.get(command.kind.name()).and_then(|scheme| scheme.parse(&command.address).ok());
    // A masked e-mail address is also a valid one: asterisks may stand before the @ (RFC 5322, 3.2.3).
    let masks = |own: &str| fits_mask(&command.address, own);
    let matches = written_out.is_some_and(|written| written == *own) || masks(own.shown()) || masks(own.canonical());
    if matches { Ok(own.clone()) } else { Err(SendCodeRefusal::NotOwn) }
}

/// Whether `masked` is `plain` with one run of characters replaced by asterisks.
fn fits_mask(masked: &str, plain: &str) -> bool {
    let Some((front, rest)) = masked.trim().split_once('*') else { return false };
    let back = rest.trim_start_matches('*');
    front.len() + back.len() <= plain.len() && plain.starts_with(front) && plain.ends_with(back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks() {
        for (masked, fits) in [
            ("+86 130****0000", true),
            ("***", true),
            ("+86 131****0000", false),
            ("+86 13000000000", false),
            ("", false),
        ] {
            assert_eq!(fits_mask(masked, "+86 13000000000"), fits, "{masked}");
        }
    }
}
