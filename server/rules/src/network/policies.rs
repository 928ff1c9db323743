//! What the rules on NetworkPolicies share: whom a policy lets through, and which pods a selector reaches.

use leastwise_manifest::{Declared, Namespace, NetworkPolicy, Object, PodSpec, Selector, View, lookup};
use leastwise_yaml::{Field, Node, Path};

/// Someone whom a rule of a policy lets through.
pub(super) struct Peer<'d> {
    pub(super) node: Node<'d>,
    pub(super) path: Path,
}

/// The lists of rules of a policy, and of peers in each rule.
const RULES: [(&str, &str); 2] = [("ingress", "from"), ("egress", "to")];

/// The peers of all rules of a policy.
pub(super) fn peers<'d>(object: &Object<'d>) -> Vec<Peer<'d>> {
    let mut found = Vec::new();
    for (rules, peers) in RULES {
        let path = object.path.keys(&["spec", rules]);
        let list = lookup(object.node, &["spec", rules]).value();
        for rule in list.into_iter().flat_map(Node::items) {
            let path = path.index(rule.index).key(peers);
            let list = rule.value.get(peers).value();
            found.extend(
                list.into_iter()
                    .flat_map(Node::items)
                    .map(|peer| Peer { node: peer.value, path: path.index(peer.index) }),
            );
        }
    }
    found
}

/// Whether there may be peers that nobody can read.
pub(super) fn hides_peers(object: &Object<'_>) -> bool {
    let is_hidden = |list: Field<'_>| match list {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(entry) => entry.value.is_unknown() || entry.value.is_open(),
    };
    RULES.iter().any(|(rules, peers)| {
        let list = lookup(object.node, &["spec", rules]);
        is_hidden(list)
            || list
                .value()
                .into_iter()
                .flat_map(Node::items)
                .any(|rule| rule.value.is_unknown() || is_hidden(rule.value.get(peers)))
    })
}

/// Whether policies do not reach the pod: it has the network of its node.
pub(super) fn is_outside(pod: &PodSpec<'_>) -> bool {
    pod.boolean(&["hostNetwork"]).known() == Some(true)
}

/// Whether the namespace may have a policy that is none of Kubernetes itself: nobody here can say whom it selects.
pub(super) fn may_have_other_policy(workspace: &View<'_>, home: Namespace<'_>) -> bool {
    let may_belong = |declared: &Declared| declared.home().may_be(home);
    workspace.of_kind("CiliumClusterwideNetworkPolicy").next().is_some()
        || workspace.of_kind("CiliumNetworkPolicy").any(may_belong)
        || workspace
            .of_kind("NetworkPolicy")
            .any(|declared| may_belong(declared) && NetworkPolicy::of(&declared.object()).is_none())
}

/// That a selector certainly reaches no pod of the workspace.
pub(super) struct SelectsNothing {
    /// None is declared in its namespace at all: it lies alone.
    pub(super) is_alone: bool,
}

/// Whether the selector certainly reaches no pod of the namespace.
pub(super) fn selects_nothing(
    workspace: &View<'_>,
    home: Namespace<'_>,
    selector: &Selector<'_>,
) -> Option<SelectsNothing> {
    if selector.requirements.is_empty() || workspace.may_hide_pods(home) {
        return None;
    }
    let mut is_alone = true;
    for declared in workspace.workloads() {
        if !declared.home().may_be(home) {
            continue;
        }
        if declared.may_be_selected(selector) {
            return None;
        }
        is_alone &= !workspace.is_in(declared, home);
    }
    (!is_alone || selector.is_known()).then_some(SelectsNothing { is_alone })
}
