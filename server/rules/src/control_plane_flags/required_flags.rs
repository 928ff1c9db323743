//! Rules on flags that must be given: files of keys, certificates and policies.

use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use crate::finding::Report;
use leastwise_manifest::Container;

/// Flags of which each must have a value.
pub(super) struct RequiredFlags {
    /// Who has them.
    pub(super) component: Component,
    /// Their names.
    pub(super) names: &'static [&'static str],
    /// Flags that do as well, or name a file that decides.
    pub(super) unless: &'static [&'static str],
    /// What follows without, after "so".
    pub(super) consequence: &'static str,
}

impl RequiredFlags {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let Some(line) = CommandLine::of(container, self.component) else { return };
        let lacking: Vec<_> = self
            .names
            .iter()
            .filter_map(|name| match line.flag(name, Takes::Value) {
                Flag::Set("", given) => Some((name, given.path)),
                Flag::Absent => Some((name, line.missing())),
                Flag::Set(..) | Flag::Unknown => None,
            })
            .collect();
        let Some((_, place)) = lacking.first() else { return };
        if self.unless.iter().any(|flag| line.may_have(flag)) {
            return;
        }
        let names: Vec<_> = lacking.iter().map(|(name, _)| format!("--{name}")).collect();
        let (names, consequence) = (names.join(" and "), self.consequence);
        report.find(place.clone(), format!("{} does not set {names}, so {consequence}", container.title()));
    }
}
