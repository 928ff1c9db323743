//! The strategies of a PodSecurityPolicy for users and groups: a rule, and ranges for the rules that need them.

use leastwise_manifest::{Setting, integer, string};
use leastwise_yaml::{Field, Node};

/// What a strategy makes of id 0.
pub(super) enum Zero<'d> {
    /// It is in none of the ranges, one of which must be used.
    Ruled,
    /// It is admitted under this rule.
    Admitted(&'d str),
    /// Nothing is said.
    Unset,
    /// Nobody knows.
    Unknown,
}

/// What the strategy under `key` of a policy's spec makes of id 0. `MustRunAs` confines to its ranges, every other
/// rule does not.
pub(super) fn zero<'d>(spec: Node<'d>, key: &str) -> Zero<'d> {
    match string(spec, &[key, "rule"]) {
        Setting::Set("MustRunAs", _) => match spec.get(key).value().map(|strategy| strategy.get("ranges")) {
            Some(Field::Present(ranges)) => match includes_zero(ranges.value) {
                Some(true) => Zero::Admitted("MustRunAs"),
                Some(false) => Zero::Ruled,
                None => Zero::Unknown,
            },
            Some(Field::Absent) => Zero::Admitted("MustRunAs"),
            Some(Field::Unknown) | None => Zero::Unknown,
        },
        Setting::Set(rule, _) => Zero::Admitted(rule),
        Setting::Unset => Zero::Unset,
        Setting::Unknown => Zero::Unknown,
    }
}

/// Whether one of the ranges begins at 0, or there is none; `None` when nobody knows.
fn includes_zero(ranges: Node<'_>) -> Option<bool> {
    let minima: Vec<_> = ranges.items().map(|range| integer(range.value, &["min"])).collect();
    let begins_at_zero =
        |minimum: &Setting<'_, i64>| matches!(minimum, Setting::Set(..=0, _) | Setting::Unset);
    if minima.iter().any(begins_at_zero) {
        return Some(true);
    }
    let is_hidden = ranges.is_unknown() || ranges.is_open() || minima.iter().any(Setting::is_unknown);
    (!is_hidden).then_some(minima.is_empty())
}
