//! The objects of a workspace, by kind, and who has asked for which: so that a change of one file makes only those
//! be judged again that asked for something it declares.

use crate::{Binds, Labels, Namespace, Object, RunsAs, Selector, is_workload, objects, pod_specs};
use leastwise_yaml::{Document, Path, Stream};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The kinds that others refer to. Objects of other kinds are not kept.
const KINDS: &[&str] = &[
    "Certificate",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "ExternalSecret",
    "GRPCRoute",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Kustomization",
    "LimitRange",
    "MutatingWebhookConfiguration",
    "Namespace",
    "NetworkPolicy",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "ScaledObject",
    "SealedSecret",
    "Secret",
    "SecretProviderClass",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "StorageClass",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
    "ValidatingWebhookConfiguration",
    "VerticalPodAutoscaler",
    "VirtualService",
];

/// The topic of all objects that hold a pod spec, whatever their kind.
const WORKLOADS: &str = "";

/// The topic of the same objects for who asks only what they are called and where they live: most changes of a
/// workload change nothing of that.
const WORKLOAD_NAMES: &str = "names of workloads";

/// The topic of the objects of workload kinds whose pod spec cannot be seen: a template hides it, or it is not written
/// yet.
const HIDDEN_WORKLOADS: &str = "hidden workloads";

/// An object of the workspace.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The file (or other source) that declares it.
    pub source: Arc<str>,
    /// The zero-based line of the source on which its document begins.
    pub row: usize,
    /// Its document.
    pub document: Arc<Document>,
    /// Where it stands in its document.
    pub path: Path,
    /// A hash of its text.
    fingerprint: u64,
    /// Its kind, name and namespace, as far as they are known: what most of those who ask look for.
    kind: Option<Box<str>>,
    name: Option<Box<str>>,
    home: Home,
    /// The labels of its pods, once somebody has asked.
    pod_labels: Arc<OnceLock<Vec<KnownLabels>>>,
    /// As whom its pods run, once somebody has asked.
    runs_as: Arc<OnceLock<RunsAs>>,
    /// Whom it binds to which role, once somebody has asked.
    binds: Arc<OnceLock<Binds>>,
}

/// A [`Namespace`] that outlives its document.
#[derive(Clone, Debug)]
enum Home {
    Named(Box<str>),
    Unsaid,
    Unknown,
}

/// [`Labels`] that outlive their document.
#[derive(Clone, Debug)]
struct KnownLabels {
    known: Vec<(Box<str>, Option<Box<str>>)>,
    open: bool,
}

impl KnownLabels {
    fn of(labels: &Labels<'_>) -> Self {
        let owned = |(key, value): &(&str, Option<&str>)| (Box::from(*key), value.map(Box::from));
        Self { known: labels.known.iter().map(owned).collect(), open: labels.open }
    }

    fn labels(&self) -> Labels<'_> {
        let known = self.known.iter().map(|(key, value)| (key.as_ref(), value.as_deref()));
        Labels { known: known.collect(), open: self.open }
    }
}

/// Two are equal when they say the same, wherever in their source they stand.
impl PartialEq for Declared {
    fn eq(&self, other: &Self) -> bool {
        (self.fingerprint, &self.source, &self.path) == (other.fingerprint, &other.source, &other.path)
    }
}

impl Eq for Declared {}

impl Declared {
    /// The object.
    pub fn object(&self) -> Object<'_> {
        let node = self.document.at(&self.path).unwrap_or_else(|| self.document.root());
        Object { node, path: self.path.clone() }
    }

    /// `metadata.name`, when known.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `kind`, when known.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Where it lives.
    pub fn home(&self) -> Namespace<'_> {
        match &self.home {
            Home::Named(name) => Namespace::Named(name),
            Home::Unsaid => Namespace::Unsaid,
            Home::Unknown => Namespace::Unknown,
        }
    }

    /// The labels of its pods. Read when first asked for, and then remembered: every selector may ask for them.
    pub fn pod_labels(&self) -> impl Iterator<Item = Labels<'_>> {
        let read = || {
            let pods = pod_specs(&self.object());
            pods.iter().map(|pod| KnownLabels::of(&pod.labels())).collect()
        };
        self.pod_labels.get_or_init(read).iter().map(KnownLabels::labels)
    }

    /// Whether the selector could reach one of its pods.
    pub fn may_be_selected(&self, selector: &Selector<'_>) -> bool {
        self.pod_labels().any(|labels| selector.matches(&labels) != Some(false))
    }

    /// As whom its pods run. Read when first asked for, and then remembered: every workload may ask for it.
    pub fn runs_as(&self) -> &RunsAs {
        self.runs_as.get_or_init(|| RunsAs::of(&self.object()))
    }

    /// Which role it binds to whom. Read when first asked for, and then remembered: every pod may ask for it.
    pub fn binds(&self) -> &Binds {
        self.binds.get_or_init(|| Binds::of(&self.object()))
    }

    /// Whether both are certainly two objects of a cluster: of two kinds, names or namespaces. What a template hides,
    /// or is left to who applies it, may be the same.
    pub fn is_other(&self, object: &Object<'_>) -> bool {
        let differ =
            |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one != other);
        differ(self.kind(), object.kind())
            || differ(self.name(), object.name())
            || !self.home().may_be(object.home())
    }

    /// Whether both are the same object of a cluster: of one kind, namespace and name. An object under judgement is
    /// in the workspace, too, and is no other than itself.
    pub fn is_same(&self, object: &Object<'_>) -> bool {
        self.kind() == object.kind() && self.name() == object.name() && self.home().is(object.home())
    }
}

