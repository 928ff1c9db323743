use super::refine::refine_workloads;
use super::subject::is_meant;
use crate::{Created, Judgement, Manifests, Options, Proposal, Whose};
use leastwise_evidence::{Container, Record};
use leastwise_manifest::{Object, objects, pod_specs};
use leastwise_yaml::{Document, Kind, Literal, Node, Scalar, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// As deep as values are followed; deeper than any honest object is.
const DEPTH: usize = 100;

/// Where the kinds of Kubernetes have their pods: group and version, kind, and the keys of the pod spec.
const KINDS: [(&str, &str, &[&str]); 7] = [
    ("apps/v1", "DaemonSet", &["spec", "template", "spec"]),
    ("apps/v1", "Deployment", &["spec", "template", "spec"]),
    ("apps/v1", "ReplicaSet", &["spec", "template", "spec"]),
    ("apps/v1", "StatefulSet", &["spec", "template", "spec"]),
    ("batch/v1", "CronJob", &["spec", "jobTemplate", "spec", "template", "spec"]),
    ("batch/v1", "Job", &["spec", "template", "spec"]),
    ("v1", "Pod", &["spec"]),
];

/// Makes the manifests of workloads with all that evidence decides filled in: whole where the manifest is given, and
/// otherwise as a patch of the fields alone.
pub fn create_workloads(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    let mut proposal = refine_workloads(record, manifests, options);
    let changes = std::mem::take(&mut proposal.changes);
    let mut written = BTreeSet::new();
    for placed in manifests.placed() {
        let object = &placed.object;
        let Some(pod) = pod_specs(object).into_iter().next() else { continue };
        if let (Some(namespace), Some(kind), Some(name)) =
            (manifests.home(object), object.kind(), object.name())
        {
            written.insert((namespace.to_owned(), kind.to_owned(), name.to_owned()));
        }
        // A workload of which nothing was seen is nothing that evidence makes.
        let has_statement = proposal.statements.iter().any(|said| said.resource == object.resource());
        if !has_statement || !is_meant(&placed, &pod, options, manifests) {
            continue;
        }
        let changed = changes.iter().find(|change| change.document == placed.document);
        let document = match changed {
            Some(change) => &*change.after,
            None => object.node.document(),
        };
        match whole(document, object) {
            Some(made) => proposal.created.push(made),
            None => proposal.refuse(format!("{:?}", object.resource()), "a template hides some of it"),
        }
    }
    for (owner, containers) in unwritten(record, options, &written) {
        patch(&owner, &containers, record, options, &mut proposal);
    }
    if proposal.created.is_empty() {
        proposal.verdict = Judgement::Equal;
    }
    proposal
}

/// The object as it stands in the document, with its comments where it has the document for itself.
fn whole(document: &Document, object: &Object<'_>) -> Option<Created> {
    let now = objects(document).into_iter().find(|other| other.path == object.path)?;
    if !now.path.segments().is_empty() {
        return Created::new(literal(now.node, DEPTH)?);
    }
    let text = document.source().trim_start();
    let text = text.strip_prefix("---").unwrap_or(text).trim_start();
    let stream = parse(text);
    let document = Arc::clone(&stream.documents().first()?.document);
    let object = objects(&document).into_iter().next()?;
    Some(Created { object: literal(object.node, DEPTH)?, resource: object.resource(), document })
}

/// The value of a node; `None` where some of it is hidden or cannot be written.
fn literal(node: Node<'_>, depth: usize) -> Option<Literal> {
    if depth == 0 || node.is_unknown() || node.is_open() {
        return None;
    }
    match node.kind() {
        Kind::Mapping => {
            let entries = node.entries().into_iter().filter(|entry| !entry.value.is_null());
            let entry = |entry: leastwise_yaml::Entry<'_>| {
                Some((entry.key.key_text()?.to_owned(), literal(entry.value, depth - 1)?))
            };
            entries.map(entry).collect::<Option<_>>().map(Literal::Mapping)
        }
        Kind::Sequence => node
            .items()
            .map(|item| literal(item.value, depth - 1))
            .collect::<Option<_>>()
            .map(Literal::Sequence),
        Kind::Scalar(Scalar::Boolean(value)) => Some(Literal::Boolean(*value)),
        Kind::Scalar(Scalar::Integer(value)) => Some(Literal::Integer(*value)),
        Kind::Scalar(Scalar::String) => node.as_str().map(Literal::from),
        Kind::Scalar(_) | Kind::Dangling => None,
    }
}

