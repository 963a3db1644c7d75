//! Whoever searches users by what a login name begins with reads an index of these, a bounded part of it for each page.

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::admin::{NamePage, UserFilter};
use auth_domain::identifier::{Beginning, IdentifierKind};
use auth_tests::{ExplainedStatement, TestDatabase};

use super::nodes::stores;

/// So many that an index is worth it. In the order of names, the one who is blocked comes after more than a page looks at.
const USERS: &str = "INSERT INTO users (id, status, created_at, updated_at) \
    SELECT n, CASE n WHEN 20000 THEN 'BLOCKED' ELSE 'ACTIVE' END, now(), now() FROM generate_series(1, 20000) n";
const NAMES: &str = "INSERT INTO identifiers (kind, value, shown, user_id, created_at) \
    SELECT 'username', 'person_' || n, 'person_' || n, n, now() FROM generate_series(1, 20000) n";

/// How many names a page looks at, at most.
const MOST_NAMES: u64 = 2_000;

#[tokio::test]
async fn a_page_by_a_beginning_reads_a_bounded_part_of_its_index() {
    let database = TestDatabase::create();
    for sql in [USERS, NAMES, "ANALYZE"] {
        database.execute(sql);
    }
    let Some(mut explained) = database.explained() else {
        println!("NOT CHECKED: the plans are in the log of the server that TEST_DATABASE_URL names");
        return;
    };
    let users = stores(database.url()).users;
    let page = |text: &str, status| {
        let beginnings = vec![Beginning { kind: IdentifierKind::USERNAME, text: text.to_owned() }];
        NamePage { beginnings, filter: UserFilter { status, ..UserFilter::default() }, after: None, limit: 50 }
    };
    let few = users.search_by_name(page("person_777", None)).await.expect("the store works");
    assert_eq!((few.accounts.len(), few.next), (11, None), "person_777 and person_7770 to person_7779");
    explained.statements();

    // Everybody's name begins so.
    let first = users.search_by_name(page("person_", None)).await.expect("the store works");
    assert_eq!(first.accounts.len(), 50);
    let statements = explained.statements();
    assert_eq!(looked_at(&statements), 51, "names, for a page of 50");
    let read: u64 = statements.iter().map(ExplainedStatement::rows_read).sum();
    assert!(read < 500, "a page of 50 read {read} rows");
    let after = NamePage { after: first.next, ..page("person_", None) };
    users.search_by_name(after).await.expect("the store works");
    assert_eq!(looked_at(&explained.statements()), 51, "names, for the page after it");

    // Nearly nobody is selected.
    let mut page = page("person_", Some(UserStatus::Blocked));
    let (mut found, mut looked) = (Vec::new(), Vec::new());
    loop {
        let part = users.search_by_name(page.clone()).await.expect("the store works");
        found.extend(part.accounts.into_iter().map(|account| account.id));
        looked.push(looked_at(&explained.statements()));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(found, [UserId::from_i64(20_000)]);
    assert_eq!(looked.len(), 11, "pages, the last of which is empty: {looked:?}");
    // Where few names are left, the plan may be to read all of them.
    assert!(looked.iter().all(|names| *names <= 2 * MOST_NAMES), "names, for each page: {looked:?}");
}

/// How many names these statements look at, all of them along their index.
fn looked_at(statements: &[ExplainedStatement]) -> u64 {
    let along: Vec<_> = statements.iter().filter(|statement| statement.sql.contains("COLLATE")).collect();
    for statement in &along {
        assert!(statement.indexes().contains("identifiers_beginning_idx"), "{:?}", statement.indexes());
    }
    along.iter().map(|statement| statement.rows_read()).sum()
}
