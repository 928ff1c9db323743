use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Finding, Persona, Profile};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod does not meet the Pod Security Standards profile that the settings ask for.
    ///
    /// ## Why
    /// A namespace that enforces the profile refuses the pod as a whole. This sums up in one finding what the rules
    /// of the profile say one by one; it is for reports that count pods, and off until it is selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   hostNetwork: true
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     seccompProfile: {type: RuntimeDefault}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     securityContext:
    ///       allowPrivilegeEscalation: false
    ///       capabilities: {drop: [ALL]}
    /// ```
    ///
    /// ## Fix
    /// By hand: apply the fixes of the rules that the message names.
    ///
    /// ## When it is fine
    /// Where the pod runs in a namespace of a wider profile.
    ///
    /// ## References
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/)
    /// - [Pod Security Admission](https://kubernetes.io/docs/concepts/security/pod-security-admission/)
    id: "pod-security-standard-violation",
    title: "Pod breaks the profile chosen for the workspace",
    family: Family::PodSecurity,
    persona: Persona::Policy,
    profile: Some(Profile::Restricted),
    fields: &["P"],
    also: &[
        (Kyverno, "podsecurity-subrule-baseline"),
        (Kyverno, "podsecurity-subrule-restricted"),
        (Kyverno, "podsecurity-subrule-restricted-capabilities"),
        (Kyverno, "podsecurity-subrule-restricted-seccomp"),
    ],
    check: Check::Profile(check),
}

fn check(_: &PodSpec<'_>, found: &[Finding], report: &mut Report<'_, '_>) {
    let settings = report.context().settings;
    let violates = |finding: &&Finding| {
        finding.profile.is_some_and(|profile| profile <= settings.profile)
            && finding.rule.since <= settings.kubernetes
            && !report.document.is_broken(finding.place.range)
    };
    let mut violations: Vec<_> = found.iter().filter(violates).collect();
    // By field, so that the order of keys in the text does not choose.
    violations.sort_by_key(|finding| &finding.path);
    let Some(first) = violations.first() else { return };

    let mut rules: Vec<_> = violations.iter().map(|finding| finding.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    let message = format!("The pod breaks the {} profile: {}", settings.profile.name(), rules.join(", "));
    let path = first.path.clone();
    // What stands between the pod and the profile are the violations, not their sum.
    let mut summary = report.find(path, message).profile(None);
    for violation in &violations[1..] {
        summary = summary.related(&violation.path, violation.message.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_with, find};
    use crate::{Profile, Settings};

    fn settings(profile: Profile) -> Settings {
        Settings { profile, ..Settings::default() }
    }

    #[test]
    fn the_first_violation_carries_all() {
        check_with(
            &RULE,
            &settings(Profile::Baseline),
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80, hostPort: 80}]
                                                      ^^ breaks the baseline profile: host-pid, host-port
              hostPID: true
            ",
        );
    }

    #[test]
    fn the_profile_of_the_settings_counts() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: [{name: web}]\n";
        let message = |profile| {
            let found = find(&RULE, &settings(profile), text);
            found.into_iter().map(|(_, finding)| finding.message).collect::<Vec<_>>()
        };
        assert_eq!(message(Profile::Privileged), [""; 0]);
        assert_eq!(message(Profile::Baseline), ["The pod breaks the baseline profile: host-pid"]);
        let [restricted] = &message(Profile::Restricted)[..] else { panic!("one finding a pod") };
        assert!(
            restricted.contains("restricted profile: ")
                && restricted.contains("privilege-escalation-allowed")
        );
    }

    #[test]
    fn other_violations_are_related_places() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  hostIPC: true\n";
        let found = find(&RULE, &settings(Profile::Baseline), text);
        let related: Vec<_> = found[0].1.related.iter().map(|related| related.message.as_str()).collect();
        assert_eq!(related, ["The pod sees and can signal every process of its node"]);
    }
}
