use crate::{Container, Workload};

/// Whose process it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) pod: &'a str,
    pub(crate) container: &'a str,
    /// Kind and name.
    pub(crate) workload: Option<(&'a str, &'a str)>,
}

impl Owner<'_> {
    /// The container as all replicas have it; that of the pod alone where no workload is known.
    pub(crate) fn container(&self) -> Container {
        let workload =
            self.workload.map(|(kind, name)| Workload { kind: kind.to_owned(), name: name.to_owned() });
        Container {
            namespace: self.namespace.to_owned(),
            pod: Some(self.pod.to_owned()).filter(|pod| workload.is_none() && !pod.is_empty()),
            workload,
            name: self.container.to_owned(),
        }
    }
}
