//! What a container may do, after it has inherited from its pod.

use super::account::{Group, User};
use super::capabilities::Capabilities;
use super::confinement::{AppArmor, SELINUX_PARTS, SeLinux, Seccomp};
use super::host_port::{HostPorts, host_ports};
use super::listing::Listing;
use super::volume::{Mounts, mounts};
use crate::power::{Choice, Switch};
use crate::reading::{Input, Reading, said, texts};
use leastwise_manifest::{Container, PodSpec, Setting, lookup, string};
use leastwise_yaml::{Document, Field, Node, Path};
use std::collections::BTreeSet;

/// The fields of a container that the aspects below read, but for handlers.
const JUDGED: [&str; 5] = ["name", "ports", "volumeMounts", "volumeDevices", "securityContext"];

const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

const ACTIONS: [&str; 2] = ["httpGet", "tcpSocket"];

/// Every field of a container that the aspects read. What else changes is not judged.
pub(super) fn judged() -> Vec<Path> {
    let host = |handler: &&[&str], action: &str| Path::root().keys(handler).keys(&[action, "host"]);
    let hosts = HANDLERS.iter().flat_map(|handler| ACTIONS.map(|action| host(handler, action)));
    JUDGED.iter().map(|key| Path::root().key(key)).chain(hosts).collect()
}

/// A container with the pod that it inherits from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inheriting<'p, 'd> {
    pod: &'p PodSpec<'d>,
    pub(super) container: &'p Container<'d>,
    document: &'d Document,
}

impl<'p, 'd> Inheriting<'p, 'd> {
    pub(super) fn new(pod: &'p PodSpec<'d>, container: &'p Container<'d>) -> Self {
        Self { pod, container, document: pod.node.document() }
    }

    /// Its name, else its place in the pod.
    pub(super) fn label(&self) -> String {
        match self.container.name() {
            Some(name) => name.to_owned(),
            None => {
                let place = self.container.path.relative_to(&self.pod.path);
                place.map(|place| place.to_string()).unwrap_or_default()
            }
        }
    }

    /// Where it stands in its object.
    pub(super) fn place(&self) -> Path {
        self.path(&[])
    }

    fn path(&self, keys: &[&str]) -> Path {
        let path = self.container.path.keys(keys);
        path.relative_to(&self.pod.object.path).unwrap_or(path)
    }

