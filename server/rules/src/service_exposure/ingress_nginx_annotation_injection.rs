use super::nginx::NGINX;
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Annotation, Ingress, Object};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// The value of an annotation ends its directive in the configuration of ingress-nginx and begins another.
    ///
    /// ## Why
    /// What follows runs in the controller, which reads the Secrets of all namespaces (CVE-2025-1974, CVE-2025-1097,
    /// CVE-2025-1098, CVE-2025-24514).
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: "https://auth.example.com/#;}load_module x;"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: "https://auth.example.com/check"}}
    /// spec: {ingressClassName: nginx}
    /// ```
    ///
    /// ## Fix
    /// By hand for annotations about authentication: without them anybody may come in. Removes those about mirrors.
    ///
    /// ## When it is fine
    /// Never; a URL can hold these characters percent-encoded.
    ///
    /// ## References
    /// - [CVE-2025-1974](https://nvd.nist.gov/vuln/detail/CVE-2025-1974)
    /// - [CVE-2025-1974: what you need to know](https://kubernetes.io/blog/2025/03/24/ingress-nginx-cve-2025-1974/)
    id: "ingress-nginx-annotation-injection",
    title: "Ingress annotation value breaks out of its directive",
    severity: Severity::Error,
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["metadata.annotations[nginx.ingress.kubernetes.io/auth-url]", "metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-match-cn]", "metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-verify-client]", "metadata.annotations[nginx.ingress.kubernetes.io/mirror-target]", "metadata.annotations[nginx.ingress.kubernetes.io/mirror-host]"],
    also: &[(Trivy, "KCV-0093"), (Kyverno, "check-ingress-nginx-controller-version-and-annotation-policy")],
    check: Check::Kind(&["Ingress"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(ingress) = Ingress::of(object) else { return };
    let mut annotations =
        object.annotations(NGINX).filter(|annotation| is_read(name_of(annotation))).peekable();
    if annotations.peek().is_none() || !is_nginx(&ingress) {
        return;
    }
    for annotation in annotations {
        let name = name_of(&annotation);
        if !annotation.value().is_some_and(|value| breaks_out(name, value)) {
            continue;
        }
        let message = format!("the value of {name} of {} breaks out of its directive", ingress.title());
        let patch = Patch::Remove { path: annotation.path.clone(), emptied: Emptied::Remove };
        let found = report.find(annotation.path, message);
        // Without an annotation about authentication more could come in.
        if name.starts_with("mirror-") {
            found.fix(Fix::behavioural(format!("Remove {name}"), [patch]));
        }
    }
}

fn name_of<'d>(annotation: &Annotation<'d>) -> &'d str {
    annotation.key.strip_prefix(NGINX).unwrap_or(annotation.key)
}

fn is_read(name: &str) -> bool {
    matches!(
        name,
        "auth-url" | "auth-tls-match-cn" | "auth-tls-verify-client" | "mirror-target" | "mirror-host"
    )
}

fn breaks_out(name: &str, value: &str) -> bool {
    // A block scalar ends with a line break of its own.
    let value = value.trim_end();
    match name {
        "auth-tls-verify-client" => !matches!(value, "on" | "off" | "optional" | "optional_no_ca"),
        _ => value.contains(['\n', '\r', '\'', '"', '`', '{', '}', ';', '#']),
    }
}

/// Whether the field or the annotation names the class `nginx`: either is enough for some controller to take it.
fn is_nginx(ingress: &Ingress<'_>) -> bool {
    ingress.class().0.known() == Some("nginx")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn values_that_break_out_are_marked() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                nginx.ingress.kubernetes.io/auth-url: http://a/#;}
                                                      ^^^^^^^^^^^^ the value of auth-url of Ingress \"web\" breaks out
                nginx.ingress.kubernetes.io/mirror-target: https://b$request_uri
                nginx.ingress.kubernetes.io/auth-tls-verify-client: \"on\"
                nginx.ingress.kubernetes.io/auth-tls-match-cn: CN=a
            spec: {ingressClassName: nginx}
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
              annotations:
                kubernetes.io/ingress.class: nginx
                nginx.ingress.kubernetes.io/auth-tls-verify-client: on; load_module x
                                                                    ^^^^^^^^^^^^^^^^^ auth-tls-verify-client of Ingress \"web\" breaks out
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: \"{{ .Values.url }}\"}}\nspec: {ingressClassName: nginx}\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: \"a;b\"}}\nspec: {ingressClassName: traefik}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn authentication_is_not_removed() {
        check_no_fix(
            &RULE,
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {annotations: {nginx.ingress.kubernetes.io/auth-url: a;b}}\nspec: {ingressClassName: nginx}\n",
        );
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
                nginx.ingress.kubernetes.io/mirror-target: http://a/#;}
            spec: {ingressClassName: nginx} # the public one
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: web
            spec: {ingressClassName: nginx} # the public one
            ",
        );
    }
}
