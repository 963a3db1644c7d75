//! What messages cost: everything that counts them, and who has a share of their own.

use auth_domain::accounts::UserId;
use auth_domain::identifier::AddressGroup;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_domain::sends::{Ask, Asker, Sender};
use auth_ports::{Failure, Halt, Halted as _};

use crate::kit::{
    Budget, Charge, DailyTotal, DeviceCheck, GateRefusal, Left, Limit, Lookups, OverBudget, Spent, TooOften,
};

/// How often messages are sent, beside what one address gets. `None` means no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendQuotas {
    /// For one network.
    pub per_network: Option<Quota>,
    /// To one mailbox, whatever the spelling.
    pub per_mailbox: Option<Quota>,
    /// To numbers that are next to each other.
    pub per_neighbourhood: Option<Quota>,
}

/// What all instances together send in a day.
pub struct SendTotals {
    /// Everywhere.
    pub in_all: DailyTotal,
    /// To one country.
    pub per_country: DailyTotal,
}

/// Which share of what a network may request is that of whoever belongs to the account.
const BELONGING: &str = "belonging";

/// Counts messages.
pub struct SendBudget {
    budget: Budget,
    of_network: Limit,
    of_mailbox: Limit,
    of_neighbours: Limit,
    totals: SendTotals,
    devices: DeviceCheck,
    /// Of who asks, where strangers would be refused.
    lookups: Lookups,
    key: ServerKey,
}

/// Which limit refuses.
#[derive(Debug, Clone, Copy)]
pub(super) enum OverSends {
    /// That of the network.
    Network(OverBudget),
    /// That of addresses which belong together.
    Group(OverBudget),
    /// That of everything that is sent.
    Total(OverBudget),
}

/// What was counted for one message.
#[derive(Debug, Default)]
pub(super) struct Counted {
    network: Spent,
    /// `None` if it was not counted for what its address belongs to.
    groups: Option<Spent>,
    /// The totals of these were counted.
    in_all: bool,
    country: Option<String>,
}

impl Counted {
    /// What is left for the network.
    pub(super) fn left(&self) -> Option<Left> {
        self.network.left
    }
}

impl SendBudget {
    /// Builds it from its parts.
    #[must_use]
    pub fn new(budget: Budget, quotas: SendQuotas, totals: SendTotals, devices: DeviceCheck, key: ServerKey) -> Self {
        Self {
            lookups: Lookups::new(budget.clock()),
            budget,
            of_network: Limit::new("send_code", quotas.per_network),
            of_mailbox: Limit::new("send_code.mailbox", quotas.per_mailbox),
            of_neighbours: Limit::new("send_code.neighbours", quotas.per_neighbourhood),
            totals,
            devices,
            key,
        }
    }

    /// Counts a request for the network, whatever becomes of it, and the message for what its address belongs to, because
    /// most requests are strangers' who get one. What is counted too much, or not, [`SendBudget::count_message`] sets
    /// right.
    pub(super) async fn count_request(
        &self,
        origin: &Origin,
        groups: &[AddressGroup],
    ) -> Result<Counted, Halt<OverSends>> {
        let of_network: Vec<_> = self.of_network.of_network(origin.network).collect();
        let of_groups = self.of_groups(origin, groups);
        if let Some((network, groups)) = self.budget.spend_both(of_network, of_groups).await? {
            return Ok(Counted { network, groups: Some(groups), ..Counted::default() });
        }
        let network = self.budget.spend(origin, self.of_network.of_network(origin.network)).await;
        Ok(Counted { network: network.refused_as(OverSends::Network)?, ..Counted::default() })
    }

    /// Whether it may be looked up who makes a request that would be refused otherwise: not if it shows nothing by which
    /// anybody can belong, and not more often than [`Lookups`] admits for the signed-in user or else for the network, since
    /// anybody can show a device id.
    pub(super) fn may_look_up(&self, origin: &Origin, present: Option<UserId>) -> bool {
        match present {
            Some(user) => self.lookups.admit(&user.to_string()),
            None if DeviceCheck::device_of(origin).is_none() => false,
            None => self.lookups.admit(&origin.network.widest().to_string()),
        }
    }

