//! What subjects may ask of the API server, by all roles and bindings together.

use super::atom::{MASTERS, RbacAtom, Subject, Target};
use super::held::{Held, Home, Origin};
use super::holders::holders;
use super::piece::{BUDGET, Piece, pieces, rule_allows};
use crate::Applied;
use leastwise_yaml::Path;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What roles and bindings grant to whom.
#[derive(Clone, Debug, Default)]
pub struct Access<'d> {
    held: Vec<Held<'d>>,
    by_subject: HashMap<Subject, Vec<usize>>,
}

/// What one [`Access`] grants beyond another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// What is granted.
    pub atoms: Vec<Exceeding>,
    /// What may be granted beyond the other without anyone knowing, in words.
    pub hidden: BTreeSet<String>,
    /// What the answer takes for granted, in words.
    pub assumptions: BTreeSet<String>,
}

/// Something that one [`Access`] grants and another does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeding {
    /// What is granted.
    pub atom: RbacAtom,
    /// One request among it that the other refuses.
    pub witness: RbacAtom,
    /// Where the difference stands.
    pub origin: Origin,
}

/// As many requests as are tried for one that is refused: each differs from the one before in a letter, so that one
/// escapes every pattern that the other side has.
const TRIES: usize = 64;

impl<'d> Access<'d> {
    /// Reads the roles and bindings among the objects; others are left alone.
    pub fn of(applied: Applied<'_, 'd>) -> Self {
        Self::new(holders(applied))
    }

    pub(super) fn new(held: Vec<Held<'d>>) -> Self {
        let mut by_subject: HashMap<Subject, Vec<usize>> = HashMap::new();
        for (place, one) in held.iter().enumerate() {
            by_subject.entry(one.subject.clone()).or_default().push(place);
        }
        Self { held, by_subject }
    }

