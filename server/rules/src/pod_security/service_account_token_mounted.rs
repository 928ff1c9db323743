use super::service_accounts::{AUTOMOUNT as FIELD, gives_none};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, FixKind};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::Patch;

rule! {
    /// The pod is given a token for the Kubernetes API.
    ///
    /// ## Why
    /// Code that runs in the container can read the token and act as the pod's ServiceAccount. Most programs never
    /// talk to the API, so the token serves an intruder only: to look around, and to use whatever is or will be
    /// granted to that account.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
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
    ///   automountServiceAccountToken: false
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Sets `automountServiceAccountToken: false` on the pod. A program that talks to the API stops working.
    ///
    /// ## When it is fine
    /// Controllers, operators and all that talks to the API. Give each an account of its own with a narrow Role.
    ///
    /// ## References
    /// - [Opt out of API credential automounting](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting)
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    id: "service-account-token-mounted",
    title: "API token is mounted into the pod",
    family: Family::PodSecurity,
    // The ServiceAccount may lie out of sight, or the program may need the token.
    confidence: Confidence::Medium,
    fix: FixKind::Behavioural,
    fields: &["P.automountServiceAccountToken"],
    also: &[
        (Checkov, "CKV_K8S_38"),
        (Kics, "48471392-d4d0-47c0-b135-cdec95eb3eef"),
        (Polaris, "automountServiceAccountToken"),
        (Trivy, "KSV-0036"),
        (Kubescape, "C-0034"),
        (Kubescape, "C-0190"),
        (Kubescape, "C-0261"),
        (Kubesec, "AutomountServiceAccountToken"),
        (Kyverno, "restrict-automount-sa-token"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let account = pod
        .service_account()
        .map(|name| (name, report.workspace().named("ServiceAccount", pod.object.home(), name)));
    let message = match (pod.boolean(&[FIELD]), account) {
        (Setting::Set(false, _) | Setting::Unknown, _) => return,
        (Setting::Set(true, _), _) => "The pod asks for an API token".to_owned(),
        (Setting::Unset, Some((_, Some(declared)))) if gives_none(declared) => return,
        (Setting::Unset, Some((name, Some(_)))) => {
            format!("The pod gets an API token: neither it nor ServiceAccount \"{name}\" says {FIELD}: false")
        }
        (Setting::Unset, Some((name, None))) => format!(
            "The pod gets an API token, unless ServiceAccount \"{name}\", which is not known here, gives none"
        ),
        (Setting::Unset, None) => {
            "The pod gets an API token, unless its ServiceAccount, which is not known here, gives none"
                .to_owned()
        }
    };
    let path = pod.path.key(FIELD);
    let found = report
        .find(path.clone(), message)
        .fix(Fix::behavioural(format!("Set {FIELD}: false"), [Patch::Set { path, value: false.into() }]));
    if let Some((_, Some(declared))) = account {
        let name = declared.path.keys(&["metadata", "name"]);
        found.related_in(declared, &name, "The ServiceAccount of the pod");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn true_is_found_on_the_value_and_absent_on_the_pod_spec() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              automountServiceAccountToken: true
                                            ^^^^ asks for an API token
              containers: []
            ---
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                ^^^^ unless ServiceAccount \"default\", which is not known here, gives none
                  containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ unless its ServiceAccount, which is not known here, gives none
              serviceAccountName: {{ .Values.account }}
              containers: []
            ",
        );
    }

    #[test]
    fn the_pod_wins_over_its_service_account() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: web, namespace: shop}
            automountServiceAccountToken: false
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: api, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: inherits, namespace: shop}
            spec: {serviceAccountName: web}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: insists, namespace: shop}
            spec: {serviceAccountName: web, automountServiceAccountToken: yes}
                                                                          ^^^ asks for an API token
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: elsewhere, namespace: other}
            spec: {serviceAccountName: web}
            ^^^^ unless ServiceAccount \"web\", which is not known here
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: old, namespace: shop}
            spec: {serviceAccount: api}
            ^^^^ neither it nor ServiceAccount \"api\" says automountServiceAccountToken: false
            ",
        );
    }

    #[test]
    fn false_and_templates_are_fine() {
        for value in ["false", "no", "{{ .Values.token }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  automountServiceAccountToken: {value}\n"),
            );
        }
    }

    #[test]
    fn the_fix_says_so_on_the_pod() {
        check_fix(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  containers: [] # none
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  containers: [] # none
                  automountServiceAccountToken: false
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec: {automountServiceAccountToken: true, containers: []}
            ",
            "
            apiVersion: v1
            kind: Pod
            spec: {automountServiceAccountToken: false, containers: []}
            ",
        );
    }
}
