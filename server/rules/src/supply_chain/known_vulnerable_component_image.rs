use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec, string};

rule! {
    /// The tag is a release of a cluster component with a flaw that is known and serious.
    ///
    /// ## Why
    /// These components hold the keys to the cluster, and their flaws are public. The table knows Argo CD 2.0, 2.1
    /// before 2.1.9 and 2.2 before 2.2.4 (CVE-2022-24348: a chart reads other teams' secrets), Grafana 9.2.0 to 9.2.3
    /// (CVE-2022-39328: a race gives anybody an administrator's rights), Kyverno 1.8.3 and 1.8.4 (CVE-2022-47633: image
    /// verification is passed by an image that was never signed), and ingress-nginx up to 0.49.0 and 1.0.0
    /// (CVE-2021-25742: a snippet reads all secrets), unless a ConfigMap at hand turns snippets off.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: quay.io/argoproj/argocd:v2.2.3
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
    ///     image: quay.io/argoproj/argocd:v2.14.2
    /// ```
    ///
    /// ## Fix
    /// By hand: go to a release that is still maintained, and read its upgrade notes.
    ///
    /// ## When it is fine
    /// In a lab that studies the flaw. The table is short and is no vulnerability scanner: scan the images themselves.
    ///
    /// ## References
    /// - [Argo CD: CVE-2022-24348](https://nvd.nist.gov/vuln/detail/CVE-2022-24348)
    /// - [Grafana: CVE-2022-39328](https://nvd.nist.gov/vuln/detail/CVE-2022-39328)
    /// - [Kyverno: CVE-2022-47633](https://nvd.nist.gov/vuln/detail/CVE-2022-47633)
    /// - [ingress-nginx: CVE-2021-25742](https://nvd.nist.gov/vuln/detail/CVE-2021-25742)
    id: "known-vulnerable-component-image",
    title: "Image tag is a release with a known critical flaw",
    family: Family::SupplyChain,
    fields: &["C[*].image"],
    also: &[(Kubescape, "C-0081"), (Kubescape, "C-0090"), (Kubescape, "C-0091"), (Kubescape, "C-0059")],
    check: Check::Container(check),
}

/// Releases of a component, both ends included, that have a flaw.
struct Flaw {
    /// What the repository ends with.
    repositories: &'static [&'static str],
    component: &'static str,
    releases: &'static [([u64; 3], [u64; 3])],
    /// Its number.
    cve: &'static str,
    /// It needs ingress-nginx to accept snippets.
    needs_snippets: bool,
}

/// Greater than any patch.
const LAST: u64 = u64::MAX;

const FLAWS: &[Flaw] = &[
    Flaw {
        repositories: &["argoproj/argocd"],
        component: "Argo CD",
        releases: &[([2, 0, 0], [2, 0, LAST]), ([2, 1, 0], [2, 1, 8]), ([2, 2, 0], [2, 2, 3])],
        cve: "CVE-2022-24348",
        needs_snippets: false,
    },
    Flaw {
        repositories: &["grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise"],
        component: "Grafana",
        releases: &[([9, 2, 0], [9, 2, 3])],
        cve: "CVE-2022-39328",
        needs_snippets: false,
    },
    Flaw {
        repositories: &["kyverno/kyverno", "kyverno/kyvernopre"],
        component: "Kyverno",
        releases: &[([1, 8, 3], [1, 8, 4])],
        cve: "CVE-2022-47633",
        needs_snippets: false,
    },
    Flaw {
        repositories: &["ingress-nginx/controller", "kubernetes-ingress-controller/nginx-ingress-controller"],
        component: "ingress-nginx",
        releases: &[([0, 0, 0], [0, 49, 0]), ([1, 0, 0], [1, 0, 0])],
        cve: "CVE-2021-25742",
        needs_snippets: true,
    },
];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(image) = container.image() else { return };
    let Some(flaw) = FLAWS.iter().find(|flaw| flaw.repositories.iter().any(|end| image.ends_with(end)))
    else {
        return;
    };
    let Some(version) = image.version() else { return };
    let is_flawed = flaw.releases.iter().any(|(first, last)| (first..=last).contains(&&version));
    if !is_flawed || (flaw.needs_snippets && snippets_are_off(pod, report)) {
        return;
    }
    let [major, minor, patch] = version;
    let Flaw { component, cve, .. } = flaw;
    let message = format!("{} runs {component} {major}.{minor}.{patch}, which has {cve}", container.title());
    report.find(container.path.key("image"), message);
}

fn snippets_are_off(pod: &PodSpec<'_>, report: &Report<'_, '_>) -> bool {
    report
        .workspace()
        .in_namespace("ConfigMap", pod.object.home())
        .any(|map| string(map.object().node, &["data", "allow-snippet-annotations"]).known() == Some("false"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn flawed_releases_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: cd, image: quay.io/argoproj/argocd:v2.1.8}
                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"cd\" runs Argo CD 2.1.8, which has CVE-2022-24348
              - {image: \"mirror.example.com/hub/grafana/grafana:9.2.3-ubuntu\"}
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Grafana 9.2.3
              - {image: registry.k8s.io/ingress-nginx/controller:v1.0.0@sha256:00}
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ingress-nginx 1.0.0, which has CVE-2021-25742
            ",
        );
    }

    #[test]
    fn other_releases_names_and_unreadable_tags_are_fine() {
        for image in [
            "argoproj/argocd:v2.1.9",
            "argoproj/argocd:v2.2.4",
            "argoproj/argocd:latest",
            "my-grafana/grafana2:9.2.1",
            "grafana/grafana:9.2",
            "ghcr.io/kyverno/kyverno:v1.8.5",
            "ingress-nginx/controller:v1.0.1",
            "other/controller:v1.0.0",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"),
            );
        }
    }

    #[test]
    fn without_snippets_there_is_no_way_in() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: c, namespace: ingress-nginx}
            spec: {containers: [{name: c, image: registry.k8s.io/ingress-nginx/controller:v1.0.0}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: c, namespace: ingress-nginx}
            data: {allow-snippet-annotations: \"false\"}
            ",
        );
    }
}
