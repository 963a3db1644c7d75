//! Putting a motto on the badge.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_ports::{Halt, refuse};

use crate::mottos::{Motto, Mottos, NoMotto};

/// Puts a motto on a user's badge.
pub struct SetMotto {
    mottos: Arc<dyn Mottos>,
}

impl SetMotto {
    /// Builds the use case from its port.
    #[must_use]
    pub fn new(mottos: Arc<dyn Mottos>) -> Self {
        Self { mottos }
    }

    /// Puts what the user wrote in place of another motto.
    ///
    /// # Errors
    /// [`NoMotto`], or a failure of the store.
    pub async fn run(&self, user: UserId, raw: &str) -> Result<(), Halt<NoMotto>> {
        let Ok(motto) = Motto::parse(raw) else { return refuse(NoMotto) };
        Ok(self.mottos.set(user, motto).await?)
    }
}
