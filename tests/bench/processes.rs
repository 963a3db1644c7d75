//! Processor time, which says what something costs however busy the machine is.

use std::fs;

/// A process, as `/proc/<pid>/stat` describes it.
pub(crate) struct Process {
    parent: u32,
    /// The processor time of the process itself.
    pub(crate) seconds: f64,
    of_children_that_ended: f64,
}

pub(crate) fn read(id: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // After the name in parentheses come fields 3 and following; times are in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    let times = |user: usize| Some((field(user)? + field(user + 1)?) / 100.0);
    Some(Process { parent: field(4)? as u32, seconds: times(14)?, of_children_that_ended: times(16)? })
}

/// The processor time of a process, its children, and the children that have ended.
pub(crate) fn family_seconds(id: u32) -> f64 {
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let others = ids.filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?));
    let children: f64 = others.filter(|process| process.parent == id).map(|process| process.seconds).sum();
    read(id).map_or(0.0, |process| process.seconds + process.of_children_that_ended) + children
}
