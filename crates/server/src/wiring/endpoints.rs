//! The registered endpoints, with their shared state.

use auth_extension::{EndpointState, Ports};
use auth_http::endpoints::Endpoints;
use auth_http::{UseCases, scenario_fields};

use super::parts::Parts;
use crate::{Configuration, StartFailure};

/// The tables of the public listener and of the admin listener.
pub(super) struct Tables {
    pub(super) public: Vec<Endpoints>,
    pub(super) admin: Vec<Endpoints>,
}

/// Ours are given their use cases; those of teams are given what they make of the ports.
pub(super) fn tables(parts: &Parts<'_>, use_cases: &UseCases) -> Result<Tables, StartFailure> {
    let Configuration { endpoints, admin_endpoints, endpoint_states, scenarios, .. } = parts.configuration;
    let ports = parts.ports();
    let served = |tables: &[Endpoints]| tables.iter().map(|table| use_cases.behind(table.clone())).collect::<Vec<_>>();
    let mut tables = Tables { public: served(endpoints), admin: served(admin_endpoints) };
    tables.public.push(scenario_fields(scenarios));
    for state in endpoint_states {
        let all = tables.public.iter_mut().chain(&mut tables.admin);
        give(state, all, &ports)?;
    }
    Ok(tables)
}

fn give<'a>(
    state: &EndpointState,
    mut tables: impl Iterator<Item = &'a mut Endpoints>,
    ports: &Ports,
) -> Result<(), StartFailure> {
    let table = tables.find(|table| table.name() == state.table).ok_or_else(|| {
        StartFailure::Registration(format!("there is no table of endpoints {:?} to give state to", state.table))
    })?;
    *table = (state.give)(table.clone(), ports).map_err(|problem| problem.of_section(state.table))?;
    Ok(())
}
