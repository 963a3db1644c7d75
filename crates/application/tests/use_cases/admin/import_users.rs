//! Bringing users from elsewhere.

use auth_application::admin::ImportRefusal::{CreatedAt, LoginNames, PasswordHash};
use auth_application::admin::ImportVerdict::{IdTaken, Imported, Taken};
use auth_application::admin::LoginNamesError::{Kind, Malformed, Missing};
use auth_application::admin::{ImportRecord, ImportRefusal, ImportVerdict, UserProfile};
use auth_application::kit::Halt;
use auth_contracts::samples::{sample_email, sample_username, spelled_email};
use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_ports::{Clock as _, OrRefuse as _};
use chrono::TimeDelta;

use crate::fakes::hash_of;
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{PASSWORD, World, at_once, operator};

/// A batch.
type Request = Vec<ImportRecord>;
type Rows = &'static [Row<Request, Vec<ImportVerdict>, ImportRefusal>];

const IMPORTED: Effects = Effects { made: 1, events: &[EventKind::UserCreated], ..NOTHING };
/// A batch whose ids had to be drawn again is stored in two parts.
const IN_TWO_PARTS: Effects = Effects { events: &[EventKind::UserCreated, EventKind::UserCreated], ..IMPORTED };

/// Reads the records and stores what can be stored of them.
async fn run(world: &World, records: Request) -> Result<Vec<ImportVerdict>, Halt<ImportRefusal>> {
    let import = world.import_users();
    let users: Result<Vec<_>, ImportRefusal> = records.iter().map(|record| import.read(record)).collect();
    Ok(import.store(users.or_refuse()?, &operator()).await?)
}

fn named(names: &[(&str, &str)]) -> ImportRecord {
    let identifiers = names.iter().map(|(kind, raw)| ((*kind).to_owned(), (*raw).to_owned())).collect();
    ImportRecord { identifiers, ..ImportRecord::default() }
}

/// With an e-mail address that nobody has.
fn by_email() -> ImportRecord {
    named(&[("email", sample_email().shown())])
}

fn with_id(id: UserId) -> ImportRecord {
    ImportRecord { id: Some(id), ..by_email() }
}

/// The id that is drawn now with this number.
fn id_with(world: &World, number: u8) -> UserId {
    UserId::generate(world.clock.now(), [0, 0, 0, number])
}

/// The next ids are drawn with these numbers.
fn draw(world: &World, numbers: &[u8]) {
    numbers.iter().for_each(|number| world.entropy.script.push(&[0, 0, 0, *number]));
}

/// The account has what the record says, and nobody has signed in to it.
fn is_there(world: &World, record: &ImportRecord) {
    let owner = world.owner(&spelled_email(&record.identifiers[0].1)).expect("somebody has the address");
    let account = world.account(owner);
    assert!(record.id.is_none_or(|id| id == account.id));
    let created_at = record.created_at.unwrap_or(world.clock.now());
    let verified = |kind: &str| record.verified.iter().any(|verified| verified == kind).then_some(created_at);
    let held = account.identifiers.iter().map(|held| (held.identifier.kind().name(), held.verified_at));
    let expected = record.identifiers.iter().map(|(kind, _)| (kind.as_str(), verified(kind)));
    assert_eq!(held.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    // Otherwise codes from before the import would open the account.
    assert!(
        account.identifiers.iter().all(|held| held.added_at == world.clock.now()),
        "whenever they signed up elsewhere"
    );
    let hash = account.password.as_ref().map(|hash| hash.as_str());
    assert_eq!((hash, account.status), (record.password_hash.as_deref(), record.status));
    assert_eq!((account.created_at, account.last_sign_in_at), (created_at, None));
    assert_eq!(account.profile.name, record.profile.nickname);
}

fn are_there(world: &World, records: &Request, verdicts: Vec<ImportVerdict>) {
    assert_eq!(verdicts, vec![Imported; records.len()]);
    records.iter().for_each(|record| is_there(world, record));
}

/// They are there, and the batch is on record under the operator's name.
fn are_recorded(world: &World, records: &Request, verdicts: Vec<ImportVerdict>) {
    are_there(world, records, verdicts);
    let event = world.last_event_of_operator(None);
    let detail = format!("a batch of {}", records.len());
    assert_eq!((event.method.as_deref(), event.detail), (Some("import"), Some(detail)));
}

#[test]
fn users_are_brought_as_they_were() {
    check(BRINGING, run);
}

const BRINGING: Rows = &[
    ("with an address", |_| vec![by_email()], Done(are_recorded), IMPORTED),
    (
        "with everything",
        |world| {
            world.pass(10);
            let record = ImportRecord {
                id: Some(UserId::from_i64(7)),
                verified: vec!["email".to_owned()],
                password_hash: Some(hash_of(PASSWORD).as_str().to_owned()),
                profile: UserProfile { nickname: Some("Ann".to_owned()), ..UserProfile::default() },
                status: UserStatus::Blocked,
                created_at: Some(world.clock.now() - TimeDelta::days(1_000)),
                ..named(&[("email", sample_email().shown()), ("username", &sample_username())])
            };
            vec![record]
        },
        Done(are_recorded),
        IMPORTED,
    ),
    (
        "who signed up in this moment",
        |world| vec![ImportRecord { created_at: Some(world.clock.now()), ..by_email() }],
        Done(are_recorded),
        IMPORTED,
    ),
    ("many at once", |_| [(); 20].map(|()| by_email()).into(), Done(are_recorded), Effects { made: 20, ..IMPORTED }),
    (
        "with a profile of which only a part can be read",
        |_| {
            let [nickname, locale] = ["n".repeat(65), "en_US.UTF-8".to_owned()].map(Some);
            let gender = Some("?".to_owned());
            let profile = UserProfile { nickname, locale, gender, ..UserProfile::default() };
            vec![ImportRecord { profile, ..by_email() }]
        },
        Done(|world, records, _| {
            let owner = world.owner(&spelled_email(&records[0].identifiers[0].1)).expect("somebody has the address");
            let profile = world.account(owner).profile;
            assert_eq!((profile.name, profile.locale), (Some("n".repeat(64)), Some("en_US".to_owned())));
            assert_eq!(profile.gender, None);
        }),
        IMPORTED,
    ),
    ("none", |_| vec![], Done(|_, _, verdicts| assert_eq!(verdicts, [])), NOTHING),
];

#[test]
fn a_record_may_be_no_user() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    ("without a login name", |_| vec![named(&[])], refused!(LoginNames(Missing)), NOTHING),
    (
        "with a name of a kind that nobody knows",
        |_| vec![named(&[("pager", "7")])],
        refused!(LoginNames(Kind)),
        NOTHING,
    ),
    (
        "with two names of a kind",
        |_| vec![named(&[("email", sample_email().shown()), ("email", sample_email().shown())])],
        refused!(LoginNames(Kind)),
        NOTHING,
    ),
    (
        "with what is no address",
        |_| vec![named(&[("email", "ann")])],
        refused!(LoginNames(Malformed(IdentifierError { kind: IdentifierKind::EMAIL, .. }))),
        NOTHING,
    ),
    (
        "with a hash that cannot be checked",
        |_| vec![ImportRecord { password_hash: Some("md5".to_owned()), ..by_email() }],
        refused!(PasswordHash(_)),
        NOTHING,
    ),
    (
        "from the future",
        |world| {
            let created_at = Some(world.clock.now() + TimeDelta::microseconds(1));
            vec![ImportRecord { created_at, ..by_email() }]
        },
        refused!(CreatedAt),
        NOTHING,
    ),
];

