use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Ingress, Object};

rule! {
    /// A path of an Ingress names a file of the server.
    ///
    /// ## Why
    /// A path is written into the configuration of ingress-nginx. One that names a directory of the controller is how
    /// its token is asked for (CVE-2021-25745).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /var/run/secrets}]}}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web}
    /// spec: {tls: [{hosts: [a.example.com]}], rules: [{host: a.example.com, http: {paths: [{path: /shop}]}}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose another path.
    ///
    /// ## When it is fine
    /// Where the application has such a path of its own and the controller checks paths.
    ///
    /// ## References
    /// - [CVE-2021-25745](https://nvd.nist.gov/vuln/detail/CVE-2021-25745)
    id: "ingress-nginx-path-unsafe",
    title: "Ingress path names a server file",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fields: &["spec.rules[*].http.paths[*].path"],
    also: &[(Kyverno, "restrict-ingress-paths")],
    check: Check::Kind(&["Ingress"], check),
}

const DIRECTORIES: &[&str] = &["/etc", "/root", "/var/run/secrets", "/var/run/kubernetes/serviceaccount"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for path in ingress.rules().flat_map(|rule| rule.paths().collect::<Vec<_>>()) {
        let Some(value) = path.value().known() else { continue };
        if let Some(directory) = DIRECTORIES.iter().find(|directory| names(value, directory)) {
            let message =
                format!("a path of {} names {directory}, a directory of the server", ingress.title());
            report.find(path.value_path(), message);
        }
    }
}

/// Whether the path holds the directory; `/etc` is not in `/etcetera`.
fn names(path: &str, directory: &str) -> bool {
    path.match_indices(directory).any(|(at, _)| {
        let rest = &path[at + directory.len()..];
        !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '-' | '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn directories_of_the_server_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              rules:
              - http:
                  paths:
                  - path: /etc/passwd
                          ^^^^^^^^^^^ a path of Ingress \"web\" names /etc, a directory of the server
                  - path: /a/var/run/secrets
                          ^^^^^^^^^^^^^^^^^^ names /var/run/secrets
                  - path: /etcetera
                  - path: \"{{ .Values.path }}\"
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        check_silent(
            &RULE,
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{http: {paths: [{path: null}]}}]}\n",
        );
    }
}
