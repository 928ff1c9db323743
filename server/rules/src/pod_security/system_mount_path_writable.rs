use super::host_paths::{lies_in, normalized};
use super::volume_mounts::{Mount, mounts};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A writable volume covers a directory of the operating system inside the container.
    ///
    /// ## Why
    /// Programs and libraries, their configuration and the home of root lie in such directories. If they can be
    /// written, an intruder makes a change there last, and other programs of the container run it.
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
    ///     volumeMounts:
    ///     - name: settings
    ///       mountPath: /etc/web
    ///   volumes:
    ///   - name: settings
    ///     persistentVolumeClaim: {claimName: web}
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
    ///     volumeMounts:
    ///     - name: settings
    ///       mountPath: /etc/web
    ///       readOnly: true
    ///   volumes:
    ///   - name: settings
    ///     persistentVolumeClaim: {claimName: web}
    /// ```
    ///
    /// ## Fix
    /// Sets `readOnly: true` on the mount. A program that writes there fails.
    ///
    /// ## When it is fine
    /// Most data directories lie under `/var`, caches and sockets under `/run`: the rule is about the path in the
    /// container, not about the node, and off unless selected.
    ///
    /// ## References
    /// - [Volumes: read-only mounts](https://kubernetes.io/docs/concepts/storage/volumes/#read-only-mounts)
    id: "system-mount-path-writable",
    title: "Writable mount covers an OS directory in the container",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fix: FixKind::Behavioural,
    fields: &["C[*].volumeMounts[*].readOnly"],
    also: &[(Kics, "b7652612-de4e-4466-a0bf-1cd81f0c6063")],
    covered_by: &["host-path-mounted-writable"],
    check: Check::Container(check),
}

/// Each with all that lies under it.
const SYSTEM: &[&str] = &[
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/media", "/proc", "/root", "/run", "/sbin", "/srv",
    "/usr", "/var",
];

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for mount in mounts(container).filter(Mount::is_writable) {
        let Some(directory) = mount.directory().filter(|path| path.starts_with('/')).map(normalized) else {
            continue;
        };
        if directory == "/" || SYSTEM.iter().any(|system| lies_in(&directory, system)) {
            let title = container.title();
            report
                .find(mount.read_only(), format!("{title} has a writable volume at {directory}"))
                .fix(mount.make_read_only());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_root_and_what_lies_in_a_system_directory_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts:
                - {name: root, mountPath: /}
                   ^^^^ container \"web\" has a writable volume at /
                - name: data
                  ^^^^ has a writable volume at /var/lib/web
                  mountPath: /var/lib/web/
                - {name: settings, mountPath: /etc, readOnly: false}
                                                              ^^^^^ at /etc
            ",
        );
    }

    #[test]
    fn other_directories_read_only_and_templates_are_fine() {
        for mount in [
            "mountPath: /data",
            "mountPath: /variable",
            "mountPath: /etc, readOnly: true",
            "mountPath: /etc, readOnly: \"{{ .Values.readOnly }}\"",
            "mountPath: \"{{ .Values.path }}\"",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: web, volumeMounts: [{{name: data, {mount}}}]}}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_makes_the_mount_read_only() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts: [{name: data, mountPath: /etc/web}] # settings
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts: [{name: data, mountPath: /etc/web, readOnly: true}] # settings
            ",
        );
    }
}
