//! Which container runs which component of the control plane: by the program it starts, or by its image where that
//! alone decides what starts.

use super::shell::{self, base_name};
use leastwise_manifest::Container;
use leastwise_yaml::{Field, Item, Kind, Node};

/// A component whose command line the rules read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    ApiServer,
    ControllerManager,
    Scheduler,
    Etcd,
    Kubelet,
}

impl Component {
    /// The name of its program, which is that of its image as well.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
            Self::Kubelet => "kubelet",
        }
    }
}

/// Where the words after the program's name begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// After the first word of this item of `command` and `args` joined.
    After(usize),
    /// At this byte of a script, which is this item.
    Script(usize, usize),
    /// The image starts the program by itself; all items are its own.
    EntryPoint,
}

/// Programs that start the one that their arguments name.
const WRAPPERS: [&str; 11] = [
    "catatonit",
    "chrt",
    "dumb-init",
    "env",
    "go-runner",
    "hyperkube",
    "ionice",
    "kube-log-runner",
    "nice",
    "tini",
    "timeout",
];

/// Where `component` starts in the container; `None` where another program does, or nobody knows which.
pub(super) fn start(container: &Container<'_>, component: Component) -> Option<Start> {
    let program = component.program();
    let mut items = items(container).map(|(_, item)| item);
    let Some(first) = items.next() else {
        let says_nothing = ["command", "args"].iter().all(|key| is_empty(container.node.get(key)));
        return (says_nothing && is_image_of(container, program)).then_some(Start::EntryPoint);
    };
    let text = first.value.as_text()?;
    let name = base_name(text.split_whitespace().next().unwrap_or_default());
    if name == program {
        return Some(Start::After(0));
    }
    if shell::is_shell(name) {
        let is_option = |item: &Item<'_>| {
            item.value.as_text().is_some_and(|text| text.starts_with('-') && text.contains('c'))
        };
        // Counted from the second item on.
        let option = items.position(|item| is_option(&item))?;
        let script = items.next()?.value.as_text()?;
        return Some(Start::Script(option + 2, shell::start_of(script, program)?));
    }
    if WRAPPERS.contains(&name) {
        let names = |item: Item<'_>| item.value.as_text().is_some_and(|text| base_name(text) == program);
        return Some(Start::After(items.position(names)? + 1));
    }
    let is_entry_point =
        text.starts_with('-') && is_empty(container.node.get("command")) && is_image_of(container, program);
    is_entry_point.then_some(Start::EntryPoint)
}

/// The items of `command`, then those of `args`, each with the key of its list.
pub(super) fn items<'d>(container: &Container<'d>) -> impl Iterator<Item = (&'static str, Item<'d>)> {
    ["command", "args"].into_iter().flat_map(|key| {
        let list = container.node.get(key).value();
        list.into_iter().flat_map(Node::items).map(move |item| (key, item))
    })
}

/// Whether a list is known to hold nothing.
fn is_empty(list: Field<'_>) -> bool {
    match list {
        Field::Absent => true,
        Field::Present(entry) => {
            let is_list = matches!(entry.value.kind(), Kind::Sequence) && !entry.value.is_open();
            entry.value.is_null() || is_list && entry.value.items().next().is_none()
        }
        Field::Unknown => false,
    }
}

/// Whether the image is called like the program, perhaps with a processor's name behind it.
fn is_image_of(container: &Container<'_>, program: &str) -> bool {
    const PROCESSORS: [&str; 5] = ["-amd64", "-arm", "-arm64", "-ppc64le", "-s390x"];
    let image = container.node.get("image").value().and_then(Node::as_str).unwrap_or_default();
    let name = base_name(image.split('@').next().unwrap_or_default());
    let name = name.split(':').next().unwrap_or_default();
    name.strip_prefix(program).is_some_and(|rest| rest.is_empty() || PROCESSORS.contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_manifest::{objects, pod_specs};

    fn start_of(container: &str, component: Component) -> Option<Start> {
        let text = format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {container}\n");
        let stream = leastwise_yaml::parse(&text);
        let object = objects(&stream.documents()[0].document).remove(0);
        start(&pod_specs(&object)[0].containers()[0], component)
    }

    #[test]
    fn the_program_says_which_component_runs() {
        for (container, expected) in [
            ("{command: [etcd]}", Some(Start::After(0))),
            ("{command: [/usr/local/bin/etcd, --x]}", Some(Start::After(0))),
            ("{args: [etcd, --x]}", Some(Start::After(0))),
            ("{command: [kube-log-runner, --log-file=/x, /usr/bin/etcd, --y]}", Some(Start::After(2))),
            ("{command: [sh, -c, exec etcd --x]}", Some(Start::Script(2, 9))),
            ("{command: [/bin/sh], args: [-ec, etcd]}", Some(Start::Script(2, 4))),
            ("{image: \"quay.io/coreos/etcd:v3.5\"}", Some(Start::EntryPoint)),
            ("{image: etcd-amd64, args: [--x]}", Some(Start::EntryPoint)),
            ("{image: etcd, command: [etcdctl, get]}", None),
            ("{image: etcd, args: [etcdctl, get]}", None),
            ("{image: etcd-operator, args: [--x]}", None),
            ("{image: etcd, command: [\"{{ .Values.x }}\"]}", None),
            ("{image: etcd, command: \"{{ .Values.x }}\"}", None),
            ("{name: etcd, image: web}", None),
            ("{command: [sh, -c, pkill etcd]}", None),
            ("{command: [pgrep, etcd]}", None),
        ] {
            assert_eq!(start_of(container, Component::Etcd), expected, "{container}");
        }
    }
}
