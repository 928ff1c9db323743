//! Which rules look at what, so that an object meets only those that may concern it.

use crate::rule::{Check, Rule};
use crate::rules;
use std::collections::HashMap;

/// The rules that are applied, by what they look at.
#[derive(Debug, Default)]
pub struct Plan {
    pub(crate) objects: Vec<&'static Rule>,
    by_kind: HashMap<&'static str, Vec<&'static Rule>>,
    pub(crate) pods: Vec<&'static Rule>,
    pub(crate) profiles: Vec<&'static Rule>,
}

const ROLES: [&str; 2] = ["Role", "ClusterRole"];

impl Plan {
    /// The rules that are wanted.
    pub fn new(is_wanted: impl Fn(&Rule) -> bool) -> Self {
        let mut plan = Self::default();
        for rule in rules().filter(|rule| is_wanted(rule)) {
            let mut add_kind = |kind: &&'static str| plan.by_kind.entry(kind).or_default().push(rule);
            match rule.check {
                Check::Object(_) => plan.objects.push(rule),
                Check::Kind(kinds, _) => kinds.iter().for_each(&mut add_kind),
                Check::ContainerOrKind(_, kinds, _) => {
                    kinds.iter().for_each(&mut add_kind);
                    plan.pods.push(rule);
                }
                Check::Role(_) => ROLES.iter().for_each(&mut add_kind),
                Check::Pod(_) | Check::Container(_) => plan.pods.push(rule),
                Check::Profile(_) => plan.profiles.push(rule),
            }
        }
        plan
    }

    /// Every rule.
    pub fn all() -> Self {
        Self::new(|_| true)
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &&'static Rule> {
        self.by_kind.get(kind).into_iter().flatten()
    }
}
