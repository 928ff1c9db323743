//! Seccomp profiles: what the two rules on them share.

use super::level::Level;
use leastwise_manifest::Setting;

/// The field that names the kind of profile.
pub(super) const SECCOMP_TYPE: &[&str] = &["seccompProfile", "type"];

/// What one `securityContext` says of seccomp.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seccomp<'d> {
    /// A profile filters system calls.
    Filtered,
    /// Filtering is turned off, by this word.
    Off(&'d str),
    /// Nothing is said.
    Unset,
    /// Nobody knows.
    Unknown,
}

/// What is said at one level.
pub(super) fn seccomp<'d>(level: Level<'_, 'd>) -> Seccomp<'d> {
    match level.string(SECCOMP_TYPE) {
        Setting::Set("RuntimeDefault" | "Localhost", _) => Seccomp::Filtered,
        Setting::Set(other, _) => Seccomp::Off(other),
        Setting::Unset => Seccomp::Unset,
        Setting::Unknown => Seccomp::Unknown,
    }
}
