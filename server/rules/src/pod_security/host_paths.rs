//! The paths of the node that a pod mounts, for the rules that judge them.

use super::volumes::volumes;
use crate::finding::Report;
use leastwise_manifest::{PodSpec, Setting, string};
use leastwise_yaml::{Node, Path};

/// The directories that hold a node's system, its secrets or its control. Each with all that lies under it.
const SENSITIVE: &[&str] = &[
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/kubelet",
    "/var/log",
    "/var/run",
];

/// A volume that is a path of the node.
pub(super) struct HostPath {
    /// Its volume, for messages.
    pub(super) volume: String,
    /// Where the `hostPath` key stands.
    pub(super) source: Path,
    /// The path on the node without needless slashes and dots; `None` when not known.
    pub(super) directory: Option<String>,
}

/// The `hostPath` volumes of a pod.
pub(super) fn host_paths(pod: &PodSpec<'_>) -> Vec<HostPath> {
    volumes(pod)
        .into_iter()
        .filter_map(|volume| {
            let source = volume.source("hostPath")?;
            let directory = directory(source.value);
            Some(HostPath { volume: volume.title(), source: volume.path.key("hostPath"), directory })
        })
        .collect()
}

/// The path on the node that a `hostPath` names, normalized; `None` when not known.
pub(super) fn directory(source: Node<'_>) -> Option<String> {
    match string(source, &["path"]) {
        Setting::Set(path, _) if path.starts_with('/') => Some(normalized(path)),
        _ => None,
    }
}

/// Reports the `path` of each `hostPath` for which `judge` has words; it is shown the path on the node.
pub(super) fn find_directories(
    pod: &PodSpec<'_>,
    report: &mut Report<'_, '_>,
    judge: impl Fn(&str) -> Option<String>,
) {
    for HostPath { volume, source, directory } in host_paths(pod) {
        if let Some(words) = directory.as_deref().and_then(&judge) {
            report.find(source.key("path"), format!("{volume} {words}"));
        }
    }
}

/// The sensitive directory that a path of the node is or lies in; the path is normalized. The root holds them all.
pub(super) fn sensitive_part(directory: &str) -> Option<&str> {
    match directory {
        "/" => Some("/"),
        directory => SENSITIVE.iter().copied().find(|sensitive| lies_in(directory, sensitive)),
    }
}

/// Whether a path of the node, normalized, lies under one of the directories that the settings permit.
pub(super) fn is_permitted(directory: &str, prefixes: &[String]) -> bool {
    prefixes
        .iter()
        .map(|prefix| normalized(prefix))
        .any(|prefix| prefix == "/" || lies_in(directory, &prefix))
}

/// Whether `directory` is `ancestor` or lies under it; both normalized.
pub(super) fn lies_in(directory: &str, ancestor: &str) -> bool {
    directory.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path without doubled and trailing slashes and without `.`. Steps back stay: the API server refuses them.
pub(super) fn normalized(path: &str) -> String {
    let steps: Vec<_> = path.split('/').filter(|step| !matches!(*step, "" | ".")).collect();
    format!("/{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{lies_in, normalized};

    #[test]
    fn needless_slashes_and_dots_go() {
        for (written, meant) in
            [("/", "/"), ("//", "/"), ("/etc/", "/etc"), ("//var///run/.", "/var/run"), ("/./etc", "/etc")]
        {
            assert_eq!(normalized(written), meant, "{written}");
        }
    }

    #[test]
    fn a_longer_name_is_another_directory() {
        assert!(lies_in("/etc", "/etc") && lies_in("/etc/ssl", "/etc"));
        assert!(!lies_in("/etcd", "/etc") && !lies_in("/", "/etc"));
    }
}
