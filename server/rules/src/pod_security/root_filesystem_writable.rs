use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::Patch;

rule! {
    /// A container can write to its own root file system.
    ///
    /// ## Why
    /// An intruder who cannot write cannot replace programs, leave tools behind or change configuration. What a
    /// program writes on purpose belongs in volumes, where it can be seen and limited. The default is writable, and
    /// there is no field of the pod that could change it.
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
    ///       readOnlyRootFilesystem: true
    ///     volumeMounts:
    ///     - {name: scratch, mountPath: /tmp}
    ///   volumes:
    ///   - name: scratch
    ///     emptyDir: {}
    /// ```
    ///
    /// ## Fix
    /// Sets `readOnlyRootFilesystem: true`. Paths that the program writes to need a volume, mostly an `emptyDir`; the
    /// manifest does not tell which they are.
    ///
    /// ## When it is fine
    /// Programs that unpack or update themselves, until they are given volumes to do so. Windows has no such setting.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "root-filesystem-writable",
    title: "Container root filesystem is writable",
    severity: Severity::Info,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    also: &[
        (Checkov, "CKV_K8S_22"),
        (KubeLinter, "no-read-only-root-fs"),
        (Kics, "a9c2f49d-0671-4fc9-9ece-f4e261e128d0"),
        (Polaris, "notReadOnlyRootFilesystem"),
        (Trivy, "KSV-0014"),
        (Kubescape, "C-0017"),
        (Kubescape, "C-0211"),
        (Kubesec, "ReadOnlyRootFilesystem"),
        (KubeScore, "container-security-context-readonlyrootfilesystem"),
        (Kyverno, "require-ro-rootfs"),
    ],
    fields: &["C[*].securityContext.readOnlyRootFilesystem"],
    check: Check::Container(check),
}

const READ_ONLY: &[&str] = &["readOnlyRootFilesystem"];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    // The API server refuses the field in pods for Windows.
    if pod.is_windows() != Some(false) {
        return;
    }
    let message = match container.security_boolean(READ_ONLY) {
        Setting::Set(false, _) => format!("{} can write to its root file system", container.title()),
        Setting::Unset => {
            format!("{} can write to its root file system, which is the default", container.title())
        }
        Setting::Set(true, _) | Setting::Unknown => return,
    };
    let path = container.security_path(READ_ONLY);
    report
        .find(path.clone(), message)
        .fix(Fix::behavioural("Set readOnlyRootFilesystem: true", [Patch::Set { path, value: true.into() }]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn absent_is_found_on_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                readOnlyRootFilesystem: true # no such field here
              containers:
              - name: web
                ^^^^ container \"web\" can write to its root file system, which is the default
                image: web:1.2
              initContainers:
              - name: init
                securityContext:
                ^^^^^^^^^^^^^^^ container \"init\" can write to its root file system, which is the default
                  runAsUser: 1000
              ephemeralContainers:
              - name: debug
                securityContext: {readOnlyRootFilesystem: off}
                                                          ^^^ container \"debug\" can write to its root file system
            ",
        );
    }

    #[test]
    fn true_windows_and_templates_are_fine() {
        for (pod, container) in [
            ("hostPID: false", "securityContext: {readOnlyRootFilesystem: true}"),
            ("hostPID: false", "securityContext: {readOnlyRootFilesystem: \"{{ .Values.readOnly }}\"}"),
            ("hostPID: false", "securityContext: {{ toYaml .Values.securityContext }}"),
            ("os: {name: windows}", "image: web:1.2"),
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
    fn the_fix_changes_the_value_or_adds_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  readOnlyRootFilesystem: false # writes to /tmp
                  runAsUser: 1000
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  readOnlyRootFilesystem: true # writes to /tmp
                  runAsUser: 1000
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
                securityContext: {runAsUser: 1000} # web
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true} # web
            ",
        );
    }
}
