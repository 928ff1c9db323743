//! Pod security: what pods may do on their node, and which pods a namespace admits.
//!
//! Two pods are compared aspect by aspect, containers with those of the same list and name. Outside of the order is
//! what the standards leave out: the image, its command, the environment, resources, replicas, labels. Where it
//! differs, the comparison says that it took it to be of no account.

mod account;
mod admission;
mod capabilities;
mod confinement;
mod container;
mod host_port;
mod listing;
mod pod;
mod pod_policies;
mod token;
mod volume;

pub use capabilities::{capability_name, granted_capabilities};

use crate::Aspect;
use crate::data::Documents;
use crate::judge::{Judge, Moved, Sides, Subject, title};
use crate::ledger::{Ledger, some_of};
use crate::pairing::pair;
use container::Inheriting;
use leastwise_manifest::{Container, Object, PodSpec, Resource, ServiceAccount, pod_specs, string};
use leastwise_yaml::{Field, Path, Segment};
use pod::PodAspects;

pub(crate) use admission::compare_namespace;
pub(crate) use pod_policies::{compare_constraints, compare_policies, is_constraints, is_policy};
pub(crate) use token::compare_service_account;

/// An object with the service accounts of its side, which its pods inherit from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed<'o, 'd> {
    pub(crate) object: &'o Object<'d>,
    pub(crate) accounts: &'o [ServiceAccount<'d>],
}

/// A pod spec with the service accounts of its side.
#[derive(Clone, Copy, Debug)]
struct PlacedPod<'o, 'd> {
    pod: &'o PodSpec<'d>,
    accounts: &'o [ServiceAccount<'d>],
}

/// Whether the object holds pod specs that can be read.
pub(crate) fn has_pods(object: &Object<'_>) -> bool {
    !pod_specs(object).is_empty()
}

/// Compares the pods of an object with those of the same object, or with none.
pub(crate) fn compare_pods<'d>(
    sides: Sides<Placed<'_, 'd>>,
    documents: Option<&Documents<'d>>,
    ledger: &mut Ledger,
) {
    let pods = sides.map(|placed| pod_specs(placed.object));
    let placed = |pods: &'_ Option<Vec<PodSpec<'d>>>| pods.iter().flatten().cloned().collect::<Vec<_>>();
    let resources = sides.map(|placed| placed.object.resource());
    for paired in pair(placed(&pods.before), placed(&pods.after), place) {
        let paired = Sides::from(paired);
        if is_hidden(&sides.before, &paired.before, &paired.after)
            || is_hidden(&sides.after, &paired.after, &paired.before)
        {
            let subject = Subject { resources: resources.clone(), container: None };
            ledger.hide(true, true, format!("the pods of {} cannot be known", subject.title()));
            continue;
        }
        let documents = documents.filter(|_| paired.are_both());
        let pods = sides.zip(&paired, |side, pod| PlacedPod { pod, accounts: side.accounts });
        compare_pod(pods, resources.clone(), documents, ledger);
    }
    if let (Some(before), Some(after), Some(documents)) = (sides.before, sides.after, documents) {
        let judged: Vec<_> = pods.before.iter().chain(&pods.after).flatten().flat_map(judged).collect();
        let paths = documents.differing(before.object.node, after.object.node, &judged);
        let title = title(&before.object.resource());
        if before.object.is_built_in() == Some(true) {
            ledger.assume_no_account(&title, &paths);
        } else if !paths.is_empty() {
            ledger.hide(true, true, format!("the meaning of {} in {title} is not known", some_of(&paths)));
        }
    }
}

/// Where a pod spec stands in its object.
fn place(pod: &PodSpec<'_>) -> Path {
    pod.path.relative_to(&pod.object.path).unwrap_or_default()
}

/// Whether a pod of the other side may be on this side as well, where it cannot be read.
fn is_hidden(side: &Option<Placed<'_, '_>>, here: &Option<PodSpec<'_>>, there: &Option<PodSpec<'_>>) -> bool {
    match (side, here, there) {
        (Some(side), None, Some(there)) => may_hide(side.object, &place(there)),
        _ => false,
    }
}

