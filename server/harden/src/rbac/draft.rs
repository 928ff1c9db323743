//! A role that is to be made, and what there is to choose about it: how its requests are grouped into rules, which
//! made-up names are given up, and what it is called. Whoever chooses need not be trusted: a draft becomes a role only
//! after the privilege order has seen that it allows what was needed and nothing beyond what was asked for.

use super::making::{Place, because, binding, role};
use super::needs::{Need, Needs, without_name, words};
use super::packing::{Rule, in_order, pack};
use super::risk::risk;
use crate::name::check_name;
use crate::{Created, Level, Statement};
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{Access, RbacAtom, Subject, Target};
use std::collections::{BTreeMap, BTreeSet};

/// So many times the rules that are enough are too many for a person to read.
const MANY: usize = 2;

/// A role that is to be made.
#[derive(Clone, Debug)]
pub struct RoleTask {
    pub(super) subject: Subject,
    pub(super) place: Place,
    /// What it is called without a draft.
    pub(super) name: String,
    /// The requests with the names that they had: a role that allows less breaks something.
    pub(super) kept: Needs,
    /// The requests as the options want them granted, perhaps without made-up names: a role must not allow more.
    pub(super) needs: Needs,
    /// The names of roles and bindings that are there already.
    pub(super) taken: BTreeSet<(Place, String)>,
}

/// One of the requests that a role is for. All texts come from logs, and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRequest {
    /// The verb.
    pub verb: String,
    /// The resource with its group, like `deployments.apps`, or the path of a URL.
    pub what: String,
    /// The object's name, where the request had one.
    pub name: Option<String>,
    /// How often, when and where it was seen, in words.
    pub because: String,
    /// Why the permission deserves a second look, although it is needed.
    pub risk: Option<&'static str>,
    /// Whether the options let a draft give up the name.
    pub may_lose_name: bool,
}

/// How somebody would make a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleDraft {
    /// What it is called; as without a draft where they do not say.
    pub name: Option<String>,
    /// Its rules.
    pub rules: Vec<RuleDraft>,
}

/// How somebody would make a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleDraft {
    /// The places of its requests in [`RoleTask::requests`].
    pub requests: Vec<usize>,
    /// Whether it is for objects of every name.
    pub any_name: bool,
}

/// A role and its binding that the privilege order has passed.
#[derive(Clone, Debug)]
pub struct DraftedRole {
    pub(super) role: Created,
    pub(super) binding: Created,
    pub(super) statements: Vec<Statement>,
}

impl DraftedRole {
    /// What it is called.
    pub fn name(&self) -> Option<&str> {
        self.role.resource.name.as_deref()
    }
}

impl RoleTask {
    /// Whose role it is, as its binding says: untrusted.
    pub fn subject(&self) -> String {
        self.subject.to_string()
    }

    /// The namespace and name of the service account whose role it is, if it is one's. Untrusted.
    pub fn service_account(&self) -> Option<(&str, &str)> {
        match &self.subject {
            Subject::ServiceAccount { namespace, name } => Some((namespace, name)),
            _ => None,
        }
    }

    /// The namespace; `None` for the whole cluster.
    pub fn namespace(&self) -> Option<&str> {
        match &self.place {
            Place::Namespace(namespace) => Some(namespace),
            Place::Cluster => None,
        }
    }

    /// What it is called without a draft.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The requests that it must allow, in a fixed order.
    pub fn requests(&self) -> Vec<RoleRequest> {
        self.kept.iter().map(|(atom, need)| self.request(atom, need)).collect()
    }

    fn request(&self, atom: &RbacAtom, need: &Need) -> RoleRequest {
        let (what, name) = match &atom.target {
            Target::Resource { group, resource, name, .. } if group.is_empty() => {
                (resource.clone(), name.clone())
            }
            Target::Resource { group, resource, name, .. } => (format!("{resource}.{group}"), name.clone()),
            Target::Url { url, .. } => (url.clone(), None),
            Target::Role { .. } => (atom.target.what(), None),
        };
        RoleRequest {
            verb: atom.target.verb().unwrap_or_default().to_owned(),
            what,
            may_lose_name: name.is_some() && !self.needs.contains_key(atom),
            name,
            because: because(&[need]),
            risk: risk(&atom.target),
        }
    }

    /// The role as it is made without a draft.
    pub(super) fn exact(&self) -> Result<DraftedRole, String> {
        self.made(&self.name(), &pack(self.needs.keys().map(|atom| &atom.target)), &self.needs)
    }

    /// The role of a draft, if it holds: it allows every request, nothing that was not asked for, and takes nobody's
    /// name. Otherwise what is wrong with it, with the request that shows it.
    pub fn judge(&self, draft: &RoleDraft) -> Result<DraftedRole, String> {
        let rules = draft.rules.iter().enumerate();
        let rules: Vec<_> =
            rules.map(|(index, rule)| self.rule(index + 1, rule)).collect::<Result<_, _>>()?;
        let enough = pack(self.needs.keys().map(|atom| &atom.target)).len();
        if rules.len() > MANY * enough {
            return Err(format!("it has {} rules, and {enough} would do", rules.len()));
        }
        let own = self.name();
        let name = draft.name.as_ref().filter(|name| **name != own);
        if let Some(name) = name {
            self.check_new_name(name)?;
        }
        self.made(name.unwrap_or(&own), &rules, &self.kept)
    }