#[test]
fn who_clashes_is_left_out() {
    check(CLASHES, run);
}

const CLASHES: Rows = &[
    (
        "with somebody's address, between two others",
        |world| {
            let ann = world.ann();
            vec![by_email(), named(&[("email", ann.email().shown())]), by_email()]
        },
        Done(|world, records, verdicts| {
            assert_eq!(verdicts, [Imported, Taken(IdentifierKind::EMAIL), Imported]);
            is_there(world, &records[0]);
            is_there(world, &records[2]);
        }),
        Effects { made: 2, ..IMPORTED },
    ),
    (
        "with the address of an earlier one of the batch",
        |_| {
            let record = by_email();
            vec![record.clone(), record]
        },
        Done(|_, _, verdicts| assert_eq!(verdicts, [Imported, Taken(IdentifierKind::EMAIL)])),
        IMPORTED,
    ),
    (
        "the same batch again",
        |world| {
            let batch = vec![by_email(), with_id(UserId::from_i64(7))];
            at_once(run(world, batch.clone())).expect("imported");
            batch
        },
        Done(|_, _, verdicts| assert_eq!(verdicts, [Taken(IdentifierKind::EMAIL), IdTaken])),
        Effects { made: 0, ..IMPORTED },
    ),
    (
        "with somebody's id",
        |world| vec![with_id(world.ann().id()), by_email()],
        Done(|_, _, verdicts| assert_eq!(verdicts, [IdTaken, Imported])),
        IMPORTED,
    ),
];

#[test]
fn drawn_ids_clash_with_nobody() {
    check(DRAWN, run);
}

const DRAWN: Rows = &[
    (
        "two draws are the same",
        |world| {
            draw(world, &[1, 1]);
            vec![by_email(), by_email()]
        },
        Done(are_recorded),
        Effects { made: 2, ..IMPORTED },
    ),
    (
        "a draw is the id that a later one has",
        |world| {
            draw(world, &[1]);
            vec![by_email(), with_id(id_with(world, 1))]
        },
        Done(are_recorded),
        Effects { made: 2, ..IMPORTED },
    ),
    (
        "a draw is somebody's id",
        |world| {
            at_once(run(world, vec![with_id(id_with(world, 1))])).expect("imported");
            draw(world, &[1, 2]);
            vec![by_email(), by_email()]
        },
        Done(are_there),
        Effects { made: 2, ..IN_TWO_PARTS },
    ),
    (
        "every draw is somebody's id",
        |world| {
            at_once(run(world, vec![with_id(id_with(world, 1))])).expect("imported");
            draw(world, &[1; 5]);
            vec![by_email()]
        },
        Done(|_, _, verdicts| assert_eq!(verdicts, [IdTaken])),
        Effects { made: 0, events: &[EventKind::UserCreated; 5], ..IMPORTED },
    ),
];

#[test]
fn a_failure_stores_nothing_of_what_it_is_about() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    (
        "the users are away",
        |world| {
            world.without(|ports| &ports.users);
            vec![by_email(), by_email()]
        },
        Failed,
        NOTHING,
    ),
    (
        "the users are away by the time an id is drawn again",
        |world| {
            at_once(run(world, vec![with_id(id_with(world, 1))])).expect("imported");
            draw(world, &[1]);
            // What is drawn first is the id, then the event's, then the id once more.
            world.meanwhile(|_| ());
            world.meanwhile(|_| ());
            world.meanwhile(|world| world.ports.users.set_failing(true));
            vec![by_email()]
        },
        Failed,
        Effects { made: 0, ..IMPORTED },
    ),
    (
        "a record that is no user, whatever is away",
        |world| {
            world.without(|ports| &ports.users);
            vec![named(&[])]
        },
        refused!(LoginNames(Missing)),
        NOTHING,
    ),
];