/// The objects known beside the one that is looked at, by kind and by the source that declares them.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    shelves: HashMap<&'static str, Arc<Shelf>>,
}

/// The objects of one kind.
#[derive(Clone, Debug, Default)]
struct Shelf {
    /// Another number after each change.
    stamp: u64,
    /// In order of source, so that of two objects of one name always the same counts.
    by_source: BTreeMap<Arc<str>, Vec<Declared>>,
}

/// Stamps are never used twice, so that those of two copies of a workspace cannot be mistaken for each other.
static NEXT_STAMP: AtomicU64 = AtomicU64::new(1);

impl Workspace {
    /// Replaces what a source declares. Tells whether that changed anything for others.
    pub fn update(&mut self, declarations: Declarations) -> bool {
        let Declarations { source, mut by_topic } = declarations;
        let mut changed = false;
        for topic in KINDS.iter().copied().chain([WORKLOADS, WORKLOAD_NAMES, HIDDEN_WORKLOADS]) {
            let objects = by_topic.remove(topic).unwrap_or_default();
            let known = self.shelves.get(topic).and_then(|shelf| shelf.by_source.get(&source));
            let is_same = known.map(Vec::as_slice).unwrap_or_default() == objects;
            if is_same && objects.is_empty() {
                continue;
            }
            let shelf = Arc::make_mut(self.shelves.entry(topic).or_default());
            if objects.is_empty() {
                shelf.by_source.remove(&source);
            } else {
                // Also where they say the same: they may have moved in their source.
                shelf.by_source.insert(Arc::clone(&source), objects);
            }
            if !is_same {
                shelf.stamp = NEXT_STAMP.fetch_add(1, Ordering::Relaxed);
                changed = true;
            }
        }
        changed
    }

    fn stamp(&self, topic: &str) -> u64 {
        self.shelves.get(topic).map_or(0, |shelf| shelf.stamp)
    }
}

/// What a source declares to others.
#[derive(Clone, Debug)]
pub struct Declarations {
    source: Arc<str>,
    by_topic: HashMap<&'static str, Vec<Declared>>,
}

impl Declarations {
    /// What the documents of a file (or other source) declare.
    pub fn of(source: &str, stream: &Stream) -> Self {
        let mut declarations = Self { source: Arc::from(source), by_topic: HashMap::new() };
        let mut row = 0;
        for placed in stream.documents() {
            for object in objects(&placed.document) {
                declarations.add(&object, &placed.document, row);
            }
            row += placed.document.source().matches('\n').count();
        }
        declarations
    }