    fn own(&self, keys: &'static [&'static str]) -> Input<'d> {
        Input { node: self.container.node, keys }
    }

    /// The field of the container and the field of the pod that it falls back to.
    fn inherited(&self, keys: &'static [&'static str]) -> Vec<Input<'d>> {
        vec![self.own(keys), Input { node: self.pod.node, keys }]
    }

    fn privileged_switch(&self) -> Option<bool> {
        Some(said(self.container.security_boolean(&["privileged"]))?.unwrap_or(false))
    }

    pub(super) fn privileged(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "privileged"];
        let phrase = "runs privileged, with all devices and capabilities of the node";
        Reading {
            value: self.privileged_switch().map(|on| Switch { on, phrase }),
            inputs: vec![self.own(KEYS)],
            path: self.path(KEYS),
        }
    }

    /// On unless it is switched off; and then still on where the API server refuses to have it off: for a
    /// privileged container, and for `CAP_SYS_ADMIN` in that spelling (Kubernetes, `pkg/apis/core/validation`).
    pub(super) fn privilege_escalation(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "allowPrivilegeEscalation"];
        const ADDED: &[&str] = &["securityContext", "capabilities", "add"];
        let on = || match said(self.container.security_boolean(&["allowPrivilegeEscalation"]))? {
            None | Some(true) => Some(true),
            Some(false) => {
                let added = texts(self.container.security(&["capabilities", "add"]));
                Some(self.privileged_switch()? || added?.contains(&"CAP_SYS_ADMIN"))
            }
        };
        Reading {
            value: on().map(|on| Switch { on, phrase: "may gain privileges after start" }),
            inputs: vec![self.own(KEYS), self.own(ADDED)],
            path: self.path(KEYS),
        }
    }

    pub(super) fn capabilities(&self) -> Reading<'d, Capabilities> {
        const KEYS: &[&str] = &["securityContext", "capabilities"];
        let list = |key| texts(self.container.security(&["capabilities", key]));
        let value = match self.privileged_switch() {
            Some(true) => Some(Capabilities::All),
            Some(false) => {
                list("add").zip(list("drop")).map(|(add, drop)| Capabilities::granted(&add, &drop))
            }
            None => None,
        };
        Reading { value, inputs: vec![self.own(KEYS)], path: self.path(KEYS) }
    }

    pub(super) fn user(&self) -> Reading<'d, User> {
        let value = match (self.user_id(), self.not_root().value) {
            (Some(Some(id)), _) if id != 0 => Some(User::Id(id)),
            (Some(id), Some(root)) => Some(User::effective(id, !root.on)),
            _ => None,
        };
        let mut inputs = self.user_inputs();
        inputs.extend(self.not_root().inputs);
        Reading { value, inputs, path: self.path(&["securityContext", "runAsUser"]) }
    }

    /// The user's number alone, if there is one.
    pub(super) fn user_number(&self) -> Reading<'d, Option<i64>> {
        Reading { value: self.user_id(), inputs: self.user_inputs(), path: Path::root() }
    }

    fn user_inputs(&self) -> Vec<Input<'d>> {
        self.inherited(&["securityContext", "runAsUser"])
    }

    fn user_id(&self) -> Option<Option<i64>> {
        let own = self.container.security_integer(&["runAsUser"]);
        said(own.or(self.pod.security_integer(&["runAsUser"])))
    }

    /// Whether the kubelet would start it as root.
    pub(super) fn not_root(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "runAsNonRoot"];
        let own = self.container.security_boolean(&["runAsNonRoot"]);
        let not_root = said(own.or(self.pod.security_boolean(&["runAsNonRoot"])));
        Reading {
            value: not_root
                .map(|not_root| Switch { on: !not_root.unwrap_or(false), phrase: "may run as root" }),
            inputs: self.inherited(KEYS),
            path: self.path(KEYS),
        }
    }

    pub(super) fn group(&self) -> Reading<'d, Group> {
        const KEYS: &[&str] = &["securityContext", "runAsGroup"];
        let own = self.container.security_integer(&["runAsGroup"]);
        Reading {
            value: said(own.or(self.pod.security_integer(&["runAsGroup"]))).map(Group::effective),
            inputs: self.inherited(KEYS),
            path: self.path(KEYS),
        }
    }

    pub(super) fn seccomp(&self) -> Reading<'d, Seccomp> {
        const KEYS: &[&str] = &["securityContext", "seccompProfile"];
        let value = || {
            if self.privileged_switch()? {
                return Some(Seccomp::Unconfined);
            }
            match self.profile(KEYS)? {
                None => Some(Seccomp::Unset),
                Some(("Unconfined", _)) => Some(Seccomp::Unconfined),
                Some(("RuntimeDefault", _)) => Some(Seccomp::RuntimeDefault),
                Some(("Localhost", profile)) => Some(Seccomp::Localhost(profile.to_owned())),
                Some(_) => None,
            }
        };
        Reading { value: value(), inputs: self.inherited(KEYS), path: self.path(KEYS) }
    }

    /// The container's field, else its annotation, else the pod's field. What is set counts for a privileged
    /// container as well; unset it is unconfined.
    pub(super) fn apparmor(&self) -> Reading<'d, AppArmor> {
        const KEYS: &[&str] = &["securityContext", "appArmorProfile"];
        let value = || {
            if let Some(own) = profile_of(self.container.node, KEYS)? {
                return apparmor_profile(own);
            }
            match self.apparmor_annotation()? {
                Some("unconfined") => return Some(AppArmor::Unconfined),
                Some("runtime/default") => return Some(AppArmor::RuntimeDefault),
                Some(profile) => {
                    let profile = profile.strip_prefix("localhost/")?;
                    return Some(AppArmor::Localhost(profile.to_owned()));
                }
                None => {}
            }
            match profile_of(self.pod.node, KEYS)? {
                Some(inherited) => apparmor_profile(inherited),
                None if self.privileged_switch()? => Some(AppArmor::Unconfined),
                None => Some(AppArmor::RuntimeDefault),
            }
        };
        let mut inputs = self.inherited(KEYS);
        let holder = self.metadata_holder();
        inputs.extend(holder.map(|node| Input { node, keys: &["metadata", "annotations"] }));
        Reading { value: value(), inputs, path: self.path(KEYS) }
    }

    fn apparmor_annotation(&self) -> Option<Option<&'d str>> {
        let Some(holder) = self.metadata_holder() else { return Some(None) };
        match lookup(holder, &["metadata", "annotations"]) {
            Field::Absent => Some(None),
            Field::Unknown => None,
            Field::Present(annotations) => {
                let name = self.container.name();
                let key = apparmor_annotation_of(name.unwrap_or_default());
                match said(string(annotations.value, &[&key]))? {
                    // A container whose name is hidden may have any of the annotations.
                    None if name.is_none() && has_apparmor(annotations.value) => None,
                    found => Some(found),
                }
            }
        }
    }

    /// The mapping that has the pod's metadata beside its spec.
    fn metadata_holder(&self) -> Option<Node<'d>> {
        self.document.at(&self.pod.metadata.parent()?)
    }

    /// The options of the container stand for the whole of the pod's.
    pub(super) fn selinux(&self) -> Reading<'d, SeLinux> {
        const KEYS: &[&str] = &["securityContext", "seLinuxOptions"];
        let value = || {
            let options = match lookup(self.container.node, KEYS) {
                Field::Present(own) if !own.value.is_null() => Some(own.value),
                Field::Unknown => return None,
                _ => match lookup(self.pod.node, KEYS) {
                    Field::Present(inherited) => Some(inherited.value),
                    Field::Unknown => return None,
                    Field::Absent => None,
                },
            };
            let mut parts = Vec::new();
            if let Some(options) = options {
                for part in SELINUX_PARTS {
                    let value = said(string(options, &[part]))?;
                    parts.extend(value.map(|value| (part, value.to_owned())));
                }
            }
            let has_type = parts.iter().any(|(part, value)| *part == "type" && !value.is_empty());
            if !has_type && self.privileged_switch()? {
                return Some(SeLinux::Unconfined);
            }
            Some(SeLinux::label(parts))
        };
        Reading { value: value(), inputs: self.inherited(KEYS), path: self.path(KEYS) }
    }

    pub(super) fn proc_mount(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "procMount"];
        let on = || match (self.privileged_switch()?, said(self.container.security_string(&["procMount"]))?) {
            (true, _) | (false, Some("Unmasked")) => Some(true),
            (false, None | Some("Default" | "")) => Some(false),
            (false, Some(_)) => None,
        };
        Reading {
            value: on().map(|on| Switch { on, phrase: "sees all of /proc" }),
            inputs: vec![self.own(KEYS)],
            path: self.path(KEYS),
        }
    }

    pub(super) fn root_filesystem(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "readOnlyRootFilesystem"];
        let read_only = said(self.container.security_boolean(&["readOnlyRootFilesystem"]));
        let phrase = "may write to its root file system";
        Reading {
            value: read_only.map(|read_only| Switch { on: !read_only.unwrap_or(false), phrase }),
            inputs: vec![self.own(KEYS)],
            path: self.path(KEYS),
        }
    }

    pub(super) fn host_ports(&self) -> Reading<'d, HostPorts> {
        let value = match said(self.pod.boolean(&["hostNetwork"])) {
            Some(Some(true)) => Some(HostPorts::Any),
            Some(_) => host_ports(self.container).map(HostPorts::Only),
            None => None,
        };
        Reading { value, inputs: vec![self.own(&["ports"])], path: self.path(&["ports"]) }
    }

    /// The hosts that the kubelet calls for the container's sake; without one it calls the pod.
    pub(super) fn handler_hosts(&self) -> Reading<'d, Listing> {
        let value = || {
            let mut items = BTreeSet::new();
            for handler in HANDLERS {
                for action in ACTIONS {
                    let keys: Vec<&str> = handler.iter().copied().chain([action, "host"]).collect();
                    let host = said(string(self.container.node, &keys))?;
                    items.extend(host.filter(|host| !host.is_empty()).map(str::to_owned));
                }
            }
            Some(Listing { items, phrase: "has the kubelet call" })
        };
        Reading {
            value: value(),
            inputs: HANDLERS.iter().map(|keys| self.own(keys)).collect(),
            path: self.path(&[]),
        }
    }

    pub(super) fn mounts(&self) -> Reading<'d, Mounts> {
        let volumes = Input { node: self.pod.node, keys: &["volumes"] };
        Reading {
            value: mounts(self.pod, self.container.node),
            inputs: vec![self.own(&["volumeMounts"]), self.own(&["volumeDevices"]), volumes],
            path: self.path(&["volumeMounts"]),
        }
    }

    pub(super) fn windows_host_process(&self) -> Reading<'d, Switch> {
        const KEYS: &[&str] = &["securityContext", "windowsOptions", "hostProcess"];
        let own = self.container.security_boolean(&["windowsOptions", "hostProcess"]);
        let on = said(own.or(self.pod.security_boolean(&["windowsOptions", "hostProcess"])));
        Reading {
            value: on.map(|on| Switch {
                on: on.unwrap_or(false),
                phrase: "runs as a process of the Windows node",
            }),
            inputs: self.inherited(KEYS),
            path: self.path(KEYS),
        }
    }

    /// Of the image's user nothing is known, so it is one choice among others; Linux has no such user.
    pub(super) fn windows_user(&self) -> Reading<'d, Choice> {
        const KEYS: &[&str] = &["securityContext", "windowsOptions", "runAsUserName"];
        let own = self.container.security_string(&["windowsOptions", "runAsUserName"]);
        let named = said(own.or(self.pod.security_string(&["windowsOptions", "runAsUserName"])));
        let chosen = named.and_then(|named| match named {
            Some(name) => Some(Some(name.to_owned())),
            None if self.pod.is_windows()? => Some(Some("of the image".to_owned())),
            None => Some(None),
        });
        Reading {
            value: chosen.map(|chosen| Choice {
                chosen,
                by_default: false,
                phrase: "runs as the Windows user",
            }),
            inputs: self.inherited(KEYS),
            path: self.path(KEYS),
        }
    }

    pub(super) fn windows_credential(&self) -> Reading<'d, Listing> {
        const NAME: &[&str] = &["securityContext", "windowsOptions", "gmsaCredentialSpecName"];
        const SPEC: &[&str] = &["securityContext", "windowsOptions", "gmsaCredentialSpec"];
        let value = || {
            let mut items = BTreeSet::new();
            for key in ["gmsaCredentialSpecName", "gmsaCredentialSpec"] {
                let own = self.container.security_string(&["windowsOptions", key]);
                let named = said(own.or(self.pod.security_string(&["windowsOptions", key])))?;
                items.extend(named.map(str::to_owned));
            }
            Some(Listing { items, phrase: "holds the group-managed credential" })
        };
        let inputs = [self.inherited(NAME), self.inherited(SPEC)].concat();
        Reading { value: value(), inputs, path: self.path(NAME) }
    }

    /// The type and the file of a profile, the container's or else the pod's.
    fn profile(&self, keys: &[&str]) -> Option<Option<(&'d str, &'d str)>> {
        match profile_of(self.container.node, keys)? {
            Some(own) => Some(Some(own)),
            None => profile_of(self.pod.node, keys),
        }
    }
}

