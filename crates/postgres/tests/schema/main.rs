//! The schema: every constraint has its name, migrations run in both directions, and tables and statements suit engines
//! that spread rows over several nodes.

mod calls;
mod constraints;
mod distribution;
mod nodes;
mod search;
mod unseen;
