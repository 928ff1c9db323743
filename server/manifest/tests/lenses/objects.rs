//! Objects: alone in their document, and in lists.

use crate::document;
use leastwise_manifest::objects;

/// Each object as `path: apiVersion kind namespace/name`.
fn found(text: &str) -> Vec<String> {
    let document = document(text);
    let line = |object: &leastwise_manifest::Object<'_>| {
        let resource = object.resource();
        let named = [resource.namespace, resource.name].map(|name| name.unwrap_or("-".to_owned())).join("/");
        format!("{}: {} {} {named}", object.path, resource.api_version, resource.kind)
    };
    objects(&document).iter().map(line).collect()
}

#[test]
fn an_object_says_its_version_and_kind() {
    assert_eq!(
        found(
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: cart
              namespace: shop
            "
        ),
        [": apps/v1 Deployment shop/cart"]
    );
}

#[test]
fn other_yaml_is_left_in_peace() {
    for text in [
        "",
        "name: cart\nkind: shop\n",
        "apiVersion: v1\n",
        "kind: Pod\n",
        "apiVersion: 1\nkind: Pod\n",
        "apiVersion:\nkind: Pod\n",
        "apiVersion: v1\nkind: [Pod]\n",
        "- apiVersion: v1\n  kind: Pod\n",
        "just text\n",
    ] {
        assert_eq!(found(text), [""; 0], "{text:?}");
    }
}

#[test]
fn names_may_lack_their_quotes_but_null_is_no_name() {
    assert_eq!(
        found("{apiVersion: v1, kind: Pod, metadata: {name: 8080, namespace: on}}"),
        [": v1 Pod on/8080"]
    );
    assert_eq!(found("{apiVersion: v1, kind: Pod, metadata: {name: null, namespace: }}"), [": v1 Pod -/-"]);
    assert_eq!(found("{apiVersion: v1, kind: Pod, metadata: {name: ''}}"), [": v1 Pod -/-"]);
    assert_eq!(found("{apiVersion: v1, kind: Pod}"), [": v1 Pod -/-"]);
}

#[test]
fn what_a_template_hides_is_not_said() {
    assert_eq!(
        found(
            "
            apiVersion: {{ include \"apps.version\" . }}
            kind: Deployment
            metadata:
              name: {{ .Release.Name }}-cart
              namespace: shop
            "
        ),
        [":  Deployment shop/-"]
    );
}

#[test]
fn the_items_of_a_list_are_objects_of_their_own() {
    assert_eq!(
        found(
            "
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Service
              metadata: {name: cart}
            - just text
            - apiVersion: v1
              kind: Pod
              metadata: {name: till}
            "
        ),
        ["items[0]: v1 Service -/cart", "items[2]: v1 Pod -/till"]
    );
    assert_eq!(found("apiVersion: v1\nkind: List\nitems: []\n"), [""; 0]);
    assert_eq!(found("apiVersion: v1\nkind: List\nitems:\n"), [""; 0]);
}

#[test]
fn a_kind_that_only_sounds_like_a_list_is_an_object() {
    assert_eq!(
        found("{apiVersion: net.example/v1, kind: AllowList, metadata: {name: a}, items: [10.0.0.0/8]}"),
        [": net.example/v1 AllowList -/a"]
    );
    assert_eq!(
        found("{apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}"),
        ["items[0]: v1 Pod -/a"]
    );
}

#[test]
fn an_item_may_be_an_alias() {
    assert_eq!(
        found(
            "
            apiVersion: v1
            kind: List
            items:
            - &pod
              apiVersion: v1
              kind: Pod
              metadata: {name: one}
            - *pod
            - <<: *pod
              metadata: {name: two}
            "
        ),
        ["items[0]: v1 Pod -/one", "items[1]: v1 Pod -/one", "items[2]: v1 Pod -/two"]
    );
}

#[test]
fn groups_tell_kubernetes_from_what_extends_it() {
    let built_in = |version: &str| {
        let document = document(&format!("apiVersion: {version}\nkind: X\n"));
        let objects = objects(&document);
        (objects[0].api_group().map(str::to_owned), objects[0].is_built_in())
    };
    assert_eq!(built_in("v1"), (Some(String::new()), Some(true)));
    assert_eq!(built_in("apps/v1"), (Some("apps".to_owned()), Some(true)));
    assert_eq!(built_in("networking.k8s.io/v1"), (Some("networking.k8s.io".to_owned()), Some(true)));
    assert_eq!(built_in("jobset.x-k8s.io/v1"), (Some("jobset.x-k8s.io".to_owned()), Some(false)));
    assert_eq!(built_in("argoproj.io/v1"), (Some("argoproj.io".to_owned()), Some(false)));
    assert_eq!(built_in("{{ .Version }}"), (None, None));
}
