//! Which events a request asks for.

use auth_domain::admin::EventFilter;
use diesel::pg::Pg;
use diesel::prelude::*;

use crate::schema::events;

/// The events that a filter admits.
pub(super) fn meant(filter: &EventFilter) -> events::BoxedQuery<'static, Pg> {
    let mut query = events::table.into_boxed();
    if let Some(user) = filter.user {
        query = query.filter(events::user_id.eq(user.as_i64()));
    }
    if !filter.kinds.is_empty() {
        let names: Vec<_> = filter.kinds.iter().map(|kind| kind.name()).collect();
        query = query.filter(events::kind.eq_any(names));
    }
    if let Some(from) = filter.period.from {
        query = query.filter(events::at.ge(from));
    }
    if let Some(until) = filter.period.until {
        query = query.filter(events::at.lt(until));
    }
    query
}
