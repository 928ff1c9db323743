use leastwise_manifest::{Namespace, Object, PodSpec, objects, pod_specs};
use leastwise_yaml::Document;

/// The manifests of a workspace.
#[derive(Clone, Debug)]
pub struct Manifests<'d> {
    /// Their documents, in order of file and place.
    pub documents: Vec<&'d Document>,
    /// The namespace of objects that do not say one.
    pub namespace: &'d str,
}

/// An object and the document in which it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed<'d> {
    /// Which of the documents.
    pub(crate) document: usize,
    pub(crate) object: Object<'d>,
}

impl<'d> Manifests<'d> {
    /// All objects in order.
    pub(crate) fn placed(&self) -> Vec<Placed<'d>> {
        let of_document = |(document, text): (usize, &&'d Document)| {
            objects(text).into_iter().map(move |object| Placed { document, object }).collect::<Vec<_>>()
        };
        self.documents.iter().enumerate().flat_map(of_document).collect()
    }

    /// The objects, where one of the documents is another one.
    pub(crate) fn with(&self, document: usize, other: &'d Document) -> Self {
        let mut changed = self.clone();
        if let Some(place) = changed.documents.get_mut(document) {
            *place = other;
        }
        changed
    }

    /// All objects in order, without their places.
    pub fn objects(&self) -> Vec<Object<'d>> {
        self.placed().into_iter().map(|placed| placed.object).collect()
    }

    /// The namespace in which an object lives; `None` where a template hides it.
    pub fn home(&self, object: &Object<'d>) -> Option<&'d str> {
        match object.home() {
            Namespace::Named(name) => Some(name),
            Namespace::Unsaid => Some(self.namespace),
            Namespace::Unknown => None,
        }
    }

    /// The pods of a workload.
    pub(crate) fn workload(&self, namespace: &str, kind: &str, name: &str) -> Option<PodSpec<'d>> {
        let is_it = |object: &Object<'d>| {
            self.home(object) == Some(namespace) && object.kind() == Some(kind) && object.name() == Some(name)
        };
        let found = self.objects().into_iter().rfind(is_it)?;
        pod_specs(&found).into_iter().next()
    }
}