/// The annotation that gives a container its AppArmor profile.
pub(super) fn apparmor_annotation_of(container: &str) -> String {
    format!("{APPARMOR_ANNOTATION}{container}")
}

fn profile_of<'d>(node: Node<'d>, keys: &[&str]) -> Option<Option<(&'d str, &'d str)>> {
    let profile = match lookup(node, keys) {
        Field::Absent => return Some(None),
        Field::Present(profile) if profile.value.is_null() => return Some(None),
        Field::Present(profile) => profile.value,
        Field::Unknown => return None,
    };
    match string(profile, &["type"]) {
        Setting::Set(kind, _) => {
            let file = said(string(profile, &["localhostProfile"]))?;
            Some(Some((kind, file.unwrap_or_default())))
        }
        // The API refuses a profile without a type.
        Setting::Unset | Setting::Unknown => None,
    }
}

fn apparmor_profile((kind, file): (&str, &str)) -> Option<AppArmor> {
    match kind {
        "Unconfined" => Some(AppArmor::Unconfined),
        "RuntimeDefault" => Some(AppArmor::RuntimeDefault),
        "Localhost" => Some(AppArmor::Localhost(file.to_owned())),
        _ => None,
    }
}

fn has_apparmor(annotations: Node<'_>) -> bool {
    annotations.is_open()
        || annotations.entries().iter().any(|entry| {
            let key = entry.key.as_text();
            key.is_none_or(|key| key.starts_with(APPARMOR_ANNOTATION))
        })
}
