use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Declared, Object, PodSpec, Setting, pod_specs, string};
use leastwise_yaml::{Literal, Patch};

rule! {
    /// The configuration of ingress-nginx lets Ingresses write into it.
    ///
    /// ## Why
    /// With snippets, who may write an Ingress reads every Secret that the controller reads (CVE-2021-25742). Up to
    /// v1.8 that is the default: where the workspace declares such a controller, a missing key is found, too.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: ingress-nginx-controller}
    /// data: {allow-snippet-annotations: "true"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: ingress-nginx-controller}
    /// data: {allow-snippet-annotations: "false"}
    /// ```
    ///
    /// ## Fix
    /// Sets it to `"false"`. Snippets are then ignored.
    ///
    /// ## When it is fine
    /// On a controller of your own, where who writes Ingresses may read every Secret anyway.
    ///
    /// ## References
    /// - [CVE-2021-25742](https://nvd.nist.gov/vuln/detail/CVE-2021-25742)
    id: "ingress-nginx-snippets-enabled",
    title: "ingress-nginx accepts snippet annotations",
    family: Family::ServiceExposure,
    fix: FixKind::Behavioural,
    fields: &["data[allow-snippet-annotations]"],
    also: &[(Kubescape, "C-0059"), (Kyverno, "disallow-ingress-nginx-custom-snippets")],
    check: Check::Kind(&["ConfigMap"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    const KEY: &str = "allow-snippet-annotations";
    let message = match string(object.node, &["data", KEY]) {
        Setting::Set("true", _) => "snippets of every Ingress are accepted by ingress-nginx",
        Setting::Unset if is_of_controller(object) && has_old_controller(object, report) => {
            "snippets are accepted by ingress-nginx before v1.9 unless it is told not to"
        }
        _ => return,
    };
    let path = object.path.keys(&["data", KEY]);
    let patch = Patch::Set { path: path.clone(), value: Literal::from("false") };
    report.find(path, message).fix(Fix::behavioural("Refuse snippets", [patch]));
}

/// Whether the ConfigMap goes by a name that the manifests of ingress-nginx give to it.
fn is_of_controller(object: &Object<'_>) -> bool {
    object
        .name()
        .is_some_and(|name| name.ends_with("ingress-nginx-controller") || name == "nginx-configuration")
}

/// Whether the namespace has a controller of which snippets are the default.
fn has_old_controller(object: &Object<'_>, report: &Report<'_, '_>) -> bool {
    let mut workloads = report.workspace().workloads().map(Declared::object);
    workloads.any(|workload| {
        workload.home().is(object.home())
            && pod_specs(&workload).iter().flat_map(PodSpec::containers).any(|container| {
                container.image().is_some_and(|image| {
                    image.repository.ends_with("ingress-nginx/controller")
                        && image.version().is_some_and(|version| version < [1, 9, 0])
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_value_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ingress-nginx-controller}
            data:
              allow-snippet-annotations: \"true\"
                                         ^^^^^^ snippets of every Ingress are accepted
            ",
        );
    }

    #[test]
    fn a_controller_that_is_old_accepts_them_by_default() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ingress-nginx-controller}
            data:
            ^^^^ accepted by ingress-nginx before v1.9
              use-gzip: \"true\"
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: a, image: \"registry.k8s.io/ingress-nginx/controller:v1.8.1\"}]
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ingress-nginx-controller}\ndata: {a: b}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ingress-nginx-controller}\ndata: {allow-snippet-annotations: \"{{ .Values.a }}\"}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_fix_keeps_what_stands_around_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ingress-nginx-controller}
            data:
              use-gzip: \"true\" # faster
              allow-snippet-annotations: \"true\"
            ",
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ingress-nginx-controller}
            data:
              use-gzip: \"true\" # faster
              allow-snippet-annotations: \"false\"
            ",
        );
    }
}
