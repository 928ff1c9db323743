//! Bindings, their subjects and the role they name.

use crate::document;
use leastwise_manifest::{Binds, binding, objects};

#[test]
fn subjects_and_the_role_stand_where_they_are_written() {
    let document = document(
        "
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: b, namespace: shop}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects:
        - {kind: ServiceAccount, name: web, namespace: shop}
        - kind: Group
          name: '{{ .Values.group }}'
        ",
    );
    let objects = objects(&document);
    let binding = binding(&objects[0]).unwrap();
    assert!(!binding.is_cluster_binding() && !binding.open);
    assert_eq!((binding.role.kind, binding.role.name), (Some("ClusterRole"), Some("view")));
    assert_eq!(binding.role.path.to_string(), "roleRef");
    let [account, group] = &binding.subjects[..] else { panic!("two subjects: {:?}", binding.subjects) };
    assert!(account.is("ServiceAccount", "web") && !account.is("User", "web") && !account.is_open());
    assert_eq!((account.namespace.known(), account.path.to_string()), (Some("shop"), "subjects[0]".into()));
    assert_eq!((group.kind, group.name, group.is_open()), (Some("Group"), None, true));
    let binds = Binds::of(&objects[0]);
    assert_eq!((binds.role.as_deref(), &binds.subjects[..]), (Some("view"), &["web".to_owned()][..]));
}

#[test]
fn hidden_subjects_are_not_none() {
    for (subjects, open) in [("", false), ("subjects:", false), ("subjects: {{ .Values.subjects }}", true)] {
        let text =
            format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n{subjects}\n");
        let document = document(&text);
        let objects = objects(&document);
        let binding = binding(&objects[0]).unwrap();
        assert!(binding.is_cluster_binding() && binding.subjects.is_empty());
        assert_eq!((binding.open, binding.role.name), (open, None), "{subjects}");
    }
}

#[test]
fn a_binding_is_one_by_its_group_and_kind() {
    let is_binding = |version: &str, kind: &str| {
        let document = document(&format!("apiVersion: {version}\nkind: {kind}\n"));
        binding(&objects(&document)[0]).is_some()
    };
    assert!(is_binding("rbac.authorization.k8s.io/v1", "RoleBinding"));
    assert!(is_binding("{{ .Values.version }}", "ClusterRoleBinding"));
    assert!(!is_binding("rbac.authorization.k8s.io/v1", "Role"));
    assert!(!is_binding("example.com/v1", "RoleBinding"));
}
