//! Rules on flags that list names: admission plugins and modes of authorization.

use super::command_line::{CommandLine, Takes};
use super::component::Component;
use crate::finding::{Fix, Report};
use leastwise_manifest::Container;

/// The flags that turn admission plugins on; the second is the first's old name.
pub(super) const ENABLED_PLUGINS: &[&str] = &["enable-admission-plugins", "admission-control"];

/// The flag that turns admission plugins off.
pub(super) const DISABLED_PLUGINS: &[&str] = &["disable-admission-plugins"];

/// A list of the API server that must hold one of some values.
pub(super) struct ListLacks {
    /// The flags that make the list.
    pub(super) names: &'static [&'static str],
    /// The values that do.
    pub(super) values: &'static [&'static str],
    /// Flags naming a file that decides instead.
    pub(super) unless: &'static [&'static str],
    /// What follows without, after "so".
    pub(super) consequence: &'static str,
    /// How it is cured.
    pub(super) cure: Cure,
}

/// What a rule on a list offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// Appending the first value, with the flag where there is none.
    Append,
    /// Appending the first value where the flag is given.
    AppendToGiven,
    /// Nothing that follows from the text alone.
    None,
}

impl ListLacks {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let Some(line) = CommandLine::of(container, Component::ApiServer) else { return };
        let Self { names, values, consequence, .. } = *self;
        let listed = line.list(names);
        let holds_one = listed.values.iter().any(|(value, _)| values.contains(value));
        if holds_one || listed.open || self.unless.iter().any(|file| line.may_have(file)) {
            return;
        }
        let (Some(name), Some(wanted)) = (names.first(), values.first()) else { return };
        let (title, all) = (container.title(), values.join(" or "));
        let (path, message, patches) = match listed.given.last() {
            Some(given) => {
                let list = given.value.filter(|list| !list.is_empty()).map(|list| format!("{list},{wanted}"));
                let patches = line.set(given, &list.unwrap_or_else(|| (*wanted).to_owned()));
                (given.path.clone(), format!("{title} does not list {all} here, so {consequence}"), patches)
            }
            None => {
                let patches = (self.cure == Cure::Append).then(|| line.add(name, wanted)).flatten();
                (
                    line.missing(),
                    format!("{title} does not list {all} in --{name}, so {consequence}"),
                    patches,
                )
            }
        };
        let found = report.find(path, message);
        if let (true, Some(patches)) = (self.cure != Cure::None, patches) {
            found.fix(Fix::behavioural(format!("Add {wanted}"), patches));
        }
    }
}

/// A list of the API server that must not hold a value.
pub(super) struct ListHolds {
    /// The flags that make the list.
    pub(super) names: &'static [&'static str],
    /// The value.
    pub(super) value: &'static str,
    /// What follows from it, after "so".
    pub(super) consequence: &'static str,
    /// Whether taking it away follows from the text alone.
    pub(super) removable: bool,
}

impl ListHolds {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        let Some(line) = CommandLine::of(container, Component::ApiServer) else { return };
        let Self { names, value, consequence, .. } = *self;
        let listed = line.list(names);
        let Some((_, at)) = listed.values.iter().find(|(listed, _)| *listed == value) else { return };
        let given = &listed.given[*at];
        let rest: Vec<_> = listed
            .values
            .iter()
            .filter(|(other, place)| place == at && *other != value)
            .map(|(other, _)| *other)
            .collect();
        let patches = match (&rest[..], &listed.given[..], names) {
            _ if !self.removable => None,
            ([], [_], [name]) => line.delete(name, Takes::Value),
            ([], ..) => line.set(given, ""),
            (rest, ..) => line.set(given, &rest.join(",")),
        };
        let message = format!("{} lists {value}, so {consequence}", container.title());
        let found = report.find(given.path.clone(), message);
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("Remove {value}"), patches));
        }
    }
}
