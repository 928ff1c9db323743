//! What a pod may do beside its containers.

use super::listing::Listing;
use super::token::Token;
use super::volume::{Volumes, volumes};
use crate::power::{Choice, Switch};
use crate::reading::{Input, Reading, nodes, said};
use leastwise_manifest::{ContainerList, PodSpec, Setting, lookup};
use leastwise_yaml::{Field, Kind, Path};
use std::collections::BTreeSet;

/// The fields of a pod spec that the aspects below read, the lists of containers included. What else changes is not
/// judged.
const JUDGED: [&[&str]; 21] = [
    &["containers"],
    &["initContainers"],
    &["ephemeralContainers"],
    &["volumes"],
    &["hostNetwork"],
    &["hostPID"],
    &["hostIPC"],
    &["hostUsers"],
    &["shareProcessNamespace"],
    &["serviceAccountName"],
    &["serviceAccount"],
    &["automountServiceAccountToken"],
    &["runtimeClassName"],
    &["os"],
    &["securityContext", "runAsUser"],
    &["securityContext", "runAsNonRoot"],
    &["securityContext", "runAsGroup"],
    &["securityContext", "fsGroup"],
    &["securityContext", "supplementalGroups"],
    &["securityContext", "supplementalGroupsPolicy"],
    &["securityContext", "sysctls"],
];

/// Fields of the pod's `securityContext` that containers inherit as a whole.
const INHERITED: [&str; 4] = ["seccompProfile", "appArmorProfile", "seLinuxOptions", "windowsOptions"];

/// Every field of a pod spec that the aspects read.
pub(super) fn judged() -> Vec<Path> {
    let inherited = INHERITED.iter().map(|key| Path::root().keys(&["securityContext", key]));
    JUDGED.iter().map(|keys| Path::root().keys(keys)).chain(inherited).collect()
}

/// A pod, to be read aspect by aspect.
#[derive(Clone, Copy, Debug)]
pub(super) struct PodAspects<'p, 'd>(pub(super) &'p PodSpec<'d>);

