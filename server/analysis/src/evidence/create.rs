//! What can be made anew of what was seen: the role of a service account, the network policy of a workload.

use super::Evidence;
use super::around::all_around;
use crate::File;
use leastwise_harden::{Kind, Level, Options, Proposal, Task, Whose, harden};
use leastwise_manifest::{
    Declared, Namespace, NetworkPolicy, Object, PodSpec, View, binding, objects, pod_specs,
};
use leastwise_text::TextRange;
use serde::{Deserialize, Serialize};

/// The most things of a kind that are listed beside a new manifest.
const LISTED: usize = 40;

/// Something that can be made for an object of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Creation {
    /// What.
    pub what: Creatable,
    /// The namespace of the one for whom it is.
    pub namespace: String,
    /// Its kind: `ServiceAccount`, or that of a workload.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// What can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Creatable {
    /// Roles with their bindings.
    Role,
    /// A network policy.
    NetworkPolicy,
}

/// A text that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewManifest {
    /// What it is, in a few words.
    pub title: String,
    /// What a file of it might be called.
    pub file_name: String,
    /// Its documents.
    pub text: String,
    /// What it rests on, and what it leaves out.
    pub notes: Vec<String>,
}

impl Creation {
    /// What a button says.
    pub fn title(&self) -> &'static str {
        match self.what {
            Creatable::Role => "Create Role from evidence",
            Creatable::NetworkPolicy => "Create NetworkPolicy from evidence",
        }
    }

    fn task(&self) -> (Kind, Whose) {
        let (namespace, kind, name) = (self.namespace.clone(), self.kind.clone(), self.name.clone());
        match self.what {
            Creatable::Role => (Kind::Role, Whose::ServiceAccount { namespace, name }),
            Creatable::NetworkPolicy => (Kind::NetworkPolicy, Whose::Workload { namespace, kind, name }),
        }
    }
}

/// What can be made for the objects of a text, and where each of them begins: where something was seen of them, and no
/// manifest says anything about it yet.
pub fn creations(file: &File) -> Vec<(TextRange, Creation)> {
    let environment = file.environment();
    let Some(evidence) = environment.evidence.as_deref() else { return Vec::new() };
    let view = environment.view();
    let mut creations = Vec::new();
    for (_, offset, analysis) in file.placed() {
        for object in objects(&analysis.document) {
            let head = object.node.head();
            for creation in of_object(&object, &view, evidence) {
                creations.push((head + offset, creation));
            }
        }
    }
    creations
}

fn of_object(object: &Object<'_>, view: &View<'_>, evidence: &Evidence) -> Vec<Creation> {
    let (Some(kind), Some(name)) = (object.kind(), object.name()) else { return Vec::new() };
    let pods = pod_specs(object).into_iter().next();
    let account = match &pods {
        Some(pods) => pods.service_account(),
        None => (kind == "ServiceAccount").then_some(name),
    };
    let creation = |what, namespace: &str, kind: &str, name: &str| Creation {
        what,
        namespace: namespace.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
    };
    let mut creations = Vec::new();
    if let Some(account) = account {
        let namespace = place(object.home(), || evidence.namespace_of_account(account));
        let namespace = namespace.filter(|namespace| evidence.has_asked(namespace, account));
        if let Some(namespace) = namespace.filter(|namespace| !is_bound(view, namespace, account)) {
            creations.push(creation(Creatable::Role, namespace, "ServiceAccount", account));
        }
    }
    if let Some(pods) = pods.filter(|pods| !is_chosen(view, object, pods)) {
        let namespace = place(object.home(), || evidence.namespace_of_workload(kind, name));
        if let Some(namespace) = namespace.filter(|namespace| evidence.has_connected(namespace, name, &pods))
        {
            creations.push(creation(Creatable::NetworkPolicy, namespace, kind, name));
        }
    }
    creations
}

fn place<'e>(home: Namespace<'e>, seen: impl FnOnce() -> Option<&'e str>) -> Option<&'e str> {
    match home {
        Namespace::Named(name) => Some(name),
        Namespace::Unsaid => seen(),
        Namespace::Unknown => None,
    }
}

fn is_bound(view: &View<'_>, namespace: &str, account: &str) -> bool {
    let bindings = ["RoleBinding", "ClusterRoleBinding"].into_iter().flat_map(|kind| view.of_kind(kind));
    let mut near = bindings.filter(|declared| declared.binds().subjects.iter().any(|name| name == account));
    near.any(|declared: &Declared| {
        binding(&declared.object()).is_some_and(|binding| {
            binding.subjects.iter().any(|subject| {
                subject.name == Some(account) && subject.namespace.known().is_none_or(|own| own == namespace)
            })
        })
    })
}

/// Whether a network policy may be for the pods already.
fn is_chosen(view: &View<'_>, object: &Object<'_>, pods: &PodSpec<'_>) -> bool {
    view.of_kind("NetworkPolicy").filter(|declared| declared.home().may_be(object.home())).any(|declared| {
        let policy = NetworkPolicy::of(&declared.object());
        policy.is_some_and(|policy| policy.selects(&pods.labels()) != Some(false))
    })
}

/// Makes it.
///
/// # Errors
/// Why nothing was made.
pub fn create(file: &File, creation: &Creation) -> Result<NewManifest, String> {
    let environment = file.environment();
    let evidence = environment.evidence.as_deref().ok_or("no evidence has been read")?;
    let view = environment.view();
    let manifests = all_around(file, &view, &creation.namespace);
    let (kind, whose) = creation.task();
    let options = Options { whose, ..Options::default() };
    let proposal = harden(Task::Create, kind, evidence.record(), &manifests, &options);
    let notes = notes(&proposal);
    if proposal.created.is_empty() {
        let why = notes.first().cloned().unwrap_or_else(|| "nothing was seen that asks for one".to_owned());
        return Err(format!("{}: {why}", creation.title()));
    }
    let texts: Vec<_> = proposal.created.iter().map(|created| created.text()).collect();
    let suffix = match creation.what {
        Creatable::Role => "role",
        Creatable::NetworkPolicy => "network-policy",
    };
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    let name: String = creation.name.chars().map(|char| if is_plain(char) { char } else { '-' }).collect();
    Ok(NewManifest {
        title: creation.title().to_owned(),
        file_name: format!("{}-{suffix}.yaml", name.trim_matches('.')),
        text: texts.join("---\n"),
        notes,
    })
}

fn notes(proposal: &Proposal) -> Vec<String> {
    let said = proposal.statements.iter().map(|statement| {
        let what = match (statement.applied, statement.level) {
            (false, _) => "Not said: ",
            (true, Level::Exact) => "",
            (true, Level::Implied) => "Implied: ",
            (true, Level::Candidate) => "By silence: ",
        };
        format!("{what}{} ({})", statement.what, statement.because)
    });
    let refused =
        proposal.refused.iter().map(|refused| format!("Left: {} ({})", refused.what, refused.because));
    said.chain(refused).take(LISTED).collect()
}
