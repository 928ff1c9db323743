use super::made_objects::may_be_made;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Persona, Severity};
use leastwise_manifest::{Container, Declared, PodSpec, Setting, boolean, lookup, string};
use leastwise_yaml::{Field, Node, Path};

rule! {
    /// A variable refers to a key of a Secret or ConfigMap that is not declared.
    ///
    /// ## Why
    /// A container whose variable refers to what is not there does not start: it waits with `CreateContainerConfigError`
    /// until the key turns up. A slip in a name is found only when the pod is rolled out.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data: {mode: safe}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - name: MODE
    ///       valueFrom:
    ///         configMapKeyRef: {name: web, key: mod}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data: {mode: safe}
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - name: MODE
    ///       valueFrom:
    ///         configMapKeyRef: {name: web, key: mode}
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the name, declare the key, or say `optional: true` where the program does without.
    ///
    /// ## When it is fine
    /// Where the object is made in the cluster, by hand or by an operator. Names are looked at only where the workspace
    /// declares objects of the kind in the same namespace, and nothing in it may make the one that is meant: External
    /// Secrets, Sealed Secrets, certificates, Kustomize generators. Since many Secrets are kept out of repositories for
    /// good reason, a missing name is told to those who ask only; a missing key of an object that is there to everyone.
    ///
    /// ## References
    /// - [Secrets as environment variables](https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables)
    /// - [ConfigMaps and pods](https://kubernetes.io/docs/concepts/configuration/configmap/#configmaps-and-pods)
    id: "env-reference-unresolved",
    title: "Referenced Secret or ConfigMap key is not declared",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    also: &[(KubeLinter, "env-value-from")],
    // What is not declared here may be made elsewhere.
    confidence: Confidence::Medium,
    fields: &["C[*].env[*].valueFrom.secretKeyRef", "C[*].env[*].valueFrom.configMapKeyRef"],
    check: Check::Container(check),
}

/// A way to refer to a key: its field, the kind it refers to, and where objects of that kind have keys.
struct Reference {
    field: &'static str,
    kind: &'static str,
    keys: [&'static str; 2],
}

const REFERENCES: [Reference; 2] = [
    Reference { field: "secretKeyRef", kind: "Secret", keys: ["data", "stringData"] },
    Reference { field: "configMapKeyRef", kind: "ConfigMap", keys: ["data", "binaryData"] },
];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let list = container.path.key("env");
    for item in container.node.get("env").value().into_iter().flat_map(Node::items) {
        let Some(source) = item.value.get("valueFrom").value() else { continue };
        for reference in &REFERENCES {
            if let Some(node) = source.get(reference.field).value() {
                let path = list.index(item.index).keys(&["valueFrom", reference.field]);
                reference.check(pod, node, &path, report);
            }
        }
    }
}

/// The keys of an object, seen from one that is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// It may be among them.
    MayHaveIt,
    /// Only others are there.
    Others,
    /// There are none: something else is likely to fill the object.
    None,
}

impl Reference {
    fn check(&self, pod: &PodSpec<'_>, node: Node<'_>, path: &Path, report: &mut Report<'_, '_>) {
        let Setting::Set(name, _) = string(node, &["name"]) else { return };
        if !matches!(boolean(node, &["optional"]), Setting::Set(false, _) | Setting::Unset) {
            return;
        }
        let (workspace, home) = (report.workspace(), pod.object.home());
        let declared: Vec<_> = workspace
            .in_namespace(self.kind, home)
            .filter(|declared| declared.object().api_version() == Some("v1"))
            .collect();
        if declared.is_empty() {
            return;
        }
        let kind = self.kind;
        let named: Vec<_> = declared.iter().filter(|declared| declared.name() == Some(name)).collect();
        let Some(first) = named.first() else {
            if !workspace.may_have(kind, home, name) && !may_be_made(workspace, kind, name) {
                report
                    .find(path.key("name"), format!("{kind} \"{name}\" is not among those declared here"))
                    .persona(Persona::Pedantic);
            }
            return;
        };
        let Setting::Set(key, _) = string(node, &["key"]) else { return };
        let keys: Vec<_> = named.iter().map(|declared| self.keys(declared, key)).collect();
        // What is made under the same name may add to what is declared.
        if !keys.contains(&Keys::MayHaveIt) && !may_be_made(workspace, kind, name) {
            let is_empty = keys.contains(&Keys::None);
            let message = format!("{kind} \"{name}\" has no key \"{key}\"");
            report.find(path.key("key"), message).pedantic_if(is_empty).related_in(
                first,
                &first.path.keys(&["metadata", "name"]),
                format!("The {kind}"),
            );
        }
    }

