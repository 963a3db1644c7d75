//! Rebuilds the crate when a migration changes, which the macro that embeds them does not request by itself.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
    println!("cargo::rerun-if-changed=contract");
}
