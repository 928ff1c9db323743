use super::capabilities::{DROP, drop_all, names};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container says nothing of the capabilities it could do without.
    ///
    /// ## Why
    /// A runtime grants about fourteen capabilities by default. A container without a `drop` list keeps all of
    /// them, and nobody has yet asked which it needs.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
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
    ///     image: web:1.2
    ///     securityContext:
    ///       capabilities:
    ///         drop: [KILL]
    /// ```
    ///
    /// ## Fix
    /// Adds `drop: ["ALL"]`, and `NET_BIND_SERVICE` to the added capabilities where the container declares a port
    /// below 1024.
    ///
    /// ## When it is fine
    /// Programs that start as root and change user or the owner of files. Drop `ALL` there too, and add those few.
    ///
    /// ## How others differ
    /// Several checkers pass containers that have no `capabilities` at all, or look for `ALL` as a part of a word
    /// or in any case. Here what is absent counts as nothing dropped, since the runtime grants its defaults.
    ///
    /// ## References
    /// - [Set capabilities for a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capabilities-drop-missing",
    title: "Container declares no capability drop list",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext.capabilities.drop"],
    also: &[(Kics, "268ca686-7fb7-4ae9-b129-955a2a89064e"), (Trivy, "KSV-0004"), (Kubesec, "CapDropAny")],
    covered_by: &["capabilities-not-all-dropped"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() == Some(false)
        && names(container.security(DROP)).is_some_and(|dropped| dropped.is_empty())
    {
        report
            .find(container.security_path(DROP), format!("{} drops no capability", container.title()))
            .fix(drop_all(container, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn it_is_found_on_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ container \"web\" drops no capability
              - name: proxy
                securityContext:
                  capabilities: {add: [CHOWN]}
                  ^^^^^^^^^^^^ container \"proxy\" drops no capability
              - name: empty
                securityContext: {capabilities: {drop: []}}
                                                 ^^^^ container \"empty\"
            ",
        );
    }

    #[test]
    fn that_not_all_are_dropped_is_the_more_telling_finding() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!(found[0].1.covered_by, Some("capabilities-not-all-dropped"));
    }

    #[test]
    fn any_item_windows_and_templates_are_fine() {
        for (os, drop) in [("linux", "[KILL]"), ("linux", "\"{{ .Values.drop }}\""), ("windows", "[]")] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  os: {{name: {os}}}\n  containers:\n  - name: web\n    \
                     securityContext: {{capabilities: {{drop: {drop}}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_drops_all_but_what_a_low_port_needs() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                ports: [{containerPort: 80}]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                ports: [{containerPort: 80}]
                securityContext:
                  capabilities:
                    drop:
                    - ALL
                    add:
                    - NET_BIND_SERVICE
            ",
        );
    }
}
