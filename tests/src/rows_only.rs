//! A role that may read and write rows, and nothing else.

use crate::TestDatabase;

/// A role with the four rights that docs/operation grants to the service, and the database on which it has them.
#[derive(Debug)]
pub struct RowsOnly {
    role: String,
    database: TestDatabase,
}

impl RowsOnly {
    /// Creates the role.
    #[must_use]
    pub fn of(database: TestDatabase) -> Self {
        let role = format!("{}_rows", database.name());
        database.execute(&format!(
            "CREATE ROLE {role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        ));
        Self { role, database }
    }

    /// The address of the database for the role.
    #[must_use]
    pub fn url(&self) -> String {
        let (url, role) = (self.database.url(), &self.role);
        let before = if url.contains('?') { '&' } else { '?' };
        format!("{url}{before}options=-c%20role%3D{role}")
    }

    /// The database, for its owner.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }
}

impl Drop for RowsOnly {
    fn drop(&mut self) {
        let role = &self.role;
        self.database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    }
}