/// Namespace, kind and name.
type Owner = (String, String, String);

/// The workloads of the record that are not among the manifests, with their containers.
fn unwritten<'r>(
    record: &'r Record,
    options: &Options,
    written: &BTreeSet<Owner>,
) -> BTreeMap<Owner, Vec<&'r Container>> {
    let mut found: BTreeMap<Owner, Vec<&Container>> = BTreeMap::new();
    for container in record.containers.keys() {
        let Some(workload) = &container.workload else { continue };
        let owner = (container.namespace.clone(), workload.kind.clone(), workload.name.clone());
        let is_asked_for = match &options.whose {
            Whose::Everyone => true,
            Whose::Workload { namespace, kind, name } => {
                (namespace, kind, name) == (&owner.0, &owner.1, &owner.2)
            }
            // Whose pods these are only the manifest says.
            Whose::ServiceAccount { .. } | Whose::User(_) => false,
        };
        if is_asked_for && !written.contains(&owner) {
            found.entry(owner).or_default().push(container);
        }
    }
    found
}

/// Makes a patch of a workload that is not among the manifests.
fn patch(
    owner: &Owner,
    containers: &[&Container],
    record: &Record,
    options: &Options,
    proposal: &mut Proposal,
) {
    let (namespace, kind, name) = owner;
    let title = crate::seen::shown(&format!("{kind} {namespace}/{name}"));
    let Some((version, _, keys)) = KINDS.iter().find(|(_, known, _)| known == kind) else {
        return proposal.refuse(title, "where its pods are described is not known; give its manifest");
    };
    let [container] = containers else {
        return proposal.refuse(
            title,
            "it has several containers, and the record does not say which of them only \
                                       start it; give its manifest",
        );
    };
    let text = |value: &str| Literal::from(value);
    let mapping = |entries: Vec<(&str, Literal)>| {
        Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let named = mapping(vec![("name", text(&container.name))]);
    let pod = mapping(vec![("containers", Literal::Sequence(vec![named]))]);
    let nested = keys.iter().rev().fold(pod, |inner, key| mapping(vec![(*key, inner)]));
    let Literal::Mapping(nested) = nested else { return };
    let mut entries = vec![
        ("apiVersion".to_owned(), text(version)),
        ("kind".to_owned(), text(kind)),
        ("metadata".to_owned(), mapping(vec![("name", text(name)), ("namespace", text(namespace))])),
    ];
    entries.extend(nested);
    let Some(bare) = Created::new(Literal::Mapping(entries)) else {
        return proposal.refuse(title, "its names cannot be written");
    };
    let manifests = Manifests { documents: vec![&bare.document], namespace };
    let mut refined = super::refine::refine_given(record, &manifests, options, false, Proposal::default());
    proposal.statements.append(&mut refined.statements);
    for refused in refined.refused {
        proposal.refuse(refused.what, refused.because);
    }
    for change in refined.changes {
        proposal.created.extend(whole_of(change.after));
    }
    if !proposal.created.is_empty() {
        proposal.verdict = Judgement::New;
    }
}

fn whole_of(document: Arc<Document>) -> Option<Created> {
    let object = objects(&document).into_iter().next()?;
    let (object, resource) = (literal(object.node, DEPTH)?, object.resource());
    Some(Created { object, document, resource })
}
