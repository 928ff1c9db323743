//! Rules on fields of configuration files, which have defaults of their own: those of flags are older and laxer.

use crate::finding::{Fix, Found, Report};
use leastwise_manifest::{Object, Setting, boolean, lookup, string};
use leastwise_yaml::{Emptied, Patch};

/// The API group of KubeletConfiguration.
pub(super) const KUBELET: &str = "kubelet.config.k8s.io";

/// Reports a field of a configuration file; where its whole branch is missing, on the key `kind`.
pub(super) fn find_field<'f>(
    object: &Object<'_>,
    report: &'f mut Report<'_, '_>,
    keys: &[&str],
    message: String,
) -> Found<'f> {
    let path = object.path.keys(keys);
    let starts = keys.first().is_some_and(|first| object.node.get(first).value().is_some());
    let found = report.find(path, message);
    if starts { found } else { found.missing_at(&object.path.key("kind")) }
}

/// A boolean field that is safe with one of its values.
pub(super) struct BooleanField {
    /// The API group of the configuration.
    pub(super) group: &'static str,
    /// Where it stands.
    pub(super) keys: &'static [&'static str],
    /// The safe value.
    pub(super) wanted: bool,
    /// What holds where it is left out.
    pub(super) default: bool,
    /// How it is cured.
    pub(super) cure: Cure,
    /// What follows from the other value, after "so".
    pub(super) consequence: &'static str,
}

/// What a rule on a field offers.
#[derive(Clone, Copy)]
pub(super) enum Cure {
    /// The safe value.
    Set,
    /// Taking the field away.
    Delete,
}

impl BooleanField {
    pub(super) fn check(&self, object: &Object<'_>, report: &mut Report<'_, '_>) {
        if object.api_group() != Some(self.group) {
            return;
        }
        let Self { keys, wanted, consequence, .. } = *self;
        let name = keys.join(".");
        let message = match boolean(object.node, keys) {
            Setting::Set(value, _) if value != wanted => format!("{name} is {value}, so {consequence}"),
            Setting::Unset if self.default != wanted => format!("{name} is left out, so {consequence}"),
            Setting::Set(..) | Setting::Unset | Setting::Unknown => return,
        };
        let path = object.path.keys(keys);
        let fix = match self.cure {
            Cure::Set => {
                Fix::behavioural(format!("Set {name}: {wanted}"), [Patch::Set { path, value: wanted.into() }])
            }
            Cure::Delete => {
                let patch = Patch::Remove { path, emptied: Emptied::Keep };
                Fix::behavioural(format!("Remove {name}"), [patch])
            }
        };
        find_field(object, report, keys, message).fix(fix);
    }
}

/// String fields that must have a value.
pub(super) struct RequiredFields {
    /// The API group of the configuration.
    pub(super) group: &'static str,
    /// Where each stands.
    pub(super) fields: &'static [&'static [&'static str]],
    /// A boolean that does as well where it is true.
    pub(super) unless: Option<&'static [&'static str]>,
    /// What follows without, after "so".
    pub(super) consequence: &'static str,
}

impl RequiredFields {
    pub(super) fn check(&self, object: &Object<'_>, report: &mut Report<'_, '_>) {
        if object.api_group() != Some(self.group) {
            return;
        }
        let is_lacking =
            |keys: &&&[&str]| matches!(string(object.node, keys), Setting::Unset | Setting::Set("", _));
        let Some(keys) = self.fields.iter().find(is_lacking) else { return };
        let does_as_well =
            |keys| !matches!(boolean(object.node, keys), Setting::Unset | Setting::Set(false, _));
        if self.unless.is_some_and(does_as_well) {
            return;
        }
        let how = if lookup(object.node, keys).value().is_some() { "empty" } else { "left out" };
        let message = format!("{} is {how}, so {}", keys.join("."), self.consequence);
        find_field(object, report, keys, message);
    }
}
