//! Everything that is registered. No name may be taken twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use auth_domain::messages::{Channel, Templates};
use auth_domain::sign_up::Scenario;
use auth_extension::{Registrations, StorageKind};
use auth_http::endpoints::Endpoints;
use auth_settings::SectionTree;

use crate::StartFailure;

/// The value of `sms.kind` for no vendor.
pub(super) const NO_VENDOR: &str = "none";
/// The place of the providers' sections.
pub(super) const PROVIDERS: &str = "providers";

/// What extensions register, in their order.
pub(crate) struct Registry {
    pub(super) extensions: Vec<Registrations>,
}

impl Registry {
    /// Refuses names that are taken or invalid.
    pub(crate) fn of(extensions: Vec<Registrations>) -> Result<Self, StartFailure> {
        let mut names = Names::default();
        for extension in &extensions {
            let owner = &extension.name;
            names.take("extension", owner, owner)?;
            for vendor in &extension.sms_vendors {
                names.take_word("SMS vendor", vendor.kind.name(), owner)?;
            }
            for provider in &extension.provider_kinds {
                names.take_word("provider kind", provider.kind.name(), owner)?;
            }
            for section in &extension.sections {
                names.take_section(section.kind.name(), owner)?;
            }
            for place in &extension.named_sections {
                names.take_section(place.kind.name(), owner)?;
            }
            if let Some(storage) = &extension.storage {
                names.take("storage", "in place of PostgreSQL", owner)?;
                names.take_section(storage.kind.name(), owner)?;
            }
            for table in extension.endpoints.iter().chain(&extension.admin_endpoints) {
                names.take("table of endpoints", table.name(), owner)?;
            }
            for sender in &extension.senders {
                names.take_section(sender.kind.name(), owner)?;
                if sender.channel == Channel::SMS {
                    let problem = "sends text messages, which vendors do: register it with sms_vendor";
                    return Err(refused(format!("[{}] of {owner} {problem}", sender.kind.name())));
                }
            }
        }
        Ok(Self { extensions })
    }

    /// Returns the storage that replaces PostgreSQL, if there is one.
    pub(crate) fn storage(&self) -> Option<&StorageKind> {
        self.extensions.iter().find_map(|extension| extension.storage.as_ref())
    }

    /// Returns the endpoints of the public listener.
    pub(super) fn endpoints(&self) -> Vec<Endpoints> {
        self.extensions.iter().flat_map(|extension| extension.endpoints.clone()).collect()
    }

    /// Returns the ways to sign up that need no settings.
    pub(super) fn scenarios(&self) -> Vec<Arc<dyn Scenario>> {
        self.extensions.iter().flat_map(|extension| extension.additions.scenarios.clone()).collect()
    }

    /// Returns the endpoints of the admin listener.
    pub(super) fn admin_endpoints(&self) -> Vec<Endpoints> {
        self.extensions.iter().flat_map(|extension| extension.admin_endpoints.clone()).collect()
    }

    /// Returns the texts of all extensions; later ones take precedence.
    pub(super) fn templates(&self) -> Templates {
        self.extensions.iter().fold(Templates::new(), |all, extension| all.and(extension.templates.clone()))
    }
}

fn refused(problem: String) -> StartFailure {
    StartFailure::Registration(problem)
}

/// Who has taken which name, per kind of name.
#[derive(Default)]
struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    fn take(&mut self, what: &'static str, name: &str, owner: &str) -> Result<(), StartFailure> {
        match self.0.insert((what, name.to_owned()), owner.to_owned()) {
            None => Ok(()),
            Some(first) if first == owner => {
                Err(refused(format!("the {what} {name:?} is registered twice by {owner}: each name can be taken once")))
            }
            Some(first) => {
                let problem = format!("the {what} {name:?} is registered by {first} and by {owner}");
                Err(refused(format!("{problem}: each name can be taken once")))
            }
        }
    }

    /// Takes a name that is a value in the settings.
    fn take_word(&mut self, what: &'static str, name: &str, owner: &str) -> Result<(), StartFailure> {
        if !is_word(name) || name == NO_VENDOR {
            let problem = "must be named with 1 to 32 lower-case letters, digits, '_' or '-', and not none";
            return Err(refused(format!("the {what} {name:?} of {owner} {problem}")));
        }
        self.take(what, name, owner)
    }

    /// Takes the name of a section.
    fn take_section(&mut self, name: &str, owner: &str) -> Result<(), StartFailure> {
        if SectionTree::is_own(name) || name.split('.').next() == Some(PROVIDERS) {
            return Err(refused(format!("the section {name:?} of {owner} is one of the server's own")));
        }
        if name.split('.').all(is_word) {
            return self.take("section", name, owner);
        }
        let problem = "must be named with lower-case letters, digits, '_' or '-', and dots between them";
        Err(refused(format!("the section {name:?} of {owner} {problem}")))
    }
}

fn is_word(name: &str) -> bool {
    let spelled = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(spelled) && !name.contains("__")
}
