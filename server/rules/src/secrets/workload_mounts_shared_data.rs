use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, string};

rule! {
    /// A container mounts a Secret, a ConfigMap or a claim.
    ///
    /// ## Why
    /// What a container mounts is what somebody who gets into it can read, and what moves with data from one workload
    /// to another. This lists the mounts, for a review. Off by default.
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
    ///     - {name: keys, mountPath: /keys}
    ///   volumes:
    ///   - name: keys
    ///     secret: {secretName: web}
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
    ///     - {name: scratch, mountPath: /tmp}
    ///   volumes:
    ///   - name: scratch
    ///     emptyDir: {}
    /// ```
    ///
    /// ## Fix
    /// By hand: mount what the container needs and no more, key by key with `items`, and `readOnly`.
    ///
    /// ## When it is fine
    /// Nearly always.
    ///
    /// ## References
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/)
    id: "workload-mounts-shared-data",
    title: "Workload mounts a Secret, ConfigMap or claim",
    severity: Severity::Hint,
    family: Family::Secrets,
    persona: Persona::Policy,
    fields: &["C[*].volumeMounts[*]"],
    also: &[(Kubescape, "C-0255"), (Kubescape, "C-0257"), (Kubescape, "C-0258"), (Kyverno, "no-secrets")],
    check: Check::Container(check),
}

const SHARED: [(&str, &str); 3] =
    [("secret", "a Secret"), ("configMap", "a ConfigMap"), ("persistentVolumeClaim", "a claim")];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(mounts) = container.node.get("volumeMounts").value() else { return };
    let Some(volumes) = pod.node.get("volumes").value() else { return };
    for mount in mounts.items() {
        let Some(name) = string(mount.value, &["name"]).known() else { continue };
        let mut volumes = volumes.items().map(|volume| volume.value);
        let Some(volume) = volumes.find(|volume| string(*volume, &["name"]).known() == Some(name)) else {
            continue;
        };
        let is_set = |key| volume.get(key).value().is_some_and(|source| !source.is_null());
        if let Some((_, what)) = SHARED.iter().find(|(key, _)| is_set(key)) {
            let path = container.path.key("volumeMounts").index(mount.index);
            report.find(path, format!("{} mounts {what}, volume \"{name}\"", container.title()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn mounts_of_shared_volumes_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                volumeMounts:
                - {name: keys, mountPath: /keys}
                   ^^^^ container \"web\" mounts a Secret, volume \"keys\"
                - mountPath: /data
                  ^^^^^^^^^ mounts a claim
                  name: data
                - {name: scratch, mountPath: /tmp}
                - {name: elsewhere, mountPath: /x}
              volumes:
              - {name: keys, secret: {secretName: web}}
              - {name: data, persistentVolumeClaim: {claimName: data}}
              - {name: scratch, emptyDir: {}}
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: web}], volumes: [{name: a, configMap: {name: a}}]}\n",
        );
    }
}
