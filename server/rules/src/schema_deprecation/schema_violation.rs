use super::fitting::{Fault, key_of, misfits};
use crate::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, pod_specs, schema};
use leastwise_yaml::{Emptied, Field, Patch, Path};

rule! {
    /// A field is unknown to the API, stands in the wrong place, has a value of the wrong type, or is needed and
    /// not there.
    ///
    /// ## Why
    /// The API server drops unknown fields or refuses the object. Dropped is worse: a misspelt or misplaced
    /// `securityContext` field looks like protection and is none. Fields that only containers have, such as
    /// `readOnlyRootFilesystem`, are often written at the pod.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   securityContext:
    ///     readOnlyRootFilesystem: true
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - {name: PORT, value: 8080}
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
    ///     env:
    ///     - {name: PORT, value: "8080"}
    /// ```
    ///
    /// ## Fix
    /// By hand in general; the message names the place or the spelling that is likely meant. A boolean that only
    /// containers have is moved from the pod to each container that does not set it, where that takes privilege
    /// away.
    ///
    /// ## When it is fine
    /// In a part of an object that a tool lays over the whole, which may lack what is needed. Custom resources and
    /// API versions that are no longer served are not judged, and neither are fields that only another Kubernetes
    /// version has, as far as they are known.
    ///
    /// ## How others differ
    /// Checks against the published JSON schemas report every field that the documents call required, also those
    /// that the API server fills in or whose zero value is fine. This rule names only those without which the
    /// object is refused.
    ///
    /// ## References
    /// - [Kubernetes API reference](https://kubernetes.io/docs/reference/kubernetes-api/)
    /// - [Server-side field validation](https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation)
    id: "schema-violation",
    title: "Manifest does not fit the API schema",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["spec", "metadata"],
    also: &[
        (KubeLinter, "schema-validation"),
    ],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let definition =
        object.api_version().zip(object.kind()).and_then(|(version, kind)| schema::kind(version, kind));
    let Some(definition) = definition else { return };
    for misfit in misfits(object.node, definition) {
        let path = object.path.join(&misfit.path);
        let moved = match misfit.fault {
            Fault::Unknown("core.v1.PodSecurityContext") => move_to_containers(object, &path),
            Fault::Unknown(_) | Fault::Type | Fault::Missing => None,
        };
        let found = report.find(path.clone(), misfit.message);
        let found = match misfit.fault {
            Fault::Unknown(_) => found.at_key(&path),
            Fault::Type | Fault::Missing => found,
        };
        if let Some(fix) = moved {
            found.fix(fix);
        }
    }
}

