use super::capabilities::{DROP, added, canonical, names};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::{Literal, Patch};

rule! {
    /// A container keeps `NET_RAW`, one of the capabilities that the runtime grants by default.
    ///
    /// ## Why
    /// With `NET_RAW` a process forges packets of any kind: it can answer for others in ARP, DNS or router
    /// advertisements (CVE-2020-14386 and CVE-2020-10749 needed it), and listen to what passes.
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
    ///     securityContext:
    ///       capabilities:
    ///         drop: [MKNOD]
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
    ///         drop: [NET_RAW]
    /// ```
    ///
    /// ## Fix
    /// Adds `NET_RAW` to the dropped capabilities. Where it is added on purpose after `ALL` is dropped, the rule
    /// `capability-net-raw-added` has the fix.
    ///
    /// ## When it is fine
    /// Programs that send raw packets: `ping` on older systems, network probes, some load balancers.
    ///
    /// ## How others differ
    /// kube-linter passes a container that has no `capabilities` at all; the others fail it, and so does this rule,
    /// since `NET_RAW` is among the runtime's defaults. Names are compared as runtimes read them, without `CAP_`
    /// and in any case.
    ///
    /// ## References
    /// - [Set capabilities for a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    /// - [CVE-2020-14386](https://nvd.nist.gov/vuln/detail/CVE-2020-14386)
    id: "net-raw-not-dropped",
    title: "Container can open raw sockets (NET_RAW kept)",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext.capabilities.drop"],
    also: &[
        (Checkov, "CKV_K8S_28"),
        (KubeLinter, "drop-net-raw-capability"),
        (Kics, "dbbc6705-d541-43b0-b166-dd4be8208b54"),
        (Polaris, "insecureCapabilities"),
        (Kubescape, "C-0211"),
        (Kyverno, "drop-cap-net-raw"),
    ],
    covered_by: &["capabilities-not-all-dropped"],
    check: Check::Container(check),
}

const NET_RAW: &str = "NET_RAW";

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let Some(dropped) = names(container.security(DROP)) else { return };
    let drops = |wanted: &str| dropped.iter().any(|name| canonical(name) == wanted);
    if drops(NET_RAW) {
        return;
    }
    let (title, path) = (container.title(), container.security_path(DROP));
    if drops("ALL") {
        if added(container).iter().any(|(name, _)| canonical(name) == NET_RAW) {
            report.find(path, format!("{title} drops ALL capabilities and adds NET_RAW again"));
        }
        return;
    }
    let drop = match dropped.len() {
        0 => Patch::Set { path: path.clone(), value: Literal::Sequence(vec![NET_RAW.into()]) },
        some => Patch::Set { path: path.index(some), value: NET_RAW.into() },
    };
    report
        .find(path, format!("{title} keeps NET_RAW, which the runtime grants by default"))
        .fix(Fix::behavioural("Drop NET_RAW", [drop]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_fix, check_silent, find};

    #[test]
    fn a_list_without_it_none_at_all_and_one_that_is_undone_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ container \"web\" keeps NET_RAW
              - name: proxy
                securityContext: {capabilities: {drop: [KILL]}}
                                                 ^^^^ container \"proxy\" keeps NET_RAW
              - name: probe
                securityContext: {capabilities: {add: [NET_RAW], drop: [ALL]}}
                                                                 ^^^^ drops ALL capabilities and adds NET_RAW again
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
    fn either_name_windows_and_templates_are_fine() {
        for (os, drop) in [
            ("linux", "[ALL]"),
            ("linux", "[all]"),
            ("linux", "[KILL, NET_RAW]"),
            ("linux", "[CAP_NET_RAW]"),
            ("linux", "\"{{ .Values.drop }}\""),
            ("windows", "[]"),
        ] {
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
    fn the_fix_drops_it_beside_the_others() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    drop:
                    - KILL # not needed
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  capabilities:
                    drop:
                    - KILL # not needed
                    - NET_RAW
            ",
        );
    }
}
