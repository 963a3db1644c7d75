//! Which notices a change causes. They follow from the change itself, so that no new use case can forget them.

use crate::accounts::Account;
use crate::accounts::change::{AccountChange, AccountDeletion, Change};
use crate::accounts::telling::Telling;
use crate::accounts::ways_in::Unbinding;
use crate::messages::{Notice, NoticeKind, QueuedMessage};

impl AccountChange {
    /// Whether the store has to look at the account as it is before, under its lock: to tell its owner, or to find out
    /// what a recovery removes.
    #[must_use]
    pub fn depends_on_account(&self) -> bool {
        let is_told = |change: &Change| !matches!(change, Change::Profile(_) | Change::Proven(_));
        let is_recovery = |change: &Change| matches!(change, Change::Recover(_));
        self.changes.iter().any(is_recovery) || (self.telling.is_some() && self.changes.iter().any(is_told))
    }

    /// Returns the messages that tell the owner of the change, given the account as it is `before`.
    #[must_use]
    pub fn messages(&self, before: &Account) -> Vec<QueuedMessage> {
        let Some(telling) = &self.telling else { return Vec::new() };
        let mut notices: Vec<_> = self.changes.iter().filter_map(|change| notice(change, before, telling)).collect();
        let is_recovery =
            |notice: &Notice| matches!(notice.kind, NoticeKind::PasswordReset | NoticeKind::AccountRecovered);
        if notices.iter().any(is_recovery) {
            // The new password is part of it.
            notices.retain(|notice| !matches!(notice.kind, NoticeKind::PasswordSet | NoticeKind::PasswordChanged));
        }
        telling.messages(&notices, before, self.at)
    }
}

impl AccountDeletion {
    /// Returns the messages that tell the owner of the deletion, given the account as it is `before`.
    #[must_use]
    pub fn messages(&self, before: &Account) -> Vec<QueuedMessage> {
        let notice = Notice::of(NoticeKind::AccountDeleted);
        self.telling.as_ref().map_or_else(Vec::new, |telling| telling.messages(&[notice], before, self.at))
    }
}

fn notice(change: &Change, before: &Account, telling: &Telling) -> Option<Notice> {
    match change {
        Change::Profile(_) | Change::Proven(_) => None,
        Change::Password(_) | Change::FirstPassword(_) if before.password.is_none() => {
            Some(Notice::of(NoticeKind::PasswordSet))
        }
        Change::Password(_) | Change::FirstPassword(_) => Some(Notice::of(NoticeKind::PasswordChanged)),
        Change::Identifier(held) => {
            let (kind, masked) = (held.identifier.kind(), held.identifier.masked());
            match before.identifier(kind) {
                Some(present) if present.identifier == held.identifier => None,
                _ if !telling.reaches(kind) => Some(Notice::of(NoticeKind::UsernameChanged)),
                Some(_) => Some(Notice::about(NoticeKind::ContactChanged, masked)),
                None => Some(Notice::about(NoticeKind::ContactAdded, masked)),
            }
        }
        Change::Bind(profile) => {
            let mut bound = before.external_identities.iter().map(|bound| &bound.profile);
            let is_new = !bound.any(|bound| (&bound.provider, &bound.subject) == (&profile.provider, &profile.subject));
            is_new.then(|| Notice::about(NoticeKind::IdentityAdded, profile.provider.to_string()))
        }
        Change::Unbind(Unbinding { provider, .. }) => {
            let was_bound = before.external_identities.iter().any(|bound| bound.profile.provider == *provider);
            was_bound.then(|| Notice::about(NoticeKind::IdentityRemoved, provider.to_string()))
        }
        Change::Recover(recovery) => {
            let about = recovery.removes(before).unwrap_or_default().shown();
            let kind = if about.is_empty() { NoticeKind::PasswordReset } else { NoticeKind::AccountRecovered };
            Some(Notice { kind, about })
        }
    }
}
