//! Whoever searches users by what a login name begins with reads an index of these, and not everybody.

use auth_domain::admin::{UserFilter, UserPage};
use auth_domain::identifier::{Beginning, IdentifierKind};
use auth_tests::TestDatabase;

use super::nodes::stores;

/// So many that an index is worth it.
const USERS: &str = "INSERT INTO users (id, status, created_at, updated_at) \
    SELECT n, 'ACTIVE', now(), now() FROM generate_series(1, 20000) n";
const NAMES: &str = "INSERT INTO identifiers (kind, value, shown, user_id, created_at) \
    SELECT 'username', 'person_' || n, 'person_' || n, n, now() FROM generate_series(1, 20000) n";

#[tokio::test]
async fn a_beginning_is_looked_up_in_its_index() {
    let database = TestDatabase::create();
    for sql in [USERS, NAMES, "ANALYZE"] {
        database.execute(sql);
    }
    let Some(mut explained) = database.explained() else {
        println!("NOT CHECKED: the plans are in the log of the server that TEST_DATABASE_URL names");
        return;
    };
    let text = "person_777".to_owned();
    let beginnings = Some(vec![Beginning { kind: IdentifierKind::USERNAME, text }]);
    let filter = UserFilter { beginnings, ..UserFilter::default() };
    let page = UserPage { after: None, limit: 50 };
    let found = stores(database.url()).users.search(filter, page).await.expect("the store works");
    assert_eq!(found.len(), 11, "person_777 and person_7770 to person_7779");
    let statements = explained.statements();
    let search = statements.iter().find(|statement| statement.sql.contains("begun")).expect("the search");
    assert!(search.indexes().contains("identifiers_beginning_idx"), "{:?}", search.indexes());
}
