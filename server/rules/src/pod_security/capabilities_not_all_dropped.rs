use super::capabilities::{DROP, drop_all, names};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{Container, PodSpec};
use leastwise_yaml::Patch;

rule! {
    /// A container keeps the capabilities that the runtime grants by default.
    ///
    /// ## Why
    /// A runtime starts root with about fourteen capabilities: to change the owner of any file, the user of a process,
    /// to write raw packets, and more. Few programs need one of them; an intruder finds use for most. Adding by name
    /// what is needed after dropping `ALL` keeps the list short and visible.
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
    ///         drop: [NET_RAW]
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
    ///         drop: [ALL]
    /// ```
    ///
    /// ## Fix
    /// Adds `ALL` to the dropped capabilities, and `NET_BIND_SERVICE` to the added ones where the container declares a
    /// port below 1024. A lower-case `all` is put into upper case: runtimes take both, the restricted profile only
    /// `ALL`, so nothing changes at run time.
    ///
    /// ## When it is fine
    /// Programs that start as root and change user or the owner of files. Drop `ALL` there too, and add those few.
    ///
    /// ## References
    /// - [Pod Security Standards: capabilities](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [Set capabilities for a container](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container)
    /// - [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html)
    id: "capabilities-not-all-dropped",
    title: "Container keeps the default Linux capabilities",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_37"),
        (Polaris, "insecureCapabilities"),
        (Trivy, "KSV-0003"),
        (Trivy, "KSV-0106"),
        (Kubesec, "CapDropAll"),
        (Kyverno, "drop-all-capabilities"),
        (Kyverno, "disallow-capabilities-strict"),
    ],
    fields: &["C[*].securityContext.capabilities.drop"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let Some(dropped) = names(container.security(DROP)) else { return };
    if dropped.contains(&"ALL") {
        return;
    }
    let (title, path) = (container.title(), container.security_path(DROP));
    if let Some(index) = dropped.iter().position(|name| name.eq_ignore_ascii_case("ALL")) {
        let name = dropped[index];
        let patch = Patch::Set { path: path.index(index), value: "ALL".into() };
        report
            .find(path, format!("{title} drops {name}, which the restricted profile knows as ALL only"))
            .fix(Fix::safe(format!("Write {name} as ALL"), [patch]));
        return;
    }
    let message = match dropped.as_slice() {
        [] => format!("{title} keeps the runtime's default capabilities"),
        some => format!("{title} drops {} but not ALL", some.join(", ")),
    };
    report.find(path, message).fix(drop_all(container, dropped.len()));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn it_is_found_on_the_list_or_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: web:1.2
                ^^^^^ container \"web\" keeps the runtime's default capabilities
                name: web
              - name: proxy
                securityContext: {runAsUser: 1000}
                ^^^^^^^^^^^^^^^ container \"proxy\" keeps the runtime's
              - name: worker
                securityContext:
                  capabilities:
                  ^^^^^^^^^^^^ container \"worker\" keeps
                    add: [NET_BIND_SERVICE]
              initContainers:
              - name: init
                securityContext:
                  capabilities:
                    drop:
                    ^^^^ container \"init\" drops NET_RAW, CHOWN but not ALL
                    - NET_RAW
                    - CHOWN
              ephemeralContainers:
              - name: debug
                securityContext:
                  capabilities: {drop: []}
                                 ^^^^ container \"debug\" keeps
            ",
        );
    }

    #[test]
    fn the_profile_knows_one_spelling() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {capabilities: {drop: [all]}}
                                                 ^^^^ container \"web\" drops all, which the restricted profile
              - name: proxy
                securityContext: {capabilities: {drop: [CAP_ALL]}}
                                                 ^^^^ container \"proxy\" drops CAP_ALL but not ALL
            ",
        );
    }

    #[test]
    fn all_among_others_windows_and_templates_are_fine() {
        for (pod, container) in [
            ("hostPID: false", "securityContext: {capabilities: {drop: [NET_RAW, \"ALL\"]}}"),
            ("hostPID: false", "securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}"),
            ("os: {name: windows}", "image: web:1.2"),
            ("os: {name: \"{{ .Values.os }}\"}", "image: web:1.2"),
            ("hostPID: false", "securityContext: {{ toYaml .Values.securityContext }}"),
            ("hostPID: false", "securityContext: {capabilities: {drop: [\"{{ .Values.drop }}\"]}}"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  {pod}\n  containers:\n  - name: web\n    {container}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_brings_the_parents_it_needs() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                image: web:1.2
                ports: [{containerPort: 8080}]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                image: web:1.2
                ports: [{containerPort: 8080}]
                securityContext:
                  capabilities:
                    drop:
                    - ALL
            ",
        );
    }

    #[test]
    fn the_fix_appends_to_what_is_dropped() {
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
                    - NET_RAW # no raw packets
                    - CHOWN
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
                    - NET_RAW # no raw packets
                    - CHOWN
                    - ALL
            ",
        );
    }

    #[test]
    fn the_fix_puts_all_into_upper_case() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext: {capabilities: {drop: [all]}} # hardened
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext: {capabilities: {drop: [ALL]}} # hardened
            ",
        );
    }

    #[test]
    fn a_declared_low_port_keeps_working() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 8080
                - containerPort: 443
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports:
                - containerPort: 8080
                - containerPort: 443
                securityContext:
                  capabilities:
                    drop:
                    - ALL
                    add:
                    - NET_BIND_SERVICE
            ",
        );
    }

    #[test]
    fn a_low_port_joins_the_lists_that_are_there() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext:
                  capabilities:
                    add: [CHOWN] # uploads
                    drop: [NET_RAW]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext:
                  capabilities:
                    add: [CHOWN, NET_BIND_SERVICE] # uploads
                    drop: [NET_RAW, ALL]
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext:
                  capabilities:
                    add: [NET_BIND_SERVICE]
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ports: [{containerPort: 80}]
                securityContext:
                  capabilities:
                    add: [NET_BIND_SERVICE]
                    drop:
                    - ALL
            ",
        );
    }
}
