//! Rules on one boolean flag.

use super::command_line::{CommandLine, Flag, Takes, boolean};
use super::component::Component;
use crate::finding::{Fix, Report};
use leastwise_manifest::Container;

/// A boolean flag that is safe with one of its values.
pub(super) struct BooleanFlag {
    /// Who has it.
    pub(super) components: &'static [Component],
    /// Its name.
    pub(super) name: &'static str,
    /// The safe value.
    pub(super) wanted: bool,
    /// What holds where it is left out.
    pub(super) default: bool,
    /// Flags naming a file that decides where this one is left out.
    pub(super) unless: &'static [&'static str],
    /// What follows from the other value, after "so".
    pub(super) consequence: &'static str,
}

impl BooleanFlag {
    pub(super) fn check(&self, container: &Container<'_>, report: &mut Report<'_, '_>) {
        for component in self.components {
            if let Some(line) = CommandLine::of(container, *component) {
                self.judge(&line, report);
            }
        }
    }

    fn judge(&self, line: &CommandLine<'_, '_>, report: &mut Report<'_, '_>) {
        let Self { name, wanted, consequence, .. } = *self;
        let title = line.container.title();
        let (path, message, patches) = match line.flag(name, Takes::Boolean) {
            Flag::Set(text, given) if boolean(text) == Some(!wanted) => {
                let patches = if self.default == wanted {
                    line.delete(name, Takes::Boolean)
                } else {
                    line.set(&given, if wanted { "true" } else { "false" })
                };
                (given.path, format!("{title} sets --{name}={text}, so {consequence}"), patches)
            }
            Flag::Absent if self.default != wanted && !self.unless.iter().any(|file| line.may_have(file)) => {
                let patches = line.add(name, if wanted { "true" } else { "false" });
                (line.missing(), format!("{title} leaves --{name} out, so {consequence}"), patches)
            }
            Flag::Set(..) | Flag::Absent | Flag::Unknown => return,
        };
        let order = if self.default == wanted { "Remove" } else { "Set" };
        let value = if self.default == wanted { String::new() } else { format!("={wanted}") };
        let found = report.find(path, message);
        if let Some(patches) = patches {
            found.fix(Fix::behavioural(format!("{order} --{name}{value}"), patches));
        }
    }
}
