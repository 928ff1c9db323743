use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{Object, Service};

rule! {
    /// No pod that the workspace declares carries all labels that the Service selects by.
    ///
    /// ## Why
    /// Requests to the Service fail. Worse, whoever may create a pod with these labels receives them.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: wbe}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Service
    /// metadata: {name: web}
    /// spec: {selector: {app: web}, ports: [{port: 80}]}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, labels: {app: web}}
    /// spec: {containers: [{name: web, image: "web:1.2", ports: [{name: http, containerPort: 8080}]}]}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the labels, or declare the pods.
    ///
    /// ## When it is fine
    /// For pods that an operator, or a chart elsewhere, brings. Where the workspace declares no pods in the
    /// namespace of the Service, only pedantic listeners hear of it. Labels that controllers give to pods are not
    /// judged.
    ///
    /// ## References
    /// - [Labels and selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/)
    /// - [Service](https://kubernetes.io/docs/concepts/services-networking/service/)
    id: "service-selects-nothing",
    title: "Service selects no declared pod",
    family: Family::ServiceExposure,
    confidence: Confidence::Medium,
    fields: &["spec.selector"],
    also: &[(KubeLinter, "dangling-service"), (Kics, "3ca03a61-3249-4c16-8427-6f8e47dda729"), (Kubescape, "C-0293"), (KubeScore, "service-targets-pod")],
    check: Check::Kind(&["Service"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(service) = Service::of(object) else { return };
    let Some(selector) = service.selector() else { return };
    let home = object.home();
    let workspace = report.workspace();
    let (mut is_alone, mut is_selected) = (true, workspace.may_hide_pods(home));
    for declared in workspace.workloads() {
        is_alone &= !workspace.is_in(declared, home);
        is_selected |= declared.home().may_be(home) && declared.may_be_selected(&selector);
    }
    if !is_selected && (!is_alone || selector.is_known()) {
        let message = format!("{} selects no pod that the workspace declares", service.title());
        report.find(object.path.keys(&["spec", "selector"]), message).pedantic_if(is_alone);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn a_selector_without_a_pod_is_marked() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec:
              selector: {app: web, tier: front}
              ^^^^^^^^ Service \"web\" selects no pod that the workspace declares
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop, labels: {app: web}}
            spec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: other, labels: {app: web, tier: front}}
            spec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}
            ",
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_absent_harmless_or_hidden() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: wbe}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: \"{{ .Values.app }}\"}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {{ .Values.selector }}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web, statefulset.kubernetes.io/pod-name: web-0}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ExternalName, selector: {app: wbe}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        for text in [
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: wbe}}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: wbe}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web, image: \"web:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n",
        ] {
            check_pedantic(&RULE, text);
        }
    }

    #[test]
    fn a_workload_whose_pods_a_template_hides_may_be_the_one() {
        let others = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: other}}\nspec: {containers: [{name: other, image: a}]}\n";
        let hidden = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
        let text = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n";
        check_silent(&RULE, &format!("{text}{others}{hidden}"));
    }
}
