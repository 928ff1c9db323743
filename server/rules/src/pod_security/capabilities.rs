//! What the capability rules share: how a capability is named, and how one is taken off a list.

use crate::finding::{Fix, Report};
use leastwise_manifest::Container;
use leastwise_yaml::{Emptied, Node, Patch, Path};

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
    let keys = ["capabilities", "add"];
    let list = container.security_path(&keys);
    let items = container.security(&keys).value().into_iter().flat_map(Node::items);
    items.filter_map(|item| Some((item.value.as_text()?, list.index(item.index)))).collect()
}

/// The capability that container runtimes take a name for: without `CAP_`, in upper case.
pub(super) fn canonical(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
}
