//! The order of roles and of bindings, each for itself, so that a permission that moves from one role to another is lost
//! here and gained there. [`super::Access`] compares what they grant together.

use super::piece::{BUDGET, Piece, pieces};
use crate::data::Documents;
use crate::judge::{Sides, title};
use crate::ledger::{Ledger, some_of};
use crate::{Atom, Grant};
use leastwise_manifest::{Binding, Object, Role, Subject};
use leastwise_yaml::{Node, Path};

/// Compares a Role or ClusterRole with itself on the other side, or with none.
pub(crate) fn compare_roles<'d>(
    roles: &Sides<Role<'d>>,
    documents: Option<&Documents<'d>>,
    ledger: &mut Ledger,
) {
    let open = open_rules(roles, documents, ledger);
    let role = roles.before.as_ref().or(roles.after.as_ref());
    let title = role.map(|role| title(&role.object.resource())).unwrap_or_default();
    let pieces = roles.map(role_pieces);
    if pieces.before.iter().chain(&pieces.after).any(|pieces| pieces.len() > BUDGET) {
        ledger.hide(true, true, format!("the rules of {title} are too many"));
        return;
    }
    let (lost, gained) = (
        beyond(&roles.before, &pieces.before, &roles.after),
        beyond(&roles.after, &pieces.after, &roles.before),
    );
    // What nobody can read on the other side may grant it there as well.
    if open.after && !lost.is_empty() {
        ledger.hide(false, true, format!("a hidden rule of {title} may grant what is lost"));
    } else {
        ledger.lose(lost);
    }
    if open.before && !gained.is_empty() {
        ledger.hide(true, false, format!("a hidden rule of {title} may have granted what is gained"));
    } else {
        ledger.gain(gained);
    }
    if let (Some(before), Some(after), Some(documents)) = (&roles.before, &roles.after, documents) {
        let rules = Path::root().key("rules");
        rest(&before.object, &after.object, &[rules], before.is_cluster_role(), documents, ledger);
    }
}

/// Which sides have rules that cannot be read.
struct Open {
    before: bool,
    after: bool,
}

/// Pairs the rules that cannot be read by what is written, and writes down which are on one side only.
fn open_rules<'d>(roles: &Sides<Role<'d>>, documents: Option<&Documents<'d>>, ledger: &mut Ledger) -> Open {
    let open = |role: &Option<Role<'d>>| -> Vec<Node<'d>> {
        let rules = role.iter().flat_map(|role| &role.rules);
        rules.filter(|rule| rule.is_open()).map(|rule| rule.node).collect()
    };
    let (before, mut after) = (open(&roles.before), open(&roles.after));
    let lists = Open {
        before: roles.before.as_ref().is_some_and(|role| role.open),
        after: roles.after.as_ref().is_some_and(|role| role.open),
    };
    let answer = Open { before: lists.before || !before.is_empty(), after: lists.after || !after.is_empty() };
    let mut unpaired = 0;
    for rule in before {
        let same = |other: &Node<'d>| {
            documents.is_some_and(|documents| documents.differing(rule, *other, &[]).is_empty())
        };
        match after.iter().position(same) {
            Some(place) => drop(after.remove(place)),
            None => unpaired += 1,
        }
    }
    let hide_alike = || documents.is_some_and(Documents::hide_alike);
    let lists_differ = (lists.before || lists.after) && !(lists.before && lists.after && hide_alike());
    if let Some(role) = roles.before.as_ref().or(roles.after.as_ref()) {
        let why = format!("some rules of {} cannot be known", title(&role.object.resource()));
        ledger.hide(
            !after.is_empty() || (lists_differ && lists.after),
            unpaired > 0 || (lists_differ && lists.before),
            why,
        );
    }
    answer
}

/// What a role certainly grants, with the item that grants it, seen from the role.
fn role_pieces<'d>(role: &Role<'d>) -> Vec<(Piece<'d>, Path)> {
    let at = |path: Path| path.relative_to(&role.object.path).unwrap_or_default();
    pieces(&role.rules).into_iter().map(|(piece, path)| (piece, at(path))).collect()
}

/// The pieces that no rule of the other side covers, as atoms: the verbs of one item together.
fn beyond<'d>(
    role: &Option<Role<'d>>,
    pieces: &Option<Vec<(Piece<'d>, Path)>>,
    other: &Option<Role<'d>>,
) -> Vec<Atom> {
    let Some(role) = role else { return Vec::new() };
    let rules: Vec<_> = other.iter().flat_map(|role| &role.rules).filter(|rule| !rule.is_open()).collect();
    let mut atoms: Vec<Atom> = Vec::new();
    for (piece, path) in pieces.iter().flatten() {
        if rules.iter().any(|rule| piece.is_covered_by(rule)) {
            continue;
        }
        let atom = Atom { grant: piece.grant(), resource: role.object.resource(), path: path.clone() };
        let last = atoms.last_mut().filter(|last| last.path == atom.path);
        let is_told = last.is_some_and(|last| last.grant.add_verbs(&atom.grant));
        if !is_told {
            atoms.push(atom);
        }
    }
    atoms
}

impl Piece<'_> {
    fn grant(&self) -> Grant {
        match *self {
            Self::Resource { verb, group, resource, name } => Grant::ResourceRequest {
                verbs: vec![verb.to_owned()],
                group: group.to_owned(),
                resource: resource.to_owned(),
                object: name.map(str::to_owned),
            },
            Self::Url { verb, url } => {
                Grant::UrlRequest { verbs: vec![verb.to_owned()], url: url.to_owned() }
            }
        }
    }
}