/// Whether the object may have something at a path where nothing can be read.
fn may_hide(object: &Object<'_>, path: &Path) -> bool {
    let mut node = object.node;
    for segment in path.segments() {
        let next = match segment {
            Segment::Key(key) => match node.get(key) {
                Field::Present(entry) => entry.value,
                Field::Absent => return false,
                Field::Unknown => return true,
            },
            Segment::Index(index) => match node.items().nth(*index) {
                Some(item) => item.value,
                None => return node.is_open() || node.is_unknown(),
            },
        };
        node = next;
    }
    !node.is_null()
}

/// What the comparison of pods reads of an object.
fn judged(pod: &PodSpec<'_>) -> Vec<Path> {
    let metadata = pod.metadata.relative_to(&pod.object.path).unwrap_or_default();
    let annotation = |container: &Container<'_>| {
        let key = container::apparmor_annotation_of(container.name().unwrap_or_default());
        metadata.key("annotations").key(&key)
    };
    pod.containers().iter().map(annotation).chain([place(pod)]).collect()
}

fn compare_pod<'d>(
    sides: Sides<PlacedPod<'_, 'd>>,
    resources: Sides<Resource>,
    documents: Option<&Documents<'d>>,
    ledger: &mut Ledger,
) {
    let subject = Subject { resources: resources.clone(), container: None };
    let title = subject.title();
    let mut judge = Judge { ledger, documents, subject };
    judge.existence(&sides.map(|side| place(side.pod)));
    let aspects = sides.map(|side| PodAspects(side.pod));
    let host_network = judge.aspect(Aspect::HostNetwork, aspects.map(PodAspects::host_network));
    judge.aspect(Aspect::HostProcesses, aspects.map(PodAspects::host_processes));
    judge.aspect(Aspect::HostIpc, aspects.map(PodAspects::host_ipc));
    judge.aspect(Aspect::HostUsers, aspects.map(PodAspects::host_users));
    judge.aspect(Aspect::SharedProcesses, aspects.map(PodAspects::shared_processes));
    judge.aspect(Aspect::ServiceAccount, aspects.map(PodAspects::service_account));
    judge.aspect(Aspect::Token, sides.map(|side| PodAspects(side.pod).token(inherited_token(side))));
    judge.aspect(Aspect::RuntimeClass, aspects.map(PodAspects::runtime_class));
    judge.aspect(Aspect::OperatingSystem, aspects.map(PodAspects::operating_system));
    judge.aspect(Aspect::SupplementalGroups, aspects.map(PodAspects::supplemental_groups));
    judge.aspect(Aspect::ImageGroups, aspects.map(PodAspects::image_groups));
    judge.aspect(Aspect::FileSystemGroup, aspects.map(PodAspects::file_system_group));
    judge.aspect(Aspect::Sysctls, aspects.map(PodAspects::sysctls));
    judge.aspect(Aspect::Volumes, aspects.map(PodAspects::volumes));

    let containers = |side: Option<&PlacedPod<'_, 'd>>| -> Vec<Container<'d>> {
        side.map(|side| side.pod.containers()).unwrap_or_default()
    };
    let key = |container: &Container<'d>| {
        let at = if container.name().is_none() { container.path.last().cloned() } else { None };
        (container.list, container.name(), at)
    };
    for paired in pair(containers(sides.before.as_ref()), containers(sides.after.as_ref()), key) {
        let paired = Sides::from(paired);
        let documents = documents.filter(|_| paired.are_both());
        let containers = sides.zip(&paired, |side, container| Inheriting::new(side.pod, container));
        compare_container(&containers, resources.clone(), documents, host_network, ledger);
    }
    if let (Some(before), Some(after), Some(documents)) = (sides.before, sides.after, documents) {
        let hide = (PodAspects(before.pod).hides_containers(), PodAspects(after.pod).hides_containers());
        if hide != (false, false) && !(hide == (true, true) && documents.hide_alike()) {
            ledger.hide(true, true, format!("all containers of {title} cannot be known"));
        }
        let paths = documents.differing(before.pod.node, after.pod.node, &pod::judged());
        ledger.assume_no_account(&format!("the pod of {title}"), &paths);
    }
}

