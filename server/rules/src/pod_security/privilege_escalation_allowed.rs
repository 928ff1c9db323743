use super::capabilities::added;
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Profile};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::Patch;

rule! {
    /// A process in the container may gain more privileges than its parent had.
    ///
    /// ## Why
    /// Without `no_new_privs` a setuid or file-capability binary in the image turns any code execution into root
    /// inside the container. The default is `true`, and there is no field of the pod that could change it.
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
    ///       allowPrivilegeEscalation: false
    /// ```
    ///
    /// ## Fix
    /// Sets `allowPrivilegeEscalation: false`. It is not offered next to `privileged: true` or an added
    /// `CAP_SYS_ADMIN`: the API server refuses the pair, so those go first.
    ///
    /// ## When it is fine
    /// Programs that work through `sudo`, `ping` with file capabilities, or another setuid binary.
    ///
    /// ## References
    /// - [Pod Security Standards: privilege escalation](https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted)
    /// - [no_new_privs](https://docs.kernel.org/userspace-api/no_new_privs.html)
    id: "privilege-escalation-allowed",
    title: "Container may gain privileges after start (no_new_privs off)",
    family: Family::PodSecurity,
    profile: Some(Profile::Restricted),
    fix: FixKind::Behavioural,
    fields: &["C[*].securityContext.allowPrivilegeEscalation"],
    also: &[
        (Checkov, "CKV_K8S_20"),
        (KubeLinter, "privilege-escalation-container"),
        (Kics, "5572cc5e-1e4c-4113-92a6-7a8a3bd25e6d"),
        (Polaris, "privilegeEscalationAllowed"),
        (Trivy, "KSV-0001"),
        (Kubescape, "C-0016"),
        (Kubescape, "C-0211"),
        (Kubesec, "AllowPrivilegeEscalation"),
        (Kyverno, "disallow-privilege-escalation"),
    ],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if pod.is_windows() != Some(false) {
        return;
    }
    let message = match container.security_boolean(&["allowPrivilegeEscalation"]) {
        Setting::Set(true, _) => format!("{} may gain privileges after start", container.title()),
        Setting::Unset => {
            format!("{} may gain privileges after start, which is the default", container.title())
        }
        Setting::Set(false, _) | Setting::Unknown => return,
    };
    let path = container.security_path(&["allowPrivilegeEscalation"]);
    let found = report.find(path.clone(), message);
    if !is_forced(container) {
        found.fix(Fix::behavioural(
            "Set allowPrivilegeEscalation: false",
            [Patch::Set { path, value: false.into() }],
        ));
    }
}

/// The API server refuses `allowPrivilegeEscalation: false` next to these; the capability in that exact spelling
/// only (Kubernetes, `pkg/apis/core/validation`).
fn is_forced(container: &Container<'_>) -> bool {
    container.security_boolean(&["privileged"]).known() == Some(true)
        || added(container).iter().any(|(name, _)| *name == "CAP_SYS_ADMIN")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent};

    #[test]
    fn absent_is_found_on_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ may gain privileges after start, which is the default
                image: web:1.2
              - name: proxy
                securityContext:
                ^^^^^^^^^^^^^^^ container \"proxy\" may gain privileges after start, which is the default
                  runAsUser: 1000
              - name: worker
                securityContext:
                  allowPrivilegeEscalation: true
                                            ^^^^ container \"worker\" may gain privileges after start
            ",
        );
    }

    #[test]
    fn windows_pods_and_hidden_contexts_are_not_judged() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  os: {name: windows}\n  containers: [{name: web}]\n",
        );
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  {{- toYaml .Values.securityContext | nindent 6 }}
            ",
        );
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
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web # the shop
                image: web:1.2
                securityContext:
                  allowPrivilegeEscalation: false
            ",
        );
    }

    #[test]
    fn no_fix_where_the_api_server_would_refuse_it() {
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                securityContext:
                  privileged: true
              - name: mount
                securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}
            ",
        );
    }
}
