//! Rules on flags that are better not given at all.

use super::command_line::{CommandLine, Takes};
use super::component::Component;
use crate::finding::{Fix, Report};
use leastwise_manifest::Container;

/// A flag whose presence is the finding.
pub(super) struct ForbiddenFlag {
    /// Who has it.
    pub(super) component: Component,
    /// Its name.
    pub(super) name: &'static str,
    /// Whether taking it away follows from the text alone.
    pub(super) removable: bool,
    /// What follows from it, after "so".
    pub(super) consequence: &'static str,
}

impl ForbiddenFlag {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let Some(line) = CommandLine::of(container, self.component) else { return };
        let Self { name, consequence, .. } = *self;
        let Some(given) = line.given(name, Takes::Value).pop() else { return };
        let patches = if self.removable { line.delete(name, Takes::Value) } else { None };
        let found = report.find(given.path, format!("{} sets --{name}, so {consequence}", container.title()));
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("Remove --{name}"), patches));
        }
    }
}