    fn keys(&self, declared: &Declared, key: &str) -> Keys {
        let object = declared.object();
        // The controller of service accounts fills these.
        if string(object.node, &["type"]).known() == Some("kubernetes.io/service-account-token") {
            return Keys::MayHaveIt;
        }
        let mut has_some = false;
        for holder in self.keys {
            match lookup(object.node, &[holder]) {
                Field::Absent => {}
                Field::Present(entry) if entry.value.is_null() => {}
                Field::Present(entry) => {
                    if !matches!(entry.value.get(key), Field::Absent) {
                        return Keys::MayHaveIt;
                    }
                    has_some |= !entry.value.entries().is_empty();
                }
                Field::Unknown => return Keys::MayHaveIt,
            }
        }
        if has_some { Keys::Others } else { Keys::None }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent, find};
    use crate::{Persona, Settings};

    #[test]
    fn names_and_keys_that_are_not_declared_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Secret
            metadata: {name: web, namespace: shop}
            stringData: {password: a}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop}
            spec:
              containers:
              - env:
                - {name: A, valueFrom: {secretKeyRef: {name: web, key: password}}}
                - {name: B, valueFrom: {secretKeyRef: {name: web, key: passwort}}}
                                                                       ^^^^^^^^ Secret \"web\" has no key \"passwort\"
                - {name: C, valueFrom: {secretKeyRef: {name: wed, key: password}}}
                                                             ^^^ Secret \"wed\" is not among those declared here
                - {name: D, valueFrom: {secretKeyRef: {name: wed, key: password, optional: true}}}
                - {name: E, valueFrom: {configMapKeyRef: {name: wed, key: password}}}
            ",
        );
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop}\nspec:\n  containers:\n  - env:\n    - {name: A, valueFrom: {secretKeyRef: {name: web, key: password}}}\n";

    #[test]
    fn a_missing_key_is_for_everyone_and_a_missing_name_for_those_who_ask() {
        let persona = |name: &str| {
            let secret =
                "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME, namespace: shop}\ndata: {a: a}\n";
            let text = format!("{POD}---\n{}", secret.replace("NAME", name));
            find(&RULE, &Settings::default(), &text)[0].1.persona
        };
        assert_eq!((persona("web"), persona("other")), (Persona::Default, Persona::Pedantic));
    }

    #[test]
    fn keys_of_an_empty_object_are_missed_by_pedantic_listeners() {
        let empty = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\n";
        check_pedantic(&RULE, &format!("{POD}---\n{empty}"));
    }

    #[test]
    fn nothing_is_said_where_the_object_may_be_elsewhere_or_filled_later() {
        for others in [
            "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: other}\nstringData: {a: a}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\ndata: {{ .Values.data }}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: \"{{ .Release.Name }}\", namespace: shop}\ndata: {a: a}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\ntype: kubernetes.io/service-account-token\ndata: {a: a}\n",
        ] {
            check_silent(&RULE, &format!("{POD}---\n{others}"));
        }
        let other = "apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: shop}\n";
        for maker in [
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web, namespace: shop}\nspec: {}\n",
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {target: {name: web}}\n",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: web, namespace: shop}\n",
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a}\nspec: {secretName: web}\n",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: web}]\n",
            "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: a}\nspec: {secretObjects: [{secretName: web}]}\n",
        ] {
            check_silent(&RULE, &format!("{POD}---\n{other}---\n{maker}"));
        }
    }
}
