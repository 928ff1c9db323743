use super::nginx::{NGINX, nginx_snippets};
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Ingress, Object};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A snippet runs Lua in ingress-nginx, or serves files of the controller.
    ///
    /// ## Why
    /// Lua runs with all rights of the controller, and its files hold the token that reads every Secret
    /// (CVE-2021-25742).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: "location /x { alias /var/run/secrets/; }"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: "return 403;"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Fix
    /// Removes the annotation.
    ///
    /// ## When it is fine
    /// Never for an Ingress that others may write.
    ///
    /// ## References
    /// - [CVE-2021-25742](https://nvd.nist.gov/vuln/detail/CVE-2021-25742)
    id: "ingress-nginx-snippet-dangerous",
    title: "Ingress snippet runs Lua or maps server files",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["metadata.annotations[nginx.ingress.kubernetes.io/*-snippet]"],
    also: &[(Checkov, "CKV_K8S_152"), (Checkov, "CKV_K8S_154"), (Kyverno, "nginx-ingress/restrict-annotations")],
    covered_by: &["ingress-nginx-snippet"],
    check: Check::Kind(&["Ingress"], check),
}

/// Files of the controller that no server should hand out.
const FILES: &[&str] =
    &["/etc/passwd", "/etc/shadow", "/etc/ingress-controller", "/run/secrets", "/proc/self"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for snippet in nginx_snippets(&ingress) {
        let Some(what) = snippet.value().and_then(danger) else { continue };
        let name = snippet.key.strip_prefix(NGINX).unwrap_or(snippet.key);
        let message =
            format!("annotation {name} of {} has ingress-nginx run or serve {what}", ingress.title());
        let patch = Patch::Remove { path: snippet.path.clone(), emptied: Emptied::Remove };
        report.find(snippet.path, message).fix(Fix::behavioural(format!("Remove {name}"), [patch]));
    }
}

/// What of the snippet is dangerous.
fn danger(snippet: &str) -> Option<&'static str> {
    let mut words = snippet.split([';', '{', '}', '\n']).filter_map(|part| part.split_whitespace().next());
    if ["lua_", "_lua", "by_lua"].iter().any(|part| snippet.contains(part)) {
        Some("Lua")
    } else if words.any(|word| matches!(word, "alias" | "root")) {
        Some("files of a directory")
    } else {
        FILES.iter().find(|file| snippet.contains(**file)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn lua_directories_and_files_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                nginx.ingress.kubernetes.io/server-snippet: content_by_lua_block { }
                                                            ^^^^^^^^^^^^^^^^^^^^^^^^ server-snippet of Ingress \"web\" has ingress-nginx run or serve Lua
                nginx.ingress.kubernetes.io/configuration-snippet: \"x; alias /tmp/;\"
                                                                   ^^^^^^^^^^^^^^^^^ files of a directory
                nginx.ingress.kubernetes.io/auth-snippet: try_files /etc/passwd =404;
                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ serve /etc/passwd
                nginx.ingress.kubernetes.io/stream-snippet: rewrite /root /alias;
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: \"{{ .Values.snippet }}\"}}\nspec: {ingressClassName: nginx}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: \"return 403;\"}}\nspec: {ingressClassName: nginx}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                example.com/owner: shop # whose
                nginx.ingress.kubernetes.io/server-snippet: |
                  content_by_lua_block {}
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                example.com/owner: shop # whose
            ",
        );
    }
}
