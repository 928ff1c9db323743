use super::ingress_nginx::{is_controller, read_version};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// The ingress-nginx controller is older than the releases that close CVE-2025-1974.
    ///
    /// ## Why
    /// Through its admission webhook, anything on the pod network can make the controller run code. The controller may
    /// read all Secrets of the cluster, so that is the cluster. The fixes are in 1.11.5 and 1.12.1.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.k8s.io/ingress-nginx/controller:v1.11.4
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
    ///     image: registry.k8s.io/ingress-nginx/controller:v1.13.3
    /// ```
    ///
    /// ## Fix
    /// By hand: upgrade the controller; until then turn the admission webhook off. The parameter `ingressNginxReleases`
    /// sets other safe releases, one for each minor version.
    ///
    /// ## When it is fine
    /// In a lab that studies the flaw.
    ///
    /// ## References
    /// - [CVE-2025-1974: what you need to know](https://kubernetes.io/blog/2025/03/24/ingress-nginx-cve-2025-1974/)
    id: "ingress-nginx-controller-outdated",
    title: "ingress-nginx controller image is below the safe release",
    family: Family::ClusterComponent,
    fields: &["C[*].image"],
    also: &[(Kubescape, "C-0059"), (Kyverno, "check-ingress-nginx-controller-version-and-annotation-policy")],
    check: Check::Container(check),
}

/// The first releases with the fixes.
const SAFE: [[u64; 3]; 2] = [[1, 11, 5], [1, 12, 1]];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(image) = container.image().filter(is_controller) else { return };
    let Some(version) = image.version() else { return };
    let is_safe = match &report.context().settings.parameters.ingress_nginx_releases {
        Some(set) => {
            let set: Vec<_> = set.iter().filter_map(|release| read_version(release)).collect();
            set.is_empty() || is_safe(version, &set)
        }
        None => is_safe(version, &SAFE),
    };
    if !is_safe {
        let [major, minor, patch] = version;
        let message = format!(
            "{} runs ingress-nginx {major}.{minor}.{patch}, which lacks fixes for known ways into the cluster",
            container.title()
        );
        report.find(container.path.key("image"), message);
    }
}

/// Whether it is at least the safe release of its minor version, or of a later one than all of them.
fn is_safe(version: [u64; 3], safe: &[[u64; 3]]) -> bool {
    let of_same_minor = safe.iter().filter(|safe| safe[..2] == version[..2]).min();
    match of_same_minor {
        Some(safe) => version >= *safe,
        None => safe.iter().all(|safe| version > *safe),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn releases_without_the_fixes_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: a, image: registry.k8s.io/ingress-nginx/controller:v1.11.4@sha256:00}
                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" runs ingress-nginx 1.11.4
              - {name: b, image: \"mirror.example.com/ingress-nginx/controller-chroot:v1.12.0\"}
                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ingress-nginx 1.12.0
              - {name: c, image: k8s.gcr.io/ingress-nginx/controller:v0.48.1}
                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ingress-nginx 0.48.1
            ",
        );
    }

    #[test]
    fn fixed_releases_other_images_and_templates_are_fine() {
        for image in [
            "registry.k8s.io/ingress-nginx/controller:v1.11.5",
            "registry.k8s.io/ingress-nginx/controller:v1.12.1",
            "registry.k8s.io/ingress-nginx/controller:v1.13.0",
            "registry.k8s.io/ingress-nginx/controller",
            "registry.k8s.io/ingress-nginx/controller:{{ .Values.tag }}",
            "nginx/nginx-ingress:3.0.0",
            "example.com/controller:v1.0.0",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"),
            );
        }
    }

    #[test]
    fn a_site_may_ask_for_more() {
        let ingress_nginx_releases = Some(vec!["v1.13.3".to_owned()]);
        let parameters = Parameters { ingress_nginx_releases, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: registry.k8s.io/ingress-nginx/controller:v1.13.0
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ingress-nginx 1.13.0
              - image: registry.k8s.io/ingress-nginx/controller:v1.14.0
            ",
        );
    }
}
