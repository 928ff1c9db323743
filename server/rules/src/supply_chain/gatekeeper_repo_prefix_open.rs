use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::Patch;

rule! {
    /// A prefix of allowed image repositories also matches images of others.
    ///
    /// ## Why
    /// Gatekeeper compares the text of the image with each prefix. Without a slash at the end, `registry.example.com`
    /// also lets `registry.example.com.evil.test/web` in, and `docker.io/team` also `docker.io/teammate/web`;
    /// `docker.io/` lets everybody in.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: constraints.gatekeeper.sh/v1beta1
    /// kind: K8sAllowedRepos
    /// metadata: {name: repos}
    /// spec:
    ///   parameters:
    ///     repos:
    ///     - registry.example.com
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: constraints.gatekeeper.sh/v1beta1
    /// kind: K8sAllowedRepos
    /// metadata: {name: repos}
    /// spec:
    ///   parameters:
    ///     repos:
    ///     - registry.example.com/
    /// ```
    ///
    /// ## Fix
    /// Appends a slash to the prefix. Where the prefix is all of Docker Hub there is none: name the users whose images
    /// you trust.
    ///
    /// ## When it is fine
    /// Where the prefix is the whole name of one image, with its tag.
    ///
    /// ## References
    /// - [Gatekeeper library: allowed repositories](https://open-policy-agent.github.io/gatekeeper-library/website/validation/allowedrepos/)
    id: "gatekeeper-repo-prefix-open",
    title: "Allowed-repository prefix also matches other hosts",
    family: Family::SupplyChain,
    fix: FixKind::Behavioural,
    fields: &["spec.parameters.repos[*]"],
    also: &[(Trivy, "KSV-0124")],
    check: Check::Kind(&["K8sAllowedRepos"], check),
}

const REPOS: [&str; 3] = ["spec", "parameters", "repos"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(repos) = lookup(object.node, &REPOS).value() else { return };
    for item in repos.items() {
        let Some(prefix) = item.value.as_str().filter(|prefix| is_open(prefix)) else { continue };
        let path = object.path.keys(&REPOS).index(item.index);
        let closed = format!("{prefix}/");
        let message = format!(
            "prefix \"{prefix}\" also matches images of others, as it does not end where the name does"
        );
        let found = report.find(path.clone(), message);
        if !prefix.ends_with('/') && !is_open(&closed) {
            found.fix(Fix::behavioural(
                "End the prefix with a slash",
                [Patch::Set { path, value: closed.as_str().into() }],
            ));
        }
    }
}

/// Whether names that only begin alike, or all of Docker Hub, match too.
fn is_open(prefix: &str) -> bool {
    match prefix.strip_prefix("docker.io") {
        Some("" | "/") => true,
        Some(rest) if rest.starts_with('/') => !rest[1..].contains('/'),
        _ => !prefix.contains(['/', ':']),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    const OPEN: &str = "
        apiVersion: constraints.gatekeeper.sh/v1beta1
        kind: K8sAllowedRepos
        spec:
          parameters:
            repos:
            - registry.example.com
              ^^^^^^^^^^^^^^^^^^^^ prefix \"registry.example.com\" also matches images of others
            - \"docker.io/team\" # ours
              ^^^^^^^^^^^^^^^^ docker.io/team
            - docker.io/
              ^^^^^^^^^^ docker.io/
            - docker.io/team/
            - registry:5000
            - gcr.io/team
            - \"{{ .Values.registry }}\"
        ";

    #[test]
    fn open_prefixes_are_found() {
        check(&RULE, OPEN);
    }

    #[test]
    fn other_kinds_and_shapes_are_fine() {
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nspec: {parameters: {repos: [a]}}\n");
        check_silent(&RULE, "apiVersion: x/v1\nkind: K8sAllowedRepos\nspec: {parameters: {repos: a}}\n");
    }

    #[test]
    fn the_fix_is_offered_where_a_slash_closes_the_prefix() {
        let text = "apiVersion: x/v1\nkind: K8sAllowedRepos\nspec: {parameters: {repos: [a.example.com, docker.io/]}}\n";
        let found = find(&RULE, &Settings::default(), text);
        let offers: Vec<_> = found.iter().map(|(_, finding)| finding.fix.is_some()).collect();
        assert_eq!(offers, [true, false]);
    }
}
