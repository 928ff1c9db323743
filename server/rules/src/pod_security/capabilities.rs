//! What the capability rules share: how a capability is named, how one is taken off a list, and how all are dropped.

use super::container_ports::low_ports;
use crate::finding::{Fix, Report};
use leastwise_manifest::Container;
use leastwise_yaml::{Emptied, Field, Kind, Literal, Node, Patch, Path};

/// The field that lists what is dropped.
pub(super) const DROP: &[&str] = &["capabilities", "drop"];

const ADD: &[&str] = &["capabilities", "add"];
const LOW_PORTS: &str = "NET_BIND_SERVICE";

/// Reports every item of a container's `capabilities.add` that `is_wrong`, each with a fix that removes just it.
/// To remove what an earlier item repeats changes nothing.
pub(super) fn find_added(
    container: &Container<'_>,
    report: &mut Report<'_, '_>,
    is_wrong: impl Fn(&str) -> bool,
    message: impl Fn(&str) -> String,
) {
    let added = added(container);
    for (index, (name, path)) in added.iter().enumerate().filter(|(_, (name, _))| is_wrong(name)) {
        let remove = [Patch::Remove { path: path.clone(), emptied: Emptied::Remove }];
        let is_repeated = added[..index].iter().any(|(earlier, _)| earlier == name);
        let fix = match is_repeated {
            true => Fix::safe(format!("Remove the repeated {name} from the added capabilities"), remove),
            false => Fix::behavioural(format!("Remove {name} from the added capabilities"), remove),
        };
        report.find(path.clone(), message(name)).fix(fix);
    }
}

/// The known items of `capabilities.add`, as written.
pub(super) fn added<'d>(container: &Container<'d>) -> Vec<(&'d str, Path)> {
    let list = container.security_path(ADD);
    let items = container.security(ADD).value().into_iter().flat_map(Node::items);
    items.filter_map(|item| Some((item.value.as_text()?, list.index(item.index)))).collect()
}

/// The capability that container runtimes take a name for: without `CAP_`, in upper case.
pub(super) fn canonical(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
}

/// The items of a list of capabilities as written; `None` when nobody knows them all, and `ALL` is not among those
/// that are known.
pub(super) fn names(list: Field<'_>) -> Option<Vec<&str>> {
    match list {
        Field::Absent => Some(Vec::new()),
        Field::Unknown => None,
        Field::Present(entry) if entry.value.is_null() => Some(Vec::new()),
        Field::Present(entry) => {
            let list = entry.value;
            let is_whole = matches!(list.kind(), Kind::Sequence) && !list.is_open();
            let known: Option<Vec<_>> = list.items().map(|item| item.value.as_text()).collect();
            known.filter(|known| is_whole || known.contains(&"ALL"))
        }
    }
}

/// A fix that drops all capabilities of a container which drops `already_dropped` by name, but for the one that a port
/// below 1024 needs.
pub(super) fn drop_all(container: &Container<'_>, already_dropped: usize) -> Fix {
    let needs_low_ports = needs_low_ports(container);
    let title = match needs_low_ports {
        true => "Drop ALL capabilities but NET_BIND_SERVICE",
        false => "Drop ALL capabilities",
    };
    Fix::behavioural(title, patches(container, already_dropped, needs_low_ports))
}

/// What [`drop_all`] writes to a container that has no `capabilities` yet.
pub(super) fn all_dropped(container: &Container<'_>) -> Literal {
    let drop = ("drop".to_owned(), Literal::Sequence(vec!["ALL".into()]));
    let add = ("add".to_owned(), Literal::Sequence(vec![LOW_PORTS.into()]));
    Literal::Mapping(if needs_low_ports(container) { vec![drop, add] } else { vec![drop] })
}

/// Whether the container declares a port that a user other than root may not bind without the capability, and does
/// not ask for it yet.
fn needs_low_ports(container: &Container<'_>) -> bool {
    let adds = || added(container).iter().any(|(name, _)| canonical(name) == LOW_PORTS);
    low_ports(container).next().is_some() && !adds()
}

fn patches(container: &Container<'_>, already_dropped: usize, needs_low_ports: bool) -> Vec<Patch> {
    let low_ports = || Literal::Sequence(vec![LOW_PORTS.into()]);
    let drop = container.security_path(DROP);
    let drop = match already_dropped {
        0 => Patch::Set { path: drop, value: Literal::Sequence(vec!["ALL".into()]) },
        some => Patch::Set { path: drop.index(some), value: "ALL".into() },
    };
    if !needs_low_ports {
        return vec![drop];
    }
    let add = container.security_path(ADD);
    match container.security(ADD) {
        Field::Present(entry) if entry.value.items().next().is_some() => {
            vec![drop, Patch::Set { path: add.index(entry.value.items().count()), value: LOW_PORTS.into() }]
        }
        Field::Present(_) => vec![drop, Patch::Set { path: add, value: low_ports() }],
        Field::Absent | Field::Unknown if already_dropped > 0 => {
            vec![drop, Patch::Set { path: add, value: low_ports() }]
        }
        // Written as one, so that neither list depends on the other's mapping being there.
        Field::Absent | Field::Unknown => {
            let path = container.security_path(&["capabilities"]);
            vec![Patch::Set { path, value: all_dropped(container) }]
        }
    }
}
