//! What is made of the sub-commands for those who use them: completions for shells, and manual pages. Releases contain
//! both.

use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

/// Prints a script that completes the program's commands and options in `shell`.
pub(super) fn print_completions(mut command: Command, shell: Shell) -> io::Result<()> {
    let name = command.get_name().to_owned();
    // Printed in one piece, because the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    io::stdout().write_all(&script)
}

/// Writes a manual page for the program and one for each of its commands into `folder`, which is made if it is missing.
pub(super) fn write_manual(command: Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)
}
