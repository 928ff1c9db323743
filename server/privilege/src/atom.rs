use crate::network::{ConnectionAtom, ports_in_words};
use crate::rbac::{Origin, RbacAtom};
use leastwise_manifest::Resource;
use leastwise_yaml::Path;
use serde::{Serialize, Serializer};

/// One thing that an object allows: the witness of a gain or a loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Atom {
    /// What is allowed.
    #[serde(flatten)]
    pub grant: Grant,
    /// The object that allows it.
    pub resource: Resource,
    /// Where it stands in the object; for a default, where the field would stand.
    #[serde(serialize_with = "written")]
    pub path: Path,
}

impl Atom {
    /// Something allowed, and where it stands.
    pub(crate) fn at(grant: Grant, origin: Origin) -> Self {
        Self { grant, resource: origin.resource, path: origin.path }
    }
}

/// What is allowed, by family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Grant {
    /// What a pod, one of its containers, or the pods of a namespace may do on their node.
    PodSecurity {
        /// The container, where it is one's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        container: Option<String>,
        /// The aspect in which this is more.
        aspect: Aspect,
        /// What may be done, in words that follow the name of who does it.
        what: String,
    },
    /// What somebody may ask of the API server, by all roles and bindings together.
    Rbac {
        /// What may be asked for.
        #[serde(flatten)]
        atom: RbacAtom,
        /// One request among it that the other side refuses, where it has patterns.
        #[serde(skip_serializing_if = "Option::is_none")]
        witness: Option<Box<RbacAtom>>,
    },
    /// What may connect to what, by all network policies together.
    Network(ConnectionAtom),
    /// What those who are bound to a role may do with the objects of the API.
    ResourceRequest {
        /// The verbs.
        verbs: Vec<String>,
        /// The API group; the core group has an empty name.
        group: String,
        /// The resource, with its subresource after a slash.
        resource: String,
        /// The object, where it is for one only.
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<String>,
    },
    /// What those who are bound to a role may do with a URL that is no object.
    UrlRequest {
        /// The verbs.
        verbs: Vec<String>,
        /// The URL, with a star at its end where it is all that begin so.
        url: String,
    },
    /// That somebody is bound to a role.
    RoleHeld {
        /// Who, in words.
        subject: String,
        /// The role, in words.
        role: String,
    },
    /// What an object opens to others, such as ports of a node or the configuration of a proxy.
    Exposure {
        /// What it is, in words that follow the name of the object.
        what: String,
    },
    /// What a component of the cluster lets others do.
    ComponentAccess {
        /// What it is, in words that follow the name of its configuration.
        what: String,
    },
}

impl Grant {
    /// What is allowed, in words.
    pub fn what(&self) -> String {
        match self {
            Self::PodSecurity { what, .. } | Self::Exposure { what } | Self::ComponentAccess { what } => {
                what.clone()
            }
            Self::Rbac { atom, .. } => {
                let place = atom.namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
                format!("allows {} to {}{place}", atom.subject, atom.target.what())
            }
            Self::Network(ConnectionAtom { from, to, protocol, ports }) => {
                let ports = ports_in_words(protocol, ports);
                format!("allows connections from {from} to {to} on {ports}")
            }
            Self::ResourceRequest { verbs, group, resource, object } => {
                let dot = if group.is_empty() { "" } else { "." };
                let named = object.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
                format!("allows {} {resource}{dot}{group}{named}", verbs.join(", "))
            }
            Self::UrlRequest { verbs, url } => format!("allows {} {url}", verbs.join(", ")),
            Self::RoleHeld { subject, role } => format!("grants {role} to {subject}"),
        }
    }
}

/// The aspects of pod security, each a partial order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// That it runs at all.
    Existence,
    /// `privileged`.
    Privileged,
    /// `allowPrivilegeEscalation`.
    PrivilegeEscalation,
    /// `capabilities`.
    Capabilities,
    /// `runAsUser` and `runAsNonRoot`.
    User,
    /// `runAsGroup`.
    Group,
    /// `supplementalGroups`.
    SupplementalGroups,
    /// `supplementalGroupsPolicy`: whether the image's own groups count as well.
    ImageGroups,
    /// `fsGroup`.
    FileSystemGroup,
    /// `seccompProfile`.
    Seccomp,
    /// `appArmorProfile` and its older annotation.
    AppArmor,
    /// `seLinuxOptions`.
    SeLinux,
    /// `procMount`.
    ProcMount,
    /// `readOnlyRootFilesystem`.
    RootFilesystem,
    /// `hostPort`.
    HostPorts,
    /// `host` in probes and lifecycle handlers.
    HandlerHosts,
    /// `volumeMounts` and `volumeDevices`.
    Mounts,
    /// `volumes`.
    Volumes,
    /// `hostNetwork`.
    HostNetwork,
    /// `hostPID`.
    HostProcesses,
    /// `hostIPC`.
    HostIpc,
    /// `hostUsers`.
    HostUsers,
    /// `shareProcessNamespace`.
    SharedProcesses,
    /// `serviceAccountName`.
    ServiceAccount,
    /// `automountServiceAccountToken`.
    Token,
    /// `sysctls`.
    Sysctls,
    /// `runtimeClassName`.
    RuntimeClass,
    /// `os.name`.
    OperatingSystem,
    /// `windowsOptions.hostProcess`.
    WindowsHostProcess,
    /// `windowsOptions.runAsUserName`.
    WindowsUser,
    /// `windowsOptions.gmsaCredentialSpec` and its name.
    WindowsCredential,
    /// The profile that a namespace enforces.
    Admission,
    /// What a PodSecurityPolicy or SecurityContextConstraints admits.
    AdmittedPods,
}

impl Aspect {
    /// The aspect in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Existence => "the existence",
            Self::Privileged => "the privileged mode",
            Self::PrivilegeEscalation => "the privilege escalation",
            Self::Capabilities => "the capabilities",
            Self::User => "the user",
            Self::Group => "the group",
            Self::SupplementalGroups => "the supplemental groups",
            Self::ImageGroups => "the groups from the image",
            Self::FileSystemGroup => "the group of the volumes",
            Self::Seccomp => "the seccomp profile",
            Self::AppArmor => "the AppArmor profile",
            Self::SeLinux => "the SELinux label",
            Self::ProcMount => "the view of /proc",
            Self::RootFilesystem => "the root file system",
            Self::HostPorts => "the ports of the node",
            Self::HandlerHosts => "the hosts of probes and lifecycle handlers",
            Self::Mounts => "the mounts",
            Self::Volumes => "the volumes",
            Self::HostNetwork => "the network namespace",
            Self::HostProcesses => "the process namespace",
            Self::HostIpc => "the IPC namespace",
            Self::HostUsers => "the user namespace",
            Self::SharedProcesses => "the sharing of processes",
            Self::ServiceAccount => "the service account",
            Self::Token => "the service account token",
            Self::Sysctls => "the sysctls",
            Self::RuntimeClass => "the runtime class",
            Self::OperatingSystem => "the operating system",
            Self::WindowsHostProcess => "the Windows host process",
            Self::WindowsUser => "the Windows user",
            Self::WindowsCredential => "the Windows credential",
            Self::Admission => "the enforced profile",
            Self::AdmittedPods => "the admitted pods",
        }
    }
}

fn written<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}
