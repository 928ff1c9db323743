//! Who holds a role, as far as the manifests and the authorizer's reasons say.

use super::needs::{Need, Needs};
use crate::Manifests;
use leastwise_evidence::Grant;
use leastwise_manifest::{Object, Setting, binding};
use leastwise_privilege::rbac::{RbacAtom, Subject};

/// A role by what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'d> {
    pub(super) kind: &'d str,
    /// Of a Role.
    pub(super) namespace: Option<&'d str>,
    pub(super) name: &'d str,
}

/// That somebody holds the role, in a namespace or in all.
#[derive(Clone, Debug)]
struct Holding {
    holder: Holder,
    namespace: Option<String>,
}

#[derive(Clone, Debug)]
enum Holder {
    Subject(Subject),
    /// A group whose members nobody can tell by their names, or somebody whom a template hides.
    Opaque,
}

/// Who holds a role.
#[derive(Clone, Debug)]
pub(super) struct Holders<'d> {
    role: Named<'d>,
    holdings: Vec<Holding>,
}

impl<'d> Named<'d> {
    /// What a role is called; `None` where a template hides it.
    pub(super) fn of(object: &Object<'d>, manifests: &Manifests<'d>) -> Option<Self> {
        let kind = object.kind()?;
        let namespace = if kind == "Role" { Some(manifests.home(object)?) } else { None };
        Some(Self { kind, namespace, name: object.name()? })
    }

    fn is_of(&self, grant: &Grant) -> bool {
        grant.role_kind == self.kind
            && grant.role == self.name
            && (self.namespace.is_none() || grant.binding_namespace.as_deref() == self.namespace)
    }
}

impl<'d> Holders<'d> {
    pub(super) fn of(role: Named<'d>, manifests: &Manifests<'d>) -> Self {
        let mut holdings = Vec::new();
        for object in manifests.objects() {
            let Some(binding) = binding(&object) else { continue };
            if !binding.role.is(role.kind, role.name) {
                continue;
            }
            let namespace =
                if binding.is_cluster_binding() { None } else { manifests.home(&object).map(str::to_owned) };
            if role.kind == "Role" && namespace.as_deref() != role.namespace {
                continue;
            }
            let mut hold = |holder| holdings.push(Holding { holder, namespace: namespace.clone() });
            if binding.open {
                hold(Holder::Opaque);
            }
            for subject in &binding.subjects {
                let own = match subject.namespace {
                    Setting::Set(name, _) => Some(name),
                    // The API server asks for it; who leaves it out means the binding's.
                    Setting::Unset => namespace.as_deref(),
                    Setting::Unknown => None,
                };
                hold(match (subject.kind, subject.name) {
                    (Some("ServiceAccount"), Some(name)) if own.is_some() => {
                        Holder::Subject(Subject::ServiceAccount {
                            namespace: own.unwrap_or_default().to_owned(),
                            name: name.to_owned(),
                        })
                    }
                    (Some("User"), Some(name)) => Holder::Subject(Subject::user(name)),
                    (Some("Group"), Some(name)) if is_told_by_names(name) => {
                        Holder::Subject(Subject::Group(name.to_owned()))
                    }
                    _ => Holder::Opaque,
                });
            }
        }
        Self { role, holdings }
    }

    /// Whether anybody is known to hold it, or was seen to use it.
    pub(super) fn are_known(&self, needs: &Needs) -> bool {
        !self.holdings.is_empty() || needs.values().any(|need| self.is_reason(need))
    }

    /// Whether somebody holds it by name, or is in a group that does.
    pub(super) fn include(&self, subject: &Subject) -> bool {
        self.holdings.iter().any(|holding| holding.includes(subject))
    }

    /// Whether a request may have come through the role. Where nobody can tell, it may.
    pub(super) fn may_need(&self, atom: &RbacAtom, need: &Need) -> bool {
        if self.is_reason(need) {
            return true;
        }
        self.holdings.iter().any(|holding| {
            let is_there = holding.namespace.is_none() || holding.namespace == atom.namespace;
            let is_holder = match holding.holder {
                Holder::Opaque => need.reasons.is_empty(),
                Holder::Subject(_) => holding.includes(&atom.subject),
            };
            is_there && is_holder
        })
    }

    /// The requests of those who hold the role or may, where they hold it, whatever has allowed them.
    pub(super) fn requests<'n>(&self, needs: &'n Needs) -> Vec<&'n RbacAtom> {
        let by_reason = needs.iter().flat_map(|(atom, need)| {
            let grants = need.reasons.iter().filter(|grant| self.role.is_of(grant));
            grants.map(|grant| Holding {
                holder: Holder::Subject(atom.subject.clone()),
                namespace: grant.binding_namespace.clone(),
            })
        });
        let holdings: Vec<_> = self.holdings.iter().cloned().chain(by_reason).collect();
        let is_of = |atom: &&RbacAtom| {
            holdings.iter().any(|holding| {
                let is_there = holding.namespace.is_none() || holding.namespace == atom.namespace;
                is_there && (matches!(holding.holder, Holder::Opaque) || holding.includes(&atom.subject))
            })
        };
        needs.keys().filter(is_of).collect()
    }

    /// Whether who made a request holds it by name, and not by a group, where the request was made.
    pub(super) fn name(&self, atom: &RbacAtom) -> bool {
        self.holdings.iter().any(|holding| {
            let is_there = holding.namespace.is_none() || holding.namespace == atom.namespace;
            is_there && matches!(&holding.holder, Holder::Subject(holder) if *holder == atom.subject)
        })
    }

    /// Whether the authorizer says that it allowed a request.
    pub(super) fn is_reason(&self, need: &Need) -> bool {
        need.reasons.iter().any(|grant| self.role.is_of(grant))
    }
}

impl Holding {
    fn includes(&self, subject: &Subject) -> bool {
        match &self.holder {
            Holder::Subject(Subject::Group(group)) => is_in(subject, group),
            Holder::Subject(holder) => holder == subject,
            Holder::Opaque => false,
        }
    }
}

/// Whether who is in a group follows from their names.
fn is_told_by_names(group: &str) -> bool {
    group.starts_with("system:serviceaccounts")
        || matches!(group, "system:authenticated" | "system:unauthenticated")
}

fn is_in(subject: &Subject, group: &str) -> bool {
    let is_anonymous = matches!(subject, Subject::User(name) if name == "system:anonymous");
    match group.strip_prefix("system:serviceaccounts") {
        Some("") => matches!(subject, Subject::ServiceAccount { .. }),
        Some(rest) => {
            matches!(subject, Subject::ServiceAccount { namespace, .. } if rest.strip_prefix(':') == Some(namespace))
        }
        None => (group == "system:unauthenticated") == is_anonymous,
    }
}
