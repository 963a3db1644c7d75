//! Which packages are needed for a PostgreSQL that runs.

use std::collections::BTreeSet;

use crate::apt::Apt;
use crate::binaries::OLDEST;
use crate::error::Error;

/// The major version of a server package (and of its folder in the cache).
pub(crate) fn major(package: &str) -> Option<u32> {
    package.strip_prefix("postgresql-")?.parse().ok()
}

/// The newest server package, or the one of the version that is wanted.
pub(crate) fn newest(apt: &Apt<'_>, wanted: Option<u32>) -> Result<(String, u32), Error> {
    let names = apt.run("apt-cache", &["pkgnames", "postgresql-"])?;
    let majors = names.lines().filter_map(major).filter(|major| *major >= OLDEST);
    match majors.filter(|major| wanted.is_none_or(|wanted| wanted == *major)).max() {
        Some(major) => Ok((format!("postgresql-{major}"), major)),
        None => {
            let wanted = wanted.map_or(format!("{OLDEST} or newer"), |major| major.to_string());
            let reason = format!("  the system's package sources have no PostgreSQL {wanted}");
            Err(Error::Fetch { step: "choosing a package".to_owned(), reason })
        }
    }
}

/// The libraries that the package needs, directly or not, and that are not installed.
pub(crate) fn missing_libraries(apt: &Apt<'_>, package: &str) -> Result<Vec<String>, Error> {
    let installed = installed(apt);
    let mut wanted = BTreeSet::new();
    let mut fresh = vec![package.to_owned()];
    while !fresh.is_empty() {
        let mut arguments = vec!["depends", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks"];
        arguments.extend(["--no-replaces", "--no-enhances"]);
        arguments.extend(fresh.iter().map(String::as_str));
        let listing = apt.run("apt-cache", &arguments)?;
        fresh = dependencies(&listing)
            .filter(|name| is_needed(name) && !installed.contains(*name))
            .filter(|name| wanted.insert((*name).to_owned()))
            .map(str::to_owned)
            .collect();
    }
    Ok(wanted.into_iter().collect())
}

/// Whether a package is a library that is needed; the server needs no other packages to run. LLVM is large and not
/// required. The C library cannot be brought along, and every machine has it.
fn is_needed(package: &str) -> bool {
    package.starts_with("lib") && !package.starts_with("libllvm") && !["libc6", "libgcc-s1"].contains(&package)
}

/// `apt-cache depends` marks alternatives with a bar and virtual packages with angle brackets.
fn dependencies(listing: &str) -> impl Iterator<Item = &str> {
    listing
        .lines()
        .map(|line| line.trim_start_matches([' ', '|']))
        .filter_map(|line| line.strip_prefix("Depends: ").or_else(|| line.strip_prefix("PreDepends: ")))
        .map(str::trim)
        .filter(|name| !name.starts_with('<') && !name.contains(':'))
}

fn installed(apt: &Apt<'_>) -> BTreeSet<String> {
    let format = "${db:Status-Status} ${Architecture} ${Package}\n";
    let ours = apt.tool("dpkg", |command| command.arg("--print-architecture")).unwrap_or_default();
    let list = apt.tool("dpkg-query", |command| command.args(["-W", "-f", format])).unwrap_or_default();
    list.lines().filter_map(|line| installed_name(line, ours.trim())).collect()
}

fn installed_name(line: &str, ours: &str) -> Option<String> {
    let mut words = line.split(' ');
    let (status, architecture, name) = (words.next()?, words.next()?, words.next()?);
    (status == "installed" && [ours, "all"].contains(&architecture)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_server_packages_have_a_major_version() {
        assert_eq!(major("postgresql-15"), Some(15));
        for other in ["postgresql-15-pgaudit", "postgresql-common", "postgresql-client-15", "postgresql"] {
            assert_eq!(major(other), None, "{other}");
        }
    }

    #[test]
    fn libraries_are_picked_from_a_listing() {
        let listing = "postgresql-15\n PreDepends: libfoo1\n  Depends: postgresql-common\n |Depends: libssl3\n  \
                       Depends: <virtual>\n    libreal\n  Depends: libllvm14\n  Depends: libc6\n";
        let names: Vec<&str> = dependencies(listing).filter(|name| is_needed(name)).collect();
        assert_eq!(names, ["libfoo1", "libssl3"]);
    }

    #[test]
    fn libraries_of_other_architectures_do_not_count() {
        assert_eq!(installed_name("installed amd64 libpq5", "amd64").as_deref(), Some("libpq5"));
        assert_eq!(installed_name("installed i386 libpq5", "amd64"), None);
        assert_eq!(installed_name("config-files amd64 libpq5", "amd64"), None);
    }
}