    /// Whether a request is allowed to a subject who is also in these groups. `None` where a template or a role that
    /// is not among the objects hides it.
    pub fn allows(&self, atom: &RbacAtom, groups: &[String]) -> Option<bool> {
        let masters = [Subject::Group(MASTERS.to_owned())];
        let named = groups.iter().map(|group| Subject::Group(group.clone()));
        let subjects: Vec<_> =
            [atom.subject.clone()].into_iter().chain(atom.subject.groups()).chain(named).collect();
        if subjects.contains(&masters[0]) {
            return Some(true);
        }
        let mut answer = Some(false);
        for held in subjects.iter().flat_map(|subject| self.held_by(subject)) {
            if held.namespace.is_some() && held.namespace != atom.namespace {
                continue;
            }
            if !held.role.hidden.is_empty() || !held.role.outside.is_empty() {
                answer = None;
            }
            for (rule, _) in &held.role.rules {
                match rule_allows(rule, &atom.target) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => answer = None,
                }
            }
        }
        answer
    }

    /// What this grants that the other does not.
    pub fn beyond(&self, other: &Self) -> Excess {
        let mut excess = Excess::default();
        let mut found: BTreeMap<RbacAtom, Origin> = BTreeMap::new();
        let mut budget = BUDGET;
        for held in self.held.iter().filter(|held| !held.is_tacit) {
            if held.subject == Subject::Group(MASTERS.to_owned()) {
                excess.assumptions.insert(format!("the members of {MASTERS} may do everything already"));
                continue;
            }
            let rivals = other.rivals(held);
            Self::unheld(held, &rivals, &mut excess, &mut found);
            if held.role.gathers {
                excess.assumptions.insert(format!(
                    "{} gathers the rules of other roles: those that are not among the files stay as they are",
                    held.role.title
                ));
            }
            let mut idle = BTreeSet::new();
            for (rule, home) in &held.role.rules {
                for (piece, path) in pieces([rule]) {
                    let Some(left) = budget.checked_sub(1) else {
                        excess.hidden.insert("there are too many rules to compare".to_owned());
                        return excess;
                    };
                    budget = left;
                    if held.namespace.is_some() && !piece.is_effective_in_namespace() {
                        idle.insert(piece.target().object());
                    } else if !rivals.iter().any(|rival| rival.covers(&piece)) {
                        let hides = rivals.iter().copied().find(|rival| !rival.role.hidden.is_empty());
                        let hides = hides.or_else(|| other.hidden_holder(held, &piece));
                        let origin = || held.origin(&piece, other, home, &path);
                        record(held, piece.target(), hides, &mut excess, &mut found, origin);
                    }
                }
            }
            if !idle.is_empty() {
                let what: Vec<_> = idle.into_iter().collect();
                excess.assumptions.insert(format!(
                    "{} grants nothing on {} by a binding in one namespace",
                    held.role.title,
                    what.join(", ")
                ));
            }
        }
        let granted =
            |(atom, origin): (RbacAtom, Origin)| Exceeding { witness: other.refused(&atom), atom, origin };
        excess.atoms = found.into_iter().map(granted).collect();
        excess
    }

    /// Whether this may grant to one subject what the other does not grant to another subject.
    pub(crate) fn exceeds_as(&self, subject: &Subject, other: &Self, rival: &Subject) -> bool {
        // Both go by one name, and what reaches either by a group is its own.
        let named = |access: &Self, subject: &Subject| {
            let subjects = [subject.clone()].into_iter().chain(subject.groups());
            let held = subjects.flat_map(|subject| access.held_by(&subject).cloned().collect::<Vec<_>>());
            Self::new(held.map(|held| Held { subject: Subject::User(String::new()), ..held }).collect())
        };
        let excess = named(self, subject).beyond(&named(other, rival));
        !excess.atoms.is_empty() || !excess.hidden.is_empty()
    }

    /// One request among those that the atom stands for that this refuses.
    fn refused(&self, atom: &RbacAtom) -> RbacAtom {
        let mut tries = (0..TRIES).map(|tilde| atom.with(&format!("{}anything-else", "~".repeat(tilde))));
        tries.find(|request| self.allows(request, &[]) != Some(true)).unwrap_or_else(|| atom.clone())
    }

    pub(super) fn held_by(&self, subject: &Subject) -> impl Iterator<Item = &Held<'d>> {
        let places = self.by_subject.get(subject).into_iter().flatten();
        places.filter_map(|place| self.held.get(*place))
    }

    /// What grants to everyone, everywhere, for whom and where `held` does, and what may.
    fn rivals<'a>(&'a self, held: &Held<'_>) -> Vec<&'a Held<'d>> {
        let subjects = [held.subject.clone()].into_iter().chain(held.subject.groups());
        let known = subjects.flat_map(|subject| self.held_by(&subject).collect::<Vec<_>>());
        known.filter(|rival| rival.reaches(held)).collect()
    }

    /// Who a template hides, and holds the piece where `held` does: it may be the same.
    fn hidden_holder<'a>(&'a self, held: &Held<'_>, piece: &Piece<'_>) -> Option<&'a Held<'d>> {
        let hidden = self.held.iter().filter(|rival| matches!(rival.subject, Subject::Hidden(_)));
        hidden.into_iter().find(|rival| rival.reaches(held) && rival.covers(piece))
    }

    /// Records the roles outside of the objects, and the hidden rules, that only `held` has.
    fn unheld(
        held: &Held<'_>,
        rivals: &[&Held<'d>],
        excess: &mut Excess,
        found: &mut BTreeMap<RbacAtom, Origin>,
    ) {
        let is_own = |role: &String| held.subject == Subject::Holder(role.clone());
        for role in held.role.outside.iter().filter(|role| !is_own(role)) {
            excess.assumptions.insert(format!(
                "{role} is not among the files: it is taken to grant the same before and after, and nothing that a \
                 rule in the files grants"
            ));
            let is_there = |rival: &&Held<'d>| {
                rival.role.outside.iter().any(|other| holds_outside(other, role)) || rival.is_everything()
            };
            if !rivals.iter().any(is_there) {
                let target = Target::Role { role: role.clone() };
                let origin = || held.binding.clone().unwrap_or_else(|| held.first_place());
                record(held, target, None, excess, found, origin);
            }
        }
        for text in &held.role.hidden {
            let is_alike =
                rivals.iter().any(|rival| rival.role.hidden.contains(text) || rival.is_everything());
            if is_alike {
                excess
                    .assumptions
                    .insert(format!("{}: templates that are written alike come out alike", held.role.title));
            } else {
                excess.hidden.insert(format!("some of what {} grants cannot be known", held.role.title));
            }
        }
        if let (Subject::Hidden(text), true) = (&held.subject, rivals.is_empty()) {
            let by = held.binding.as_ref().map(|origin| crate::judge::title(&origin.resource));
            excess.hidden.insert(format!(
                "the subject {text} of {} cannot be known",
                by.unwrap_or_else(|| "a binding".to_owned())
            ));
        }
    }
}

