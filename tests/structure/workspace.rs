//! The workspace, as cargo describes it.

use std::process::Command;

use serde::Deserialize;

use crate::files;

/// What `cargo metadata` says, as far as the rules need it.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

/// A package of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// What a package declares to depend on.
#[derive(Deserialize, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Where it lies, unless it is a third party's.
    pub(crate) path: Option<String>,
    /// `dev`, `build`, or nothing if the package is shipped with it.
    pub(crate) kind: Option<String>,
}

impl Dependency {
    pub(crate) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

impl Workspace {
    pub(crate) fn read() -> Self {
        let command = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
        let described = Command::new(env!("CARGO")).args(command).current_dir(files::root()).output();
        let described = described.expect("cargo runs");
        assert!(described.status.success(), "{}", String::from_utf8_lossy(&described.stderr));
        serde_json::from_slice(&described.stdout).expect("cargo describes the workspace")
    }
}