impl Grant {
    /// Adds the verbs of another, if both are for the same otherwise; tells whether they are.
    fn add_verbs(&mut self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::ResourceRequest { verbs, group, resource, object },
                Self::ResourceRequest { verbs: more, group: of, resource: on, object: named },
            ) if (&*group, &*resource, &*object) == (of, on, named) => {
                verbs.extend(more.iter().cloned());
                true
            }
            (Self::UrlRequest { verbs, url }, Self::UrlRequest { verbs: more, url: of }) if url == of => {
                verbs.extend(more.iter().cloned());
                true
            }
            _ => false,
        }
    }
}

/// Compares a RoleBinding or ClusterRoleBinding with itself on the other side, or with none.
pub(crate) fn compare_bindings<'d>(
    bindings: &Sides<Binding<'d>>,
    documents: Option<&Documents<'d>>,
    ledger: &mut Ledger,
) {
    let same_role = match (&bindings.before, &bindings.after, documents) {
        (Some(before), Some(after), Some(documents)) => {
            documents.same_field(before.object.node, after.object.node, &["roleRef"])
        }
        _ => false,
    };
    let named = |binding: &Binding<'d>| binding.role.kind.is_some() && binding.role.name.is_some();
    let both = bindings.before.iter().chain(&bindings.after);
    if bindings.are_both() && !same_role && !both.clone().all(named) {
        let title = both.take(1).map(|binding| title(&binding.object.resource())).collect::<String>();
        ledger.hide(true, true, format!("the role that {title} grants cannot be known"));
        return;
    }
    let others = |binding: &Option<Binding<'d>>| binding.as_ref().filter(|_| same_role).cloned();
    let (lost_to, gained_from) = (others(&bindings.after), others(&bindings.before));
    let (lost, hides_loss) = subjects_beyond(&bindings.before, &lost_to, documents);
    let (gained, hides_gain) = subjects_beyond(&bindings.after, &gained_from, documents);
    ledger.lose(lost);
    ledger.gain(gained);
    if let Some(binding) = bindings.before.as_ref().or(bindings.after.as_ref()) {
        let why = format!("some subjects of {} cannot be known", title(&binding.object.resource()));
        ledger.hide(hides_gain, hides_loss, why);
    }
    if let (Some(before), Some(after), Some(documents)) = (&bindings.before, &bindings.after, documents) {
        let judged = ["roleRef", "subjects"].map(|key| Path::root().key(key));
        rest(&before.object, &after.object, &judged, false, documents, ledger);
    }
}

/// The subjects that the other side's binding does not hold, and whether there may be more.
fn subjects_beyond<'d>(
    binding: &Option<Binding<'d>>,
    other: &Option<Binding<'d>>,
    documents: Option<&Documents<'d>>,
) -> (Vec<Atom>, bool) {
    let Some(binding) = binding else { return (Vec::new(), false) };
    let others = || other.iter().flat_map(|other| &other.subjects);
    let same_text = |one: &Subject<'d>, other: &Subject<'d>| {
        // Either may be the side before.
        let differing = |documents: &Documents<'d>| documents.differing(one.node, other.node, &[]).is_empty();
        documents.is_some_and(differing)
    };
    let other_hides =
        other.as_ref().is_some_and(|other| other.open || other.subjects.iter().any(Subject::is_open));
    let list_alike =
        other.as_ref().is_some_and(|other| other.open) && documents.is_some_and(Documents::hide_alike);
    let mut atoms = Vec::new();
    let mut hides = binding.open && !list_alike;
    for subject in &binding.subjects {
        if subject.is_open() {
            hides |= !others().any(|other| same_text(subject, other));
        } else if !others().any(|other| !other.is_open() && is_same(subject, other)) {
            if other_hides {
                hides = true;
                continue;
            }
            atoms.push(Atom {
                grant: Grant::RoleHeld { subject: subject_title(subject), role: binding.role.title() },
                resource: binding.object.resource(),
                path: subject.path.relative_to(&binding.object.path).unwrap_or_default(),
            });
        }
    }
    (atoms, hides)
}

/// Only ServiceAccounts live in a namespace.
fn is_same(one: &Subject<'_>, other: &Subject<'_>) -> bool {
    let is_account = one.kind == Some("ServiceAccount");
    (one.kind, one.name) == (other.kind, other.name)
        && (!is_account || one.namespace.known() == other.namespace.known())
}

fn subject_title(subject: &Subject<'_>) -> String {
    let (kind, name) = (subject.kind.unwrap_or_default(), subject.name.unwrap_or_default());
    match subject.namespace.known().filter(|_| kind == "ServiceAccount") {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// What else differs between two objects. By its labels a ClusterRole may be gathered by another, and by its
/// `aggregationRule` it gathers others; the rest of the metadata grants nothing.
fn rest<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    judged: &[Path],
    is_cluster_role: bool,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    let title = title(&before.resource());
    let metadata = Path::root().key("metadata");
    let labels = metadata.key("labels");
    let is_inert = |path: &&Path| {
        metadata.holds(path) && !(is_cluster_role && (labels.holds(path) || path.holds(&labels)))
    };
    let paths = documents.differing(before.node, after.node, judged);
    let (inert, telling): (Vec<_>, Vec<_>) = paths.iter().partition(is_inert);
    let owned = |paths: Vec<&Path>| paths.into_iter().cloned().collect::<Vec<_>>();
    ledger.assume_no_account(&title, &owned(inert));
    if !telling.is_empty() {
        let why = format!("the meaning of {} in {title} is not judged", some_of(&owned(telling)));
        ledger.hide(true, true, why);
    }
}
