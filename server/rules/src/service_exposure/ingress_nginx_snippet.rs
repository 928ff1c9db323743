use super::nginx::{NGINX, nginx_snippets};
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Ingress, Object};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// An annotation of an Ingress writes into the configuration of ingress-nginx.
    ///
    /// ## Why
    /// The controller reads the Secrets of all namespaces and takes the text as it is: who may write an Ingress reads
    /// them, too (CVE-2021-25742).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: "return 403;"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/limit-rps: "10"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Fix
    /// Removes the annotation. What it did, a refusal of requests perhaps, is gone with it: read it first.
    ///
    /// ## When it is fine
    /// On a controller of your own, where who writes Ingresses may read every Secret anyway.
    ///
    /// ## References
    /// - [CVE-2021-25742](https://nvd.nist.gov/vuln/detail/CVE-2021-25742)
    id: "ingress-nginx-snippet",
    title: "Ingress injects controller configuration",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["metadata.annotations[nginx.ingress.kubernetes.io/*-snippet]"],
    also: &[(Checkov, "CKV_K8S_153"), (Kyverno, "disallow-ingress-nginx-custom-snippets"), (Kyverno, "check-ingress-nginx-controller-version-and-annotation-policy")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    for snippet in nginx_snippets(&ingress) {
        let name = snippet.key.strip_prefix(NGINX).unwrap_or(snippet.key);
        let message = format!(
            "annotation {name} of {} writes into the configuration of ingress-nginx",
            ingress.title()
        );
        let patch = Patch::Remove { path: snippet.path.clone(), emptied: Emptied::Remove };
        report.find(snippet.path, message).fix(Fix::behavioural(format!("Remove {name}"), [patch]));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn snippets_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                nginx.ingress.kubernetes.io/configuration-snippet: more_set_headers a;
                                                                   ^^^^^^^^^^^^^^^^^^^ configuration-snippet of Ingress \"web\" writes into
                nginx.ingress.kubernetes.io/limit-rps: \"10\"
                example.com/server-snippet: text
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: null}}\nspec: {ingressClassName: nginx}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/server-snippet: \"\"}}\nspec: {ingressClassName: nginx}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {annotations: {nginx.ingress.kubernetes.io/server-snippet: a}}\n",
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
                  return 403;
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
