use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{PodSpec, Setting, lookup, string};
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// The value of a kernel parameter holds characters that CRI-O once took for further settings.
    ///
    /// ## Why
    /// CRI-O handed sysctls to a helper joined by `+` and `=`. With these characters in a value, a pod set
    /// parameters that nobody had allowed, `kernel.core_pattern` among them, and so ran a program as root on the
    /// node (CVE-2022-0811, "cr8escape"). No honest value of a safe sysctl holds them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///     - name: kernel.shm_rmid_forced
    ///       value: "1+kernel.core_pattern=|/tmp/escape #"
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
    ///   securityContext:
    ///     sysctls:
    ///     - name: kernel.shm_rmid_forced
    ///       value: "1"
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Removes the sysctl.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## References
    /// - [CVE-2022-0811](https://nvd.nist.gov/vuln/detail/CVE-2022-0811)
    /// - [Using sysctls](https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/)
    id: "sysctl-value-injection",
    title: "Sysctl value carries the CRI-O injection characters",
    severity: Severity::Error,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["P.securityContext.sysctls[*].value"],
    also: &[(Kyverno, "prevent-cr8escape")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let list = pod.security_path(&["sysctls"]);
    let sysctls = lookup(pod.node, &["securityContext", "sysctls"]).value();
    for item in sysctls.into_iter().flat_map(Node::items) {
        let Setting::Set(value, _) = string(item.value, &["value"]) else { continue };
        if let Some(character) = value.chars().find(|character| matches!(character, '+' | '=')) {
            let path = list.index(item.index);
            let message =
                format!("the value holds \"{character}\", with which CRI-O was made to set other parameters");
            report.find(path.key("value"), message).fix(Fix::behavioural(
                "Remove the sysctl",
                [Patch::Remove { path, emptied: Emptied::Remove }],
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn either_character_is_found_in_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                - {name: kernel.shm_rmid_forced, value: \"1+kernel.core_pattern=|/x\"}
                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^ The value holds \"+\", with which CRI-O
                - name: net.ipv4.tcp_syncookies
                  value: a=b
                         ^^^ The value holds \"=\"
              containers: []
            ",
        );
    }

    #[test]
    fn other_values_and_templates_are_fine() {
        for value in ["\"1024 65000\"", "\"{{ .Values.a }}={{ .Values.b }}\"", "null"] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{securityContext: {{sysctls: [{{name: a, value: {value}}}]}}}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_removes_the_item() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                - {name: net.ipv4.tcp_syncookies, value: \"1\"} # ours
                - {name: kernel.shm_rmid_forced, value: \"1+a=b\"}
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                sysctls:
                - {name: net.ipv4.tcp_syncookies, value: \"1\"} # ours
              containers: []
            ",
        );
    }
}