/// What the pod's service account says about its token, where it is among the objects.
fn inherited_token(side: &PlacedPod<'_, '_>) -> Option<bool> {
    let named = |key| string(side.pod.node, &[key]).known();
    let name = named("serviceAccountName").or(named("serviceAccount")).unwrap_or("default");
    let home = side.pod.object.home();
    let account = side
        .accounts
        .iter()
        .find(|account| account.object.name() == Some(name) && account.object.home().is(home));
    account?.automount_token().known()
}

fn compare_container<'d>(
    sides: &Sides<Inheriting<'_, 'd>>,
    resources: Sides<Resource>,
    documents: Option<&Documents<'d>>,
    host_network: Moved,
    ledger: &mut Ledger,
) {
    let named = sides.before.or(sides.after);
    let container = named.map(|side| side.label()).unwrap_or_default();
    let subject = Subject { resources, container: Some(container) };
    let title = subject.title();
    let mut judge = Judge { ledger, documents, subject };
    judge.existence(&sides.map(Inheriting::place));
    let privileged = judge.aspect(Aspect::Privileged, sides.map(Inheriting::privileged));
    judge.implied(Aspect::PrivilegeEscalation, sides.map(Inheriting::privilege_escalation), privileged);
    judge.implied(Aspect::Capabilities, sides.map(Inheriting::capabilities), privileged);
    judge.implied(Aspect::Seccomp, sides.map(Inheriting::seccomp), privileged);
    judge.implied(Aspect::AppArmor, sides.map(Inheriting::apparmor), privileged);
    judge.implied(Aspect::SeLinux, sides.map(Inheriting::selinux), privileged);
    judge.implied(Aspect::ProcMount, sides.map(Inheriting::proc_mount), privileged);
    compare_user(&mut judge, sides, documents);
    judge.aspect(Aspect::Group, sides.map(Inheriting::group));
    judge.aspect(Aspect::RootFilesystem, sides.map(Inheriting::root_filesystem));
    judge.implied(Aspect::HostPorts, sides.map(Inheriting::host_ports), host_network);
    judge.aspect(Aspect::HandlerHosts, sides.map(Inheriting::handler_hosts));
    judge.aspect(Aspect::Mounts, sides.map(Inheriting::mounts));
    judge.aspect(Aspect::WindowsHostProcess, sides.map(Inheriting::windows_host_process));
    judge.aspect(Aspect::WindowsUser, sides.map(Inheriting::windows_user));
    judge.aspect(Aspect::WindowsCredential, sides.map(Inheriting::windows_credential));
    if let (Some(before), Some(after), Some(documents)) = (sides.before, sides.after, documents) {
        let (before, after) = (before.container.node, after.container.node);
        let paths = documents.differing(before, after, &container::judged());
        ledger.assume_no_account(&title, &paths);
    }
}

/// Where the same template gives the number on both sides, only `runAsNonRoot` can make a difference.
fn compare_user<'d>(
    judge: &mut Judge<'_, 'd>,
    sides: &Sides<Inheriting<'_, 'd>>,
    documents: Option<&Documents<'d>>,
) {
    let numbers = sides.map(Inheriting::user_number);
    let is_hidden_alike = match (&numbers.before, &numbers.after, documents) {
        (Some(before), Some(after), Some(documents)) => {
            before.value.is_none() && after.value.is_none() && before.same_inputs(after, documents)
        }
        _ => false,
    };
    if is_hidden_alike {
        judge.aspect(Aspect::User, sides.map(Inheriting::not_root));
    } else {
        judge.aspect(Aspect::User, sides.map(Inheriting::user));
    }
}