impl<'d> PodAspects<'_, 'd> {
    fn path(&self, keys: &[&str]) -> Path {
        let path = self.0.path.keys(keys);
        path.relative_to(&self.0.object.path).unwrap_or(path)
    }

    fn own(&self, keys: &'static [&'static str]) -> Vec<Input<'d>> {
        vec![Input { node: self.0.node, keys }]
    }

    fn reading<T>(&self, keys: &'static [&'static str], value: Option<T>) -> Reading<'d, T> {
        Reading { value, inputs: self.own(keys), path: self.path(keys) }
    }

    /// A boolean of the pod, and what it is when it is unset.
    fn switch(
        &self,
        keys: &'static [&'static str],
        unset: bool,
        phrase: &'static str,
    ) -> Reading<'d, Switch> {
        let on = said(self.0.boolean(keys)).map(|on| on.unwrap_or(unset));
        self.reading(keys, on.map(|on| Switch { on, phrase }))
    }

    pub(super) fn host_network(&self) -> Reading<'d, Switch> {
        self.switch(&["hostNetwork"], false, "shares the node's network")
    }

    pub(super) fn host_processes(&self) -> Reading<'d, Switch> {
        self.switch(&["hostPID"], false, "sees and signals the node's processes")
    }

    pub(super) fn host_ipc(&self) -> Reading<'d, Switch> {
        self.switch(&["hostIPC"], false, "shares the node's inter-process communication")
    }

    pub(super) fn host_users(&self) -> Reading<'d, Switch> {
        self.switch(&["hostUsers"], true, "has the node's users: root in it is root of the node")
    }

    pub(super) fn shared_processes(&self) -> Reading<'d, Switch> {
        self.switch(
            &["shareProcessNamespace"],
            false,
            "lets its containers see and signal each other's processes",
        )
    }

    /// The account whose rights the pod has. Two accounts are not compared: what they may do is said elsewhere.
    pub(super) fn service_account(&self) -> Reading<'d, Choice> {
        const KEYS: &[&str] = &["serviceAccountName"];
        let name = || {
            let name = said(self.0.string(KEYS))?.filter(|name| !name.is_empty());
            // The older name of the field counts where the newer is not set.
            let older = said(self.0.string(&["serviceAccount"]))?.filter(|name| !name.is_empty());
            Some(name.or(older))
        };
        let phrase = "acts as the service account";
        let chosen = name().map(|name| or_default(name, "default", phrase));
        let inputs = [self.own(KEYS), self.own(&["serviceAccount"])].concat();
        Reading { value: chosen, inputs, path: self.path(KEYS) }
    }

    /// Unset, the service account decides: `inherited` where it is known.
    pub(super) fn token(&self, inherited: Option<bool>) -> Reading<'d, Token> {
        const KEYS: &[&str] = &["automountServiceAccountToken"];
        let value = said(self.0.boolean(KEYS)).map(|mounted| Token::effective(mounted, inherited));
        self.reading(KEYS, value)
    }

    pub(super) fn runtime_class(&self) -> Reading<'d, Choice> {
        const KEYS: &[&str] = &["runtimeClassName"];
        let name = said(self.0.string(KEYS)).map(|name| name.filter(|name| !name.is_empty()));
        self.reading(KEYS, name.map(|name| or_default(name, "of the node", "runs under the runtime class")))
    }

    pub(super) fn operating_system(&self) -> Reading<'d, Choice> {
        const KEYS: &[&str] = &["os", "name"];
        let name = said(self.0.string(KEYS));
        self.reading(KEYS, name.map(|name| or_default(name, "linux", "runs on")))
    }

    pub(super) fn supplemental_groups(&self) -> Reading<'d, Listing> {
        const KEYS: &[&str] = &["securityContext", "supplementalGroups"];
        let groups = || {
            let groups = nodes(lookup(self.0.node, KEYS))?;
            groups.iter().map(|group| Some(group.as_integer()?.to_string())).collect::<Option<BTreeSet<_>>>()
        };
        self.reading(KEYS, groups().map(|items| Listing { items, phrase: "belongs to group" }))
    }

    pub(super) fn image_groups(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "supplementalGroupsPolicy"];
        let on = match said(self.0.string(KEYS)) {
            Some(None | Some("Merge")) => Some(true),
            Some(Some("Strict")) => Some(false),
            _ => None,
        };
        self.reading(
            KEYS,
            on.map(|on| Switch { on, phrase: "belongs to the groups that its image gives its user" }),
        )
    }

    pub(super) fn file_system_group(&self) -> Reading<'d, Choice> {
        const KEYS: &[&str] = &["securityContext", "fsGroup"];
        let chosen = match self.0.security_integer(&["fsGroup"]) {
            Setting::Set(group, _) => Some(Some(group.to_string())),
            Setting::Unset => Some(None),
            Setting::Unknown => None,
        };
        self.reading(
            KEYS,
            chosen.map(|chosen| Choice { chosen, by_default: false, phrase: "owns its volumes as group" }),
        )
    }

    /// Names are compared with dots, as the kubelet does.
    pub(super) fn sysctls(&self) -> Reading<'d, Listing> {
        const KEYS: &[&str] = &["securityContext", "sysctls"];
        let items = || {
            let mut items = BTreeSet::new();
            for sysctl in nodes(lookup(self.0.node, KEYS))? {
                let text =
                    |key| sysctl.get(key).value().and_then(|value| value.scalar().and(value.as_text()));
                items.insert(format!("{}={}", text("name")?.replace('/', "."), text("value")?));
            }
            Some(items)
        };
        self.reading(KEYS, items().map(|items| Listing { items, phrase: "sets" }))
    }

    pub(super) fn volumes(&self) -> Reading<'d, Volumes> {
        self.reading(&["volumes"], volumes(self.0))
    }

    /// Whether a list of containers may hold more than those that can be read.
    pub(super) fn hides_containers(&self) -> bool {
        ContainerList::ALL.iter().any(|list| match self.0.node.get(list.key()) {
            Field::Absent => false,
            Field::Unknown => true,
            Field::Present(entry) if entry.value.is_null() => false,
            Field::Present(entry) => {
                let is_whole = matches!(entry.value.kind(), Kind::Sequence) && !entry.value.is_open();
                !is_whole || entry.value.items().any(|item| !matches!(item.value.kind(), Kind::Mapping))
            }
        })
    }
}

/// What is chosen, or what the API chooses where nothing is.
fn or_default(chosen: Option<&str>, default: &str, phrase: &'static str) -> Choice {
    let by_default = chosen.is_none_or(|chosen| chosen == default);
    Choice { chosen: Some(chosen.unwrap_or(default).to_owned()), by_default, phrase }
}
