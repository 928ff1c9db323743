use super::host_paths::{directory, is_permitted, sensitive_part};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::Field;

rule! {
    /// A PersistentVolume is a path of the node.
    ///
    /// ## Why
    /// Every pod whose claim is bound to it gets that path, past the rules on `hostPath` in pods: Pod Security
    /// Admission sees a claim only. On a cluster of several nodes the data also stays where the pod once ran. A
    /// sensitive directory of the node makes it an error.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata: {name: data}
    /// spec:
    ///   capacity: {storage: 1Gi}
    ///   accessModes: [ReadWriteOnce]
    ///   hostPath: {path: /srv/data}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata: {name: data}
    /// spec:
    ///   capacity: {storage: 1Gi}
    ///   accessModes: [ReadWriteOnce]
    ///   csi: {driver: disk.example.org, volumeHandle: data}
    /// ```
    ///
    /// ## Fix
    /// By hand: use a storage driver, or a `local` volume, which is bound to its node.
    ///
    /// ## When it is fine
    /// On clusters of one node, for tests. The parameter `hostPathPrefixes` names directories that are permitted.
    ///
    /// ## References
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    /// - [Local volumes](https://kubernetes.io/docs/concepts/storage/volumes/#local)
    id: "persistent-volume-host-path",
    title: "PersistentVolume is a node path",
    family: Family::PodSecurity,
    fields: &["spec.hostPath.path"],
    also: &[
        (Kics, "aa8f7a35-9923-4cad-bd61-a19b7f6aac91"),
        (Kics, "5308a7a8-06f8-45ac-bf10-791fe21de46e"),
        (Kyverno, "limit-hostpath-type-pv"),
    ],
    check: Check::Kind(&["PersistentVolume"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Field::Present(source) = lookup(object.node, &["spec", "hostPath"]) else { return };
    if !matches!(object.api_group(), Some("") | None) || source.value.is_null() || source.value.is_unknown() {
        return;
    }
    let name = object
        .name()
        .map_or("This PersistentVolume".to_owned(), |name| format!("PersistentVolume \"{name}\""));
    let key = object.path.keys(&["spec", "hostPath"]);
    let Some(directory) = directory(source.value) else {
        report.find(key, format!("{name} is a path of the node"));
        return;
    };
    let permitted = report.context().settings.parameters.host_path_prefixes.as_deref().unwrap_or_default();
    if is_permitted(&directory, permitted) {
        return;
    }
    let (words, severity) = match sensitive_part(&directory) {
        Some("/") => ("is the whole file system of the node".to_owned(), Severity::Error),
        Some(_) => (format!("is {directory} of the node, a sensitive directory"), Severity::Error),
        None => (format!("is {directory} of the node"), report.rule.severity),
    };
    report.find(key.key("path"), format!("{name} {words}")).severity(severity);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with, find};
    use crate::{Parameters, Settings, Severity};

    #[test]
    fn any_path_is_found_on_its_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: data}
            spec:
              hostPath:
                path: /srv/data
                      ^^^^^^^^^ PersistentVolume \"data\" is /srv/data of the node
            ---
            apiVersion: v1
            kind: PersistentVolume
            spec:
              hostPath: {path: /etc/kubernetes/}
                               ^^^^^^^^^^^^^^^^ This PersistentVolume is /etc/kubernetes of the node, a sensitive
            ---
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: hidden}
            spec:
              hostPath: {path: \"{{ .Values.path }}\"}
              ^^^^^^^^ PersistentVolume \"hidden\" is a path of the node
            ",
        );
    }

    #[test]
    fn a_sensitive_directory_is_an_error() {
        let severity = |path: &str| {
            let text =
                format!("apiVersion: v1\nkind: PersistentVolume\nspec: {{hostPath: {{path: {path}}}}}\n");
            find(&RULE, &Settings::default(), &text)[0].1.severity
        };
        assert_eq!(severity("/"), Severity::Error);
        assert_eq!(severity("/var/lib/kubelet/pods"), Severity::Error);
        assert_eq!(severity("/data"), Severity::Warning);
    }

    #[test]
    fn permitted_directories_are_fine() {
        let parameters =
            Parameters { host_path_prefixes: Some(vec!["/data".to_owned()]), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: PersistentVolume
            spec: {hostPath: {path: /data/web}}
            ---
            apiVersion: v1
            kind: PersistentVolume
            spec: {hostPath: {path: /database}}
                                    ^^^^^^^^^ is /database of the node
            ",
        );
    }

    #[test]
    fn other_sources_null_and_templates_are_fine() {
        for source in ["local: {path: /srv}", "hostPath:", "hostPath: {{ .Values.hostPath }}"] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: PersistentVolume\nspec:\n  {source}\n"));
        }
    }
}
