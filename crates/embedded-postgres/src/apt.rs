//! apt, with all its state in a folder of ours. Nothing is installed, and no rights beyond ours are used.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Host;
use crate::error::{Error, While};
use crate::log::last_lines;
use crate::programs::on_path;

/// apt with all its state in a folder of ours.
pub(crate) struct Apt<'a> {
    pub(crate) host: &'a Host,
    /// The folder.
    pub(crate) work: &'a Path,
}

impl<'a> Apt<'a> {
    pub(crate) fn new(host: &'a Host, work: &'a Path) -> Result<Self, Error> {
        for folder in ["state/lists/partial", "cache/archives/partial", "debs", "root"] {
            let folder = work.join(folder);
            fs::create_dir_all(&folder).doing("making the folder", &folder)?;
        }
        let file = work.join("apt.conf");
        fs::write(&file, configuration(work)).doing("writing", &file)?;
        Ok(Self { host, work })
    }

    /// Runs one of apt's tools and returns what it printed.
    pub(crate) fn run(&self, tool: &str, arguments: &[&str]) -> Result<String, Error> {
        let step = arguments.first().copied().unwrap_or_default();
        Ok(self.output(tool, step, |command| self.configured(command).args(arguments))?.0)
    }

    pub(crate) fn configured<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.arg("-q").arg("-c").arg(self.work.join("apt.conf"))
    }

    /// Runs a tool and returns what it printed.
    pub(crate) fn tool(&self, tool: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<String, Error> {
        Ok(self.output(tool, "", with)?.0)
    }

    /// Runs a tool and returns its standard output and its standard error.
    pub(crate) fn output(
        &self,
        tool: &str,
        step: &str,
        with: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<(String, String), Error> {
        let failed = |reason: String| Error::Fetch { step: format!("{tool} {step}").trim_end().to_owned(), reason };
        let program = on_path(tool, self.host.path.as_deref()).unwrap_or_else(|| tool.into());
        let mut command = Command::new(program);
        command.current_dir(self.work.join("debs")).env("LC_ALL", "C").stdin(Stdio::null());
        let output = with(&mut command).output().map_err(|error| failed(error.to_string()))?;
        let [printed, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if output.status.success() { Ok((printed, said)) } else { Err(failed(last_lines(&said))) }
    }
}

/// The configuration that is read after the system's, whose hooks would touch folders that are not ours. apt's switch
/// to a user of its own fails in a user namespace, and has nothing to protect here.
fn configuration(work: &Path) -> String {
    let work = work.display();
    format!(
        "#clear APT::Update::Pre-Invoke;\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n\
         Dir::State \"{work}/state\";\n\
         Dir::State::lists \"{work}/state/lists\";\n\
         Dir::State::status \"/var/lib/dpkg/status\";\n\
         Dir::Cache \"{work}/cache\";\n\
         Dir::Cache::archives \"{work}/cache/archives\";\n\
         Debug::NoLocking \"1\";\n\
         APT::Sandbox::User \"root\";\n\
         Acquire::Languages \"none\";\n\
         Acquire::Retries \"2\";\n\
         Acquire::http::Timeout \"30\";\n\
         Acquire::https::Timeout \"30\";\n"
    )
}
