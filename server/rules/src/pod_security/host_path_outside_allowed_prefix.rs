use super::host_paths::{find_directories, is_permitted};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;

rule! {
    /// A volume is a path of the node outside those that the settings permit.
    ///
    /// ## Why
    /// Where some pods need files of their node, a short list of directories keeps them off all others. Off until
    /// the parameter `hostPathPrefixes` names them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///   volumes:
    ///   - name: cache
    ///     hostPath: {path: /srv/cache}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///   volumes:
    ///   - name: cache
    ///     hostPath: {path: /data/cache}
    /// ```
    ///
    /// ## Fix
    /// By hand: move what the volume holds, or use another kind of volume.
    ///
    /// ## When it is fine
    /// For node agents that must read a fixed path, such as the logs of the node.
    ///
    /// ## References
    /// - [hostPath](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath)
    id: "host-path-outside-allowed-prefix",
    title: "Node path lies outside the permitted prefixes",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    parameter: Some("host_path_prefixes"),
    fields: &["P.volumes[*].hostPath.path"],
    also: &[(Kyverno, "limit-hostpath-vols")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(prefixes) = &report.context().settings.parameters.host_path_prefixes else { return };
    find_directories(pod, report, |directory| {
        let words = || format!("is {directory} of the node, which lies under no permitted directory");
        (!is_permitted(directory, prefixes)).then(words)
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn whole_segments_are_compared() {
        let host_path_prefixes = Some(vec!["/data/".to_owned()]);
        let parameters = Parameters { host_path_prefixes, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              volumes:
              - {name: all, hostPath: {path: /data}}
              - {name: part, hostPath: {path: /data//web}}
              - {name: hidden, hostPath: {path: \"{{ .Values.path }}\"}}
              - {name: other, hostPath: {path: /database}}
                                               ^^^^^^^^^ volume \"other\" is /database of the node, which lies under no permitted
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_prefixes_are_set() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [], volumes: [{name: web, hostPath: {path: /etc}}]}\n",
        );
    }
}