    /// Counts a request of somebody who belongs to the account against a share of the same size that their network has for
    /// such requests, since strangers in it may have used up the other one.
    pub(super) async fn count_request_of_owner(&self, origin: &Origin) -> Result<Counted, Halt<OverSends>> {
        let share = self.of_network.of_network_at(BELONGING, origin.network);
        let spent = self.budget.spend(origin, share).await;
        Ok(Counted { network: spent.refused_as(OverSends::Network)?, ..Counted::default() })
    }

    fn of_groups(&self, origin: &Origin, groups: &[AddressGroup]) -> Vec<Charge> {
        let charges = groups.iter().filter_map(|group| match group {
            AddressGroup::Mailbox(mailbox) => Some(self.of_mailbox.of_all_and_network(mailbox, origin.network)),
            AddressGroup::Neighbours(block) => Some(self.of_neighbours.of_all_and_network(block, origin.network)),
            AddressGroup::Country(_) => None,
        });
        charges.flatten().collect()
    }

    /// Says who asks. `owner` is whose address it is, and `present` the user whose live session the request shows. Where
    /// existence is hidden, strangers are not told from newcomers, and it takes as long.
    pub(super) async fn ask(
        &self,
        origin: &Origin,
        owner: Option<UserId>,
        (present, holder): (Option<UserId>, Option<UserId>),
        is_hidden: bool,
    ) -> Result<Ask, Failure> {
        let is_known = match owner {
            Some(user) => self.devices.knows(user, origin).await?,
            None if is_hidden => self.devices.knows_nobody(origin).await?,
            None => false,
        };
        let asker = match owner {
            Some(_) if is_known => Asker::Owner,
            Some(user) if present == Some(user) => Asker::Bearer,
            Some(_) if !is_hidden => Asker::Stranger,
            _ => Asker::Newcomer,
        };
        let (sender, also) = Sender::with_both(&self.key, origin.network);
        Ok(Ask { asker, sender, also, holder, beyond_soft: false })
    }

    /// Counts a message for what its address belongs to, and in all. Whoever belongs to the account is kept out by
    /// nothing but the totals.
    pub(super) async fn count_message(
        &self,
        origin: &Origin,
        asker: Asker,
        groups: &[AddressGroup],
        counted: &mut Counted,
    ) -> Result<(), Halt<OverSends>> {
        match &counted.groups {
            Some(groups) if asker.belongs() => {
                self.budget.refund(groups).await?;
                counted.groups = None;
            }
            None if !asker.belongs() => {
                let spent = self.budget.spend(origin, self.of_groups(origin, groups)).await;
                counted.groups = Some(spent.refused_as(OverSends::Group)?);
            }
            Some(_) | None => {}
        }
        let in_all = self.totals.in_all.take("").await.refused_as(over_total)?;
        counted.in_all = true;
        let mut past_half = in_all.past_half;
        for group in groups {
            if let AddressGroup::Country(country) = group {
                past_half |= self.totals.per_country.take(country).await.refused_as(over_total)?.past_half;
                counted.country = Some(country.clone());
            }
        }
        if past_half && !asker.belongs() {
            self.pass_gate(origin).await.refused_as(|refusal| OverSends::Total(OverBudget::Gate(refusal)))?;
        }
        Ok(())
    }

    /// Lets whoever passes the bot gate go beyond a soft limit.
    pub(super) async fn pass_gate(&self, origin: &Origin) -> Result<(), Halt<GateRefusal>> {
        self.budget.pass_gate(origin).await
    }

    /// Takes back a message that was not sent. Its request stays counted for the network, unless the bot gate has sent
    /// it away.
    pub(super) async fn take_back(&self, counted: &Counted, with_request: bool) -> Result<(), Failure> {
        if counted.in_all {
            self.totals.in_all.give_back("").await;
        }
        if let Some(country) = &counted.country {
            self.totals.per_country.give_back(country).await;
        }
        if let Some(groups) = &counted.groups {
            self.budget.refund(groups).await?;
        }
        if with_request { self.budget.refund(&counted.network).await } else { Ok(()) }
    }
}

fn over_total(refusal: TooOften) -> OverSends {
    OverSends::Total(OverBudget::TooOften(refusal))
}
