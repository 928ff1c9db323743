//! Rules on flags that take a whole number.

use super::command_line::{CommandLine, Flag, Takes};
use super::component::Component;
use crate::finding::{Fix, Report};
use leastwise_manifest::Container;

/// A flag of which some numbers are wrong. Left out it is fine.
pub(super) struct NumberFlag {
    /// Who has it.
    pub(super) component: Component,
    /// Its name.
    pub(super) name: &'static str,
    /// The numbers that are wrong.
    pub(super) is_wrong: fn(i64) -> bool,
    /// How it is cured.
    pub(super) cure: Cure,
    /// What follows, after "so".
    pub(super) consequence: &'static str,
}

/// What a rule on a number offers.
#[derive(Clone, Copy)]
pub(super) enum Cure {
    /// Taking the flag away.
    Delete,
    /// Another number.
    Set(&'static str),
    /// Nothing that follows from the text alone.
    None,
}

impl NumberFlag {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let Some(line) = CommandLine::of(container, self.component) else { return };
        let Self { name, consequence, .. } = *self;
        let Flag::Set(text, given) = line.flag(name, Takes::Value) else { return };
        if !text.parse().is_ok_and(self.is_wrong) {
            return;
        }
        let message = format!("{} sets --{name}={text}, so {consequence}", container.title());
        let (order, patches) = match self.cure {
            Cure::Delete => (format!("Remove --{name}"), line.delete(name, Takes::Value)),
            Cure::Set(number) => (format!("Set --{name}={number}"), line.set(&given, number)),
            Cure::None => (String::new(), None),
        };
        let found = report.find(given.path, message);
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(order, patches));
        }
    }
}