/// The move of a boolean that only containers have from the pod to each container that does not set it.
fn move_to_containers(object: &Object<'_>, path: &Path) -> Option<Fix> {
    let key = key_of(path)?;
    let is_of_containers =
        schema::definition("core.v1.SecurityContext")?.field(key)?.shape == schema::Shape::Boolean;
    let value = object.node.document().at(path)?.as_bool().filter(|_| is_of_containers)?;
    let pod = pod_specs(object).into_iter().find(|pod| pod.path.holds(path))?;
    let mut patches = vec![Patch::Remove { path: path.clone(), emptied: Emptied::Remove }];
    for container in pod.containers() {
        match container.security(&[key]) {
            Field::Absent => {
                patches.push(Patch::Set { path: container.security_path(&[key]), value: value.into() });
            }
            Field::Present(_) => {}
            Field::Unknown => return None,
        }
    }
    Some(Fix::behavioural(format!("Move {key} to each container"), patches))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn unknown_fields_are_found_at_their_key() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            replicas: 2
            ^^^^^^^^ \"replicas\" is no field of Deployment; it belongs into spec
            spec:
              replica: 2
              ^^^^^^^ \"replica\" is no field of DeploymentSpec; did you mean replicas
              template:
                spec:
                  securityContext:
                    capabilities: {drop: [ALL]}
                    ^^^^^^^^^^^^ no effect for the whole pod and belongs into securityContext of each container
                  containers:
                  - name: web
                    livenessprobe: {}
                    ^^^^^^^^^^^^^ it is written livenessProbe
                    volumes: []
                    ^^^^^^^ it belongs into spec.template.spec
                    wholly: new
                    ^^^^^^ \"wholly\" is no field of Container
                    envFrom:
                    - secretRef:
                      name: web
                      ^^^^ \"name\" is no field of EnvFromSource; it belongs into secretRef, one step further in
            ",
        );
    }

    #[test]
    fn values_of_another_type_are_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              replicas: \"2\"
                        ^^^ The value of replicas has to be a whole number without quotes, not the text \"2\"
              template:
                spec:
                  hostNetwork: \"true\"
                               ^^^^^^ has to be true or false without quotes
                  nodeSelector: {gpu: true}
                                      ^^^^ The value of gpu has to be text, in quotes, not the boolean true
                  containers:
                  - name: web
                    args: [--port, 8080]
                                   ^^^^ The item of args has to be text, in quotes, not the number 8080
                    env:
                    ^^^ The value of env has to be a list, not a mapping
                      PORT: \"1\"
                    resources: {limits: {cpu: 1, memory: 512MB}}
                                                         ^^^^^ has to be an amount such as 500m or 1Gi
            ",
        );
    }

    #[test]
    fn what_is_needed_is_missed_at_its_parent() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - image: web
                ^^^^^ Container needs name
                volumeMounts:
                - name: data
                  ^^^^ VolumeMount needs mountPath
            ",
        );
    }

    #[test]
    fn whatever_the_api_server_takes_is_fine() {
        for pod in [
            "hostNetwork: yes",
            "terminationGracePeriodSeconds: 1e1",
            "nodeSelector: null",
            "volumes: []",
            "containers: [{name: web, resources: {limits: {cpu: 0.5, memory: 1e9}}, livenessProbe: {httpGet: {port: \"80\"}}}]",
            "overhead: {cpu: 5}",
            "hostNetwork: ${HOST_NETWORK}",
            "terminationGracePeriodSeconds: \"{{ .Values.grace }}\"",
            "{{- toYaml .Values.pod | nindent 2 }}",
            "containers:\n  - {{- toYaml .Values.container | nindent 4 }}",
            "containers: [{$patch: delete, image: web}]",
            "workloadRef: {name: web}",
            "priority: POD_PRIORITY",
            "tolerations: {POD_TOLERATIONS: \"\"}",
            "POD_AFFINITY: \"\"",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec:\n  {pod}\n"));
        }
    }

    #[test]
    fn only_slips_are_reported_where_conditions_hide_the_structure() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              {{- if .Values.stateful }}
              serviceName: web
              {{- end }}
              replica: 2
              ^^^^^^^ did you mean replicas
              template:
                spec:
                  volumes:
                  - emptyDir: {}
                  containers: {}
            ",
        );
    }

    #[test]
    fn what_the_server_writes_and_kinds_that_are_not_defined_are_not_judged() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nstatus: {anything: 1}\nmetadata: {managedFields: [1]}\n",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: Secret\nsops: {mac: ENC}\n");
        check_silent(&RULE, "apiVersion: example.com/v1\nkind: Pod\nspec: {wholly: new}\n");
        check_silent(&RULE, "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {rollbackTo: {}}\n");
        check_silent(&RULE, "apiVersion: {{ .Values.version }}\nkind: Pod\nspec: {wholly: new}\n");
        let schema =
            "openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true, default: {a: 1}}";
        check_silent(
            &RULE,
            &format!(
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: Web, plural: webs}}\n  versions: [{{name: v1, served: true, storage: true, schema: {{{schema}}}}}]\n"
            ),
        );
    }

    #[test]
    fn the_fix_moves_what_only_containers_have() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # the data
                readOnlyRootFilesystem: true
              containers:
              - name: web # the shop
                securityContext:
                  readOnlyRootFilesystem: false # for now
              - name: proxy
                image: proxy:1.2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              securityContext:
                fsGroup: 1000 # the data
              containers:
              - name: web # the shop
                securityContext:
                  readOnlyRootFilesystem: false # for now
              - name: proxy
                image: proxy:1.2
                securityContext:
                  readOnlyRootFilesystem: true
            ",
        );
    }
}
