//! `leastwise prove`: what a change newly allows, with its place and an exit code.

use crate::leastwise::Folder;
use serde_json::Value;

const BINDING: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart}
";

fn role(resources: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: cart, namespace: shop}}\nrules:\n- \
         apiGroups: [\"\"]\n  resources: {resources}\n  verbs: [get, list]\n"
    )
}

fn change(before: &str, after: &str) -> Folder {
    Folder::of(&[
        ("before/role.yaml", &role(before)),
        ("before/binding.yaml", BINDING),
        ("after/role.yaml", &role(after)),
        ("after/binding.yaml", BINDING),
    ])
}

#[test]
fn a_gain_is_told_with_its_place() {
    let ran = change("[pods]", "[pods, secrets]").run("prove before after");
    let expected = "this change newly allows:\n  get, list secrets in shop, to ServiceAccount shop/cart, by \
                    after/role.yaml:6\n\nbroader: more is allowed than before\n";
    assert_eq!((ran.out.as_str(), ran.code), (expected, Some(1)), "{}", ran.err);
}

#[test]
fn a_loss_is_no_fault() {
    let ran = change("[pods, secrets]", "[pods]").run("prove before after");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("no longer allowed:\n  get, list secrets in shop"), "{}", ran.out);
    assert_eq!(
        change("[pods]", "[pods]").run("prove before after").out,
        "equal: the same is allowed as before\n"
    );
}

#[test]
fn programs_get_every_atom() {
    let ran = change("[pods]", "[pods, secrets]").run("prove before after --format json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let expected = serde_json::json!({
        "kind": "rbac",
        "subject": "ServiceAccount shop/cart",
        "namespace": "shop",
        "apiGroup": "",
        "resource": "secrets",
        "verb": "get",
        "object": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "namespace": "shop",
            "name": "cart",
        },
        "path": "rules[0].resources[1]",
        "filename": "after/role.yaml",
        "location": {"row": 6, "column": 21},
    });
    assert_eq!((&answer["verdict"], &answer["gained"][0]), (&"broader".into(), &expected));
    assert_eq!(answer["gained"].as_array().unwrap().len(), 2);
    for key in ["lost", "needed_but_lost", "assumptions"] {
        assert_eq!(answer[key], serde_json::json!([]), "{key}");
    }
}

#[test]
fn what_cannot_be_read_is_not_taken_for_nothing() {
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [\n";
    let folder = Folder::of(&[
        ("before.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
        ("after.yaml", broken),
    ]);
    let ran = folder.run("prove before.yaml after.yaml");
    assert!(ran.out.contains("after.yaml:"), "{}", ran.out);
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:?}");
    assert_eq!(folder.run("prove before.yaml missing.yaml").code, Some(2));
}
