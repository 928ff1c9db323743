//! What templates, broken text and wrong types hide.

use crate::support::{check, compared};

#[test]
fn the_same_template_is_the_same() {
    let pod = |context: &str| {
        format!(
            "\
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  containers:
  - name: web
    image: web
    securityContext:
      runAsUser: {{{{ .Values.user }}}}
      {context}
"
        )
    };
    check(
        &pod("privileged: true"),
        &pod("privileged: false"),
        "
        narrower
        - web runs privileged, with all devices and capabilities of the node (spec.containers[0].securityContext.privileged)
        ",
    );
    // Whoever the template names, this only takes root away.
    check(
        &pod(""),
        &pod("runAsNonRoot: true"),
        "
        narrower
        - web may run as root (spec.containers[0].securityContext.runAsNonRoot)
        ",
    );
}

#[test]
fn another_template_hides_the_answer() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          hostPID: {{ .Values.one }}
          containers: [{name: web, image: web}]
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          hostPID: {{ .Values.other }}
          containers: [{name: web, image: web}]
        ",
        "
        undecided
        ? the process namespace of Pod shop cannot be known
        ",
    );
}

#[test]
fn the_least_value_is_no_more_than_what_nobody_knows() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          hostPID: {{ .Values.pid }}
          containers: [{name: web, image: web}]
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          hostPID: false
          containers: [{name: web, image: web}]
        ",
        "
        narrower
        ? the process namespace of Pod shop cannot be known
        ",
    );
}

#[test]
fn templates_that_bring_whole_fields_are_the_same_where_they_are_written_alike() {
    let deployment = |template: &str, privileged: bool| {
        format!(
            "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{{{ include \"shop.name\" . }}}}
spec:
  template:
    spec:
      {{{{- with .Values.podSecurityContext }}}}
      securityContext:
        {{{{- toYaml . | nindent 8 }}}}
      {{{{- end }}}}
      containers:
      - name: web
        image: \"{{{{ .Values.image }}}}\"
        securityContext:
          privileged: {privileged}
        {template}
"
        )
    };
    let resources = "{{- toYaml .Values.resources | nindent 8 }}";
    let comparison = compared(&deployment(resources, true), &deployment(resources, false));
    assert_eq!(
        crate::support::shown(&comparison),
        "narrower\n- web runs privileged, with all devices and capabilities of the node (spec.template.spec.containers[0].securityContext.privileged)\n"
    );
    assert!(comparison.assumptions[0].ends_with("templates that are written alike come out alike"));

    let other =
        compared(&deployment(resources, true), &deployment("{{- include \"other\" . | nindent 8 }}", true));
    assert_eq!(other.verdict, leastwise_privilege::Verdict::Undecided);
}

#[test]
fn a_hidden_annotation_does_not_hide_a_field_that_is_added_beside_it() {
    let pod = |context: &str| {
        format!(
            "\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    {{{{- toYaml .Values.annotations | nindent 4 }}}}
spec:
  containers:
  - name: web
    image: web
{context}"
        )
    };
    check(
        &pod(""),
        &pod("    securityContext:\n      readOnlyRootFilesystem: true\n"),
        "
        narrower
        - web may write to its root file system (spec.containers[0].securityContext.readOnlyRootFilesystem)
        ",
    );
}

#[test]
fn a_template_of_a_whole_value_is_compared_by_its_text() {
    let pod = |values: &str| {
        format!(
            "\
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  containers:
  - name: web
    image: web
    securityContext:
      {{{{- toYaml {values} | nindent 6 }}}}
"
        )
    };
    check(&pod(".Values.a"), &pod(".Values.a"), "equal\n");
    let comparison = compared(&pod(".Values.a"), &pod(".Values.b"));
    assert_eq!(comparison.verdict, leastwise_privilege::Verdict::Undecided);
}

#[test]
fn containers_that_a_template_brings_may_be_any() {
    let pod = |extra: &str| {
        format!(
            "\
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  containers:
  - name: web
    image: web
  {{{{- toYaml {extra} | nindent 2 }}}}
"
        )
    };
    check(&pod(".Values.extra"), &pod(".Values.extra"), "equal\n");
    let comparison = compared(&pod(".Values.extra"), &pod(".Values.more"));
    assert_eq!(comparison.verdict, leastwise_privilege::Verdict::Undecided);
    assert!(comparison.undecided.contains(&"all containers of Pod shop cannot be known".to_owned()));
}

#[test]
fn a_value_of_the_wrong_type_is_not_known() {
    let pod = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec: {{hostIPC: {value}, containers: [{{name: web, image: web}}]}}\n"
        )
    };
    check(&pod("'true'"), &pod("'true'"), "equal\n");
    check(
        &pod("'true'"),
        &pod("true"),
        "
        broader
        ? the IPC namespace of Pod shop cannot be known
        ",
    );
}

#[test]
fn anchors_and_merge_keys_are_looked_through() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          containers:
          - name: web
            image: web
            securityContext: &strict {privileged: false, runAsUser: 7}
          - name: proxy
            image: proxy
            securityContext: *strict
          - name: helper
            image: helper
            securityContext: {<<: *strict, runAsUser: 8}
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          containers:
          - {name: web, image: web, securityContext: {runAsUser: 7}}
          - {name: proxy, image: proxy, securityContext: {runAsUser: 7}}
          - {name: helper, image: helper, securityContext: {runAsUser: 8}}
        ",
        "equal\n",
    );
}

#[test]
fn aliases_of_aliases_end_undecided_in_little_time() {
    let mut bomb =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\ndata:\n  a0: &a0 [x, x]\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        bomb.push_str(&format!("  a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    assert_eq!(compared(&bomb, &bomb).verdict, leastwise_privilege::Verdict::Undecided);
}

#[test]
fn repeated_keys_count_once() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {hostPID: false, hostPID: true, containers: []}\n";
    check(pod, pod, "equal\n");
    check(
        pod,
        &pod.replace(", hostPID: true", ""),
        "narrower\n- shop sees and signals the node's processes (spec.hostPID)\n",
    );
}
