use crate::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_text::TextRange;
use leastwise_yaml::{Emptied, Patch, Path};

rule! {
    /// The pod names its ServiceAccount by the old name of the field.
    ///
    /// ## Why
    /// `serviceAccount` is kept for old manifests only and means the same as `serviceAccountName`. Where both are
    /// there, the new one counts: a reader who sees only the old one is misled.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccount: web
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
    ///   serviceAccountName: web
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// Writes the same name as `serviceAccountName` and removes `serviceAccount`; where both say the same it only
    /// removes it. Where they differ, somebody has to say which one is meant; beside a comment, which would stay
    /// behind, it is left to you.
    ///
    /// ## When it is fine
    /// In what `kubectl get` prints: the server fills in both.
    ///
    /// ## References
    /// - [Pod: serviceAccountName](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec)
    id: "deprecated-service-account-field",
    title: "serviceAccount is the old alias of serviceAccountName",
    severity: Severity::Hint,
    family: Family::SchemaDeprecation,
    fix: FixKind::Safe,
    fields: &["P.serviceAccount", "P.serviceAccountName"],
    also: &[
        (KubeLinter, "deprecated-service-account-field"),
        (Kubescape, "C-0294"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    // A custom resource's field of that name may be its only one.
    if pod.object.is_built_in() == Some(false) {
        return;
    }
    let Setting::Set(old, _) = pod.string(&["serviceAccount"]) else { return };
    let path = pod.path.key("serviceAccount");
    let new_path = pod.path.key("serviceAccountName");
    let remove = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
    match pod.string(&["serviceAccountName"]) {
        Setting::Set(new, _) if new == old || old.is_empty() => {
            let message = "serviceAccount is the old name of serviceAccountName, which says the same";
            report.find(path, message).fix(Fix::safe("Remove serviceAccount", [remove]));
        }
        Setting::Set(new, _) if !new.is_empty() => {
            let message =
                format!("serviceAccount \"{old}\" does not count, since serviceAccountName is \"{new}\"");
            report
                .find(path, message)
                .severity(Severity::Error)
                .related(&new_path, "the account that counts");
        }
        Setting::Unknown => {
            report.find(path, "serviceAccount is the old name of serviceAccountName");
        }
        Setting::Set(..) | Setting::Unset => {
            let set = Patch::Set { path: new_path, value: old.into() };
            let has_comment = has_comment(pod, &path);
            let found = report.find(path, "serviceAccount is the old name of serviceAccountName");
            // The comment beside it would stay behind.
            if !has_comment {
                found.fix(Fix::safe("Rename serviceAccount to serviceAccountName", [set, remove]));
            }
        }
    }
}

/// Whether a comment stands behind the value on its line.
fn has_comment(pod: &PodSpec<'_>, path: &Path) -> bool {
    let document = pod.node.document();
    let end = document.entry_at(path).map(|entry| entry.range.end());
    end.is_some_and(|end| {
        let mut behind = document.comments().iter().filter(|comment| comment.range.start() >= end);
        behind.next().is_some_and(|comment| {
            !document.text(TextRange::new(end, comment.range.start())).contains(['\n', '\r'])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_no_fix, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn a_comment_beside_it_is_not_left_behind() {
        check_no_fix(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  serviceAccount: web # the shop's\n  containers: []\n",
        );
    }

    #[test]
    fn the_old_name_is_found_on_its_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccount: web
                              ^^^ old name of serviceAccountName
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccount: web
                              ^^^ serviceAccount \"web\" does not count, since serviceAccountName is \"shop\"
              serviceAccountName: shop
              containers: []
            ",
        );
        let text = "apiVersion: v1\nkind: Pod\nspec: {serviceAccount: a, serviceAccountName: b}\n";
        let found = find(&RULE, &Settings::default(), text);
        assert_eq!((found[0].1.severity, &found[0].1.fix), (Severity::Error, &None));
    }

    #[test]
    fn absent_null_and_templates_are_fine() {
        for setting in ["hostPID: false", "serviceAccount:", "serviceAccount: {{ .Values.account }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn the_fix_keeps_the_account() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccount: web
              containers: [] # none yet
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [] # none yet
              serviceAccountName: web
            ",
        );
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccountName: web # the shop
              serviceAccount: web
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccountName: web # the shop
              containers: []
            ",
        );
    }
}