/// Writes an atom down, or that it may be one.
fn record(
    held: &Held<'_>,
    target: Target,
    hides: Option<&Held<'_>>,
    excess: &mut Excess,
    found: &mut BTreeMap<RbacAtom, Origin>,
    origin: impl FnOnce() -> Origin,
) {
    if let Some(rival) = hides {
        let why = format!(
            "a template hides who holds {} or some of its rules: it may allow what seems to differ",
            rival.role.title
        );
        excess.hidden.insert(why);
        return;
    }
    if matches!(held.subject, Subject::Hidden(_)) {
        let why = format!("a template hides to whom {} is granted", held.role.title);
        excess.hidden.insert(why);
        return;
    }
    let atom = RbacAtom { subject: held.subject.clone(), namespace: held.namespace.clone(), target };
    found.entry(atom).or_insert_with(origin);
}

impl<'d> Held<'d> {
    /// Whether it holds wherever `held` does.
    fn reaches(&self, held: &Held<'_>) -> bool {
        self.namespace.is_none() || self.namespace == held.namespace
    }

    fn covers(&self, piece: &Piece<'_>) -> bool {
        let rules = self.role.rules.iter().filter(|(rule, _)| !rule.is_open());
        rules.into_iter().any(|(rule, _)| piece.is_covered_by(rule))
    }

    /// Whether it grants every request where it is held.
    fn is_everything(&self) -> bool {
        let every = Piece::Resource { verb: "*", group: "*", resource: "*", name: None };
        let urls = Piece::Url { verb: "*", url: "*" };
        self.covers(&every) && (self.namespace.is_some() || self.covers(&urls))
    }

    /// What makes the difference for a piece: its rule or, where the role grants it on the other side as well, the
    /// binding.
    fn origin(&self, piece: &Piece<'_>, other: &Access<'_>, home: &Home, path: &Path) -> Origin {
        let role_is_no_news =
            other.held_by(&Subject::Holder(self.role.title.clone())).any(|rival| rival.covers(piece));
        match &self.binding {
            Some(binding) if role_is_no_news => binding.clone(),
            _ => Origin {
                resource: home.resource.clone(),
                path: path.relative_to(&home.path).unwrap_or_default(),
            },
        }
    }

    fn first_place(&self) -> Origin {
        let home = self.role.rules.first().map(|(_, home)| Home::clone(home)).unwrap_or_default();
        Origin { resource: home.resource, path: Path::root() }
    }
}

/// The roles that every cluster has of which one holds the next, by how they are gathered. Source:
/// `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`.
const LADDER: &[&str] = &["ClusterRole admin", "ClusterRole edit", "ClusterRole view"];

/// Whether the role `other` holds all that `role` does, whatever they are.
fn holds_outside(other: &str, role: &str) -> bool {
    let step = |title: &str| LADDER.iter().position(|known| *known == title);
    other == role || step(other).zip(step(role)).is_some_and(|(other, role)| other <= role)
}