    fn add(&mut self, object: &Object<'_>, document: &Arc<Document>, row: usize) {
        let kind = object.kind().and_then(|kind| KINDS.iter().copied().find(|known| *known == kind));
        let workload = || match pod_specs(object).is_empty() {
            false => Some(WORKLOADS),
            true => is_workload(object).then_some(HIDDEN_WORKLOADS),
        };
        let Some(topic) = kind.or_else(workload) else { return };
        let declared = Declared {
            source: Arc::clone(&self.source),
            row,
            document: Arc::clone(document),
            path: object.path.clone(),
            fingerprint: hash(document.text(object.node.range())),
            kind: object.kind().map(Box::from),
            name: object.name().map(Box::from),
            home: match object.home() {
                Namespace::Named(name) => Home::Named(name.into()),
                Namespace::Unsaid => Home::Unsaid,
                Namespace::Unknown => Home::Unknown,
            },
            pod_labels: Arc::default(),
            runs_as: Arc::default(),
            binds: Arc::default(),
        };
        if topic == WORKLOADS {
            let fingerprint = hash((object.kind(), object.home(), object.name()));
            let names = Declared { fingerprint, ..declared.clone() };
            self.by_topic.entry(WORKLOAD_NAMES).or_default().push(names);
        }
        self.by_topic.entry(topic).or_default().push(declared);
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A workspace as somebody asks it, who is to be asked again when what they asked for has changed.
#[derive(Debug)]
pub struct View<'w> {
    workspace: &'w Workspace,
    /// The source of who asks.
    source: Option<&'w str>,
    consulted: RefCell<Consulted>,
}

/// What was asked for, and as it was then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consulted(Vec<(&'static str, u64)>);

impl Consulted {
    /// Whether the workspace would answer alike.
    pub fn is_current(&self, workspace: &Workspace) -> bool {
        self.0.iter().all(|(topic, stamp)| workspace.stamp(topic) == *stamp)
    }
}

impl<'w> View<'w> {
    /// Nobody has asked yet.
    pub fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, source: None, consulted: RefCell::default() }
    }

    /// Somebody asks who is in `source` himself.
    #[must_use]
    pub fn from(self, source: &'w str) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Whether an object of the workspace is certainly in the namespace `home` of who asks. Objects that leave the
    /// namespace out are applied together where they lie together: in one folder, or in one above the other.
    pub fn is_in(&self, declared: &Declared, home: Namespace<'_>) -> bool {
        let own = declared.home();
        own.is(home) && (own != Namespace::Unsaid || self.is_near(declared))
    }

    /// Whether an object lies in the folder of who asks, or in one above or below it.
    pub fn is_near(&self, declared: &Declared) -> bool {
        let folder = |source: &'_ str| source.rfind('/').map_or(0, |end| end + 1);
        self.source.is_none_or(|own| {
            let (own, other) = (&own[..folder(own)], &declared.source[..folder(&declared.source)]);
            own.starts_with(other) || other.starts_with(own)
        })
    }

    /// What has been asked for.
    pub fn consulted(self) -> Consulted {
        self.consulted.into_inner()
    }

    /// All objects of one kind, whatever their group and version.
    ///
    /// # Panics
    /// When objects of that kind are not kept: it is to be added to the list in this file.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'w Declared> + use<'w> {
        let topic = KINDS.iter().copied().find(|known| *known == kind);
        assert!(topic.is_some(), "objects of kind {kind} are not kept");
        self.on(topic.unwrap_or_default())
    }

    /// All objects that hold a pod spec.
    pub fn workloads(&self) -> impl Iterator<Item = &'w Declared> + use<'w> {
        self.on(WORKLOADS)
    }

    /// All objects of workload kinds whose pod spec cannot be seen: their pods may be any.
    pub fn hidden_workloads(&self) -> impl Iterator<Item = &'w Declared> + use<'w> {
        self.on(HIDDEN_WORKLOADS)
    }

    /// Whether the namespace `home` could have pods that cannot be seen.
    pub fn may_hide_pods(&self, home: Namespace<'_>) -> bool {
        self.hidden_workloads().any(|declared| declared.home().may_be(home))
    }

    /// All objects that hold a pod spec, for who looks at nothing but their kinds, names and namespaces.
    pub fn workload_names(&self) -> impl Iterator<Item = &'w Declared> + use<'w> {
        self.on(WORKLOAD_NAMES)
    }

    /// The objects of one kind in what is certainly the namespace `home`.
    pub fn in_namespace(&self, kind: &str, home: Namespace<'_>) -> impl Iterator<Item = &'w Declared> {
        self.of_kind(kind).filter(move |declared| self.is_in(declared, home))
    }

    /// The object of that kind and name in what is certainly the namespace `home`.
    pub fn named(&self, kind: &str, home: Namespace<'_>, name: &str) -> Option<&'w Declared> {
        self.of_kind(kind).find(|declared| declared.name() == Some(name) && self.is_in(declared, home))
    }

    /// Whether an object of that kind could have that name in the namespace `home`: its own name or namespace may be
    /// hidden by a template or left to who applies it.
    pub fn may_have(&self, kind: &str, home: Namespace<'_>, name: &str) -> bool {
        self.of_kind(kind).any(|declared| {
            let may_be_named = declared.name().is_none_or(|own| own == name);
            may_be_named && declared.home().may_be(home)
        })
    }

    /// Whether it declares the Namespace object of `home`: then what lives there is likely to be declared, too.
    pub fn declares_namespace(&self, home: Namespace<'_>) -> bool {
        let Namespace::Named(name) = home else { return false };
        self.of_kind("Namespace").any(|declared| declared.name() == Some(name))
    }

    fn on(&self, topic: &'static str) -> impl Iterator<Item = &'w Declared> + use<'w> {
        let mut consulted = self.consulted.borrow_mut();
        if consulted.0.iter().all(|(known, _)| *known != topic) {
            consulted.0.push((topic, self.workspace.stamp(topic)));
        }
        let shelf = self.workspace.shelves.get(topic);
        shelf.into_iter().flat_map(|shelf| shelf.by_source.values().flatten())
    }
}
