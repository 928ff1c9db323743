use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::Patch;

rule! {
    /// The image comes from k8s.gcr.io, which has been frozen since April 2023.
    ///
    /// ## Why
    /// Nothing new is published there, security fixes included, and it may be turned off. Its successor
    /// `registry.k8s.io` holds the same images under the same names.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: k8s.gcr.io/pause:3.9
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
    ///     image: registry.k8s.io/pause:3.9
    /// ```
    ///
    /// ## Fix
    /// Replaces the host by `registry.k8s.io`. Nodes behind a firewall must be able to reach it and what it redirects
    /// to.
    ///
    /// ## When it is fine
    /// Nowhere that can reach the new registry.
    ///
    /// ## References
    /// - [k8s.gcr.io will be frozen](https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/)
    id: "image-registry-frozen",
    title: "Image comes from the frozen k8s.gcr.io registry",
    family: Family::SupplyChain,
    fix: FixKind::Behavioural,
    fields: &["C[*].image"],
    also: &[(Kubescape, "C-0253"), (Kyverno, "restrict-deprecated-registry")],
    check: Check::Container(check),
}

const FROZEN: &str = "k8s.gcr.io/";

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Setting::Set(text, _) = string(container.node, &["image"]) else { return };
    let Some(rest) = text.strip_prefix(FROZEN) else { return };
    let path = container.path.key("image");
    let value = format!("registry.k8s.io/{rest}").as_str().into();
    let message = format!("{} takes {rest} from k8s.gcr.io, which gets no more updates", container.title());
    let fix = Fix::behavioural("Take it from registry.k8s.io", [Patch::Set { path: path.clone(), value }]);
    report.find(path, message).fix(fix);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_host_is_found_in_all_lists() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: k8s.gcr.io/sig-storage/csi-attacher:v4.0.0
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ takes sig-storage/csi-attacher:v4.0.0 from k8s.gcr.io
              initContainers:
              - {name: init, image: \"k8s.gcr.io/busybox\"}
                                    ^^^^^^^^^^^^^^^^^^^^ container \"init\"
            ",
        );
    }

    #[test]
    fn other_hosts_are_fine() {
        for image in [
            "registry.k8s.io/pause:3.9",
            "gcr.io/k8s.gcr.io/pause",
            "k8s.gcr.io.example.com/pause",
            "\"k8s.gcr.io/{{ .Values.name }}\"",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"),
            );
        }
    }

    #[test]
    fn the_fix_replaces_the_host() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: 'k8s.gcr.io/pause:3.9' # as kubeadm has it
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: 'registry.k8s.io/pause:3.9' # as kubeadm has it
            ",
        );
    }
}