    fn check_new_name(&self, name: &str) -> Result<(), String> {
        check_name(name)?;
        if self.taken.contains(&(self.place.clone(), name.to_owned())) {
            return Err(format!("there is a role or binding called {name} already"));
        }
        Ok(())
    }

    /// A rule that grants the product of its requests. `number` counts from 1.
    fn rule(&self, number: usize, draft: &RuleDraft) -> Result<Rule, String> {
        let mut groups = BTreeSet::new();
        let (mut resources, mut names, mut verbs, mut urls) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut is_for_all = draft.any_name;
        for place in &draft.requests {
            let (atom, _) = self.kept.iter().nth(*place).ok_or_else(|| {
                format!("rule {number} has a request {}, and there is none of that number", place + 1)
            })?;
            match &atom.target {
                Target::Resource { group, resource, verb, name } => {
                    groups.insert(group.as_str());
                    resources.insert(resource.as_str());
                    verbs.insert(verb.as_str());
                    is_for_all |= name.is_none();
                    names.extend(name.as_deref());
                }
                Target::Url { verb, url } => {
                    verbs.insert(verb.as_str());
                    urls.insert(url.as_str());
                }
                Target::Role { .. } => return Err(format!("rule {number} has what is no request")),
            }
        }
        let owned = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let verbs = in_order(verbs.into_iter().collect());
        let mut groups = groups.into_iter();
        match (groups.next(), groups.next(), urls.is_empty()) {
            (Some(_), Some(_), _) => {
                Err(format!("rule {number} mixes API groups, of which each needs a rule of its own"))
            }
            (Some(_), None, false) => Err(format!(
                "rule {number} mixes resources with paths, of which each needs a rule of its own"
            )),
            (Some(group), None, true) => Ok(Rule::Objects {
                group: group.to_owned(),
                resources: owned(resources),
                names: if is_for_all { Vec::new() } else { owned(names) },
                verbs,
            }),
            (None, _, false) => Ok(Rule::Urls { urls: owned(urls), verbs }),
            (None, _, true) => Err(format!("rule {number} is empty")),
        }
    }

    fn made(&self, name: &str, rules: &[Rule], needs: &Needs) -> Result<DraftedRole, String> {
        let unsafe_text = || "its text cannot be written safely".to_owned();
        let role = Created::new(role(&self.place, name, rules)).ok_or_else(unsafe_text)?;
        let binding = Created::new(binding(&self.subject, &self.place, name)).ok_or_else(unsafe_text)?;
        self.prove(&role, &binding)?;
        let statements = self.statements(&role, rules, needs);
        Ok(DraftedRole { role, binding, statements })
    }

    /// Puts what was made to the privilege order: it must allow every need, and what it grants must be needs.
    fn prove(&self, role: &Created, binding: &Created) -> Result<(), String> {
        let objects = [role, binding].map(|made| leastwise_manifest::objects(&made.document)).concat();
        let access = Access::of(Applied { objects: &objects, namespace: "" });
        if let Some(atom) = self.kept.keys().find(|atom| access.allows(atom, &[]) != Some(true)) {
            return Err(format!("it would not allow {}", words(atom)));
        }
        let excess = access.beyond(&Access::default());
        if let Some(why) = excess.hidden.first() {
            return Err(why.clone());
        }
        let is_wanted = |atom: &RbacAtom| {
            let of_all_names = RbacAtom { target: without_name(&atom.target), ..atom.clone() };
            self.kept.contains_key(atom)
                || self.needs.contains_key(atom)
                || self.needs.contains_key(&of_all_names)
        };
        match excess.atoms.iter().find(|exceeding| !is_wanted(&exceeding.atom)) {
            Some(exceeding) => Err(format!("it would also allow {}", words(&exceeding.atom))),
            None => Ok(()),
        }
    }

    fn statements(&self, role: &Created, rules: &[Rule], needs: &Needs) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for (verb_index, verb) in rule.verbs().iter().enumerate() {
                let targets = rule.of_verb(verb);
                let held: BTreeMap<_, _> =
                    needs.iter().filter(|(atom, _)| is_granted_by(&atom.target, &targets)).collect();
                // A name that is given up was not asked for by any event.
                let level = |(atom, need): (&&RbacAtom, &&Need)| {
                    if targets.contains(&atom.target) { need.level } else { need.level.max(Level::Implied) }
                };
                statements.push(Statement {
                    level: held.iter().map(level).max().unwrap_or(Level::Exact),
                    applied: true,
                    what: format!("{verb} {}", rule.what()),
                    because: because(&held.values().copied().collect::<Vec<_>>()),
                    resource: role.resource.clone(),
                    path: format!("rules[{index}].verbs[{verb_index}]"),
                    risk: targets.iter().find_map(risk),
                });
            }
        }
        statements
    }
}

fn is_granted_by(target: &Target, granted: &[Target]) -> bool {
    granted.contains(target) || granted.contains(&without_name(target))
}
