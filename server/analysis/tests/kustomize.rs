//! Folders with Kustomize files, and what is found in them.
#![allow(clippy::unwrap_used, reason = "a test ends when it cannot go on")]

use leastwise_analysis::composition::{Compositions, is_kustomization};
use leastwise_analysis::{Environment, File, Standing};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Files, as `("path", "text")`.
struct Folder(BTreeMap<PathBuf, &'static str>);

impl Folder {
    fn new(files: &[(&str, &'static str)]) -> Self {
        Self(files.iter().map(|(path, text)| (PathBuf::from(format!("/{path}")), *text)).collect())
    }

    fn compositions(&self) -> Compositions {
        let paths = self.0.keys().filter(|path| is_kustomization(path)).cloned();
        Compositions::of(paths, &|path| self.0.get(path).map(|text| (*text).to_owned()))
    }

    /// What the rules find in a file: the rule, the field and why it is not shown.
    fn found(&self, path: &str) -> Vec<String> {
        let path = PathBuf::from(format!("/{path}"));
        let environment =
            Environment { composition: self.compositions().at(&path), ..Environment::default() };
        let file = File::new(self.0[&path], &environment);
        let found = file.diagnoses().filter(|located| !matches!(located.standing, Standing::Covered(_)));
        found
            .map(|located| {
                let (rule, path) = (located.diagnosis.rule(), located.diagnosis.path());
                match located.standing {
                    Standing::Suppressed(reason) => format!("{rule} at {path}: {reason}"),
                    _ => format!("{rule} at {path}"),
                }
            })
            .collect()
    }
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        image: web:1.2
      - name: log
        image: log:1.2
";

/// Sets a privilege, and leaves out nearly all that a Deployment needs.
const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext: {privileged: true}
";

#[test]
fn a_patch_is_judged_for_what_it_sets() {
    let folder = Folder::new(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: patch.yaml}]\n"),
        ("prod/patch.yaml", PATCH),
        ("old/Kustomization", "bases: [../base]\npatchesStrategicMerge: [./patch.yaml]\n"),
        ("old/patch.yaml", PATCH),
        (
            "part/kustomization.yml",
            "kind: Component\npatches: [{path: patch.yaml, target: {kind: Deployment}}]\n",
        ),
        ("part/patch.yaml", PATCH),
        ("alone/patch.yaml", PATCH),
    ]);
    let privileged = "privileged-container at spec.template.spec.containers[0].securityContext.privileged";
    for patch in ["prod/patch.yaml", "old/patch.yaml", "part/patch.yaml"] {
        assert_eq!(folder.found(patch), [privileged], "{patch}");
    }
    // Nobody says that this one is a patch.
    assert!(folder.found("alone/patch.yaml").len() > 5);
}

#[test]
fn a_directive_says_that_a_text_is_a_patch() {
    let folder = Folder::new(&[(
        "patch.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n  volumes:\n  - {name: data, $patch: delete}\n",
    )]);
    assert_eq!(folder.found("patch.yaml"), ["host-network at spec.hostNetwork"]);
}

#[test]
fn kustomize_files_that_name_each_other_come_to_an_end() {
    let folder = Folder::new(&[
        ("a/kustomization.yaml", "resources: [../b, ../a]\n"),
        ("b/kustomization.yaml", "resources: [../a, web.yaml]\n"),
        ("b/web.yaml", DEPLOYMENT),
    ]);
    assert!(folder.found("b/web.yaml").len() > 5);
}

/// Whether what a file of the folder is said to miss is set by others, and by which.
fn reasons(folder: &Folder, path: &str, field: &str) -> Vec<String> {
    let found = folder.found(path).into_iter();
    found
        .filter(|one| one.contains(field))
        .map(|one| one.split(": ").nth(1).unwrap_or("shown").to_owned())
        .collect()
}

const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [web.yaml]\n");
const WEB: (&str, &str) = ("base/web.yaml", DEPLOYMENT);

/// Merges into the first container, whatever its place in the list.
const ROOTLESS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false}
";

const ESCALATION: &str = "containers[0].securityContext.allowPrivilegeEscalation";

#[test]
fn what_every_overlay_sets_is_not_missing_in_the_base() {
    let prod =
        ("overlays/prod/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n");
    let patch = ("overlays/prod/patch.yaml", ROOTLESS);
    let folder = Folder::new(&[BASE, WEB, prod, patch]);
    assert_eq!(reasons(&folder, "base/web.yaml", ESCALATION), ["set by overlays/prod"]);
    // The other container is not patched.
    let second = "containers[1].securityContext.allowPrivilegeEscalation";
    assert_eq!(reasons(&folder, "base/web.yaml", second), ["shown"]);

    let bare = ("overlays/test/kustomization.yaml", "resources: [../../base]\n");
    let folder = Folder::new(&[BASE, WEB, prod, patch, bare]);
    assert_eq!(reasons(&folder, "base/web.yaml", ESCALATION), ["shown"]);

    let operations = (
        "overlays/test/kustomization.yaml",
        "resources: [../../base]\npatches:\n- target: {kind: Deployment, name: web}\n  patch: |\n    \
         - {op: add, path: /spec/template/spec/containers/0/securityContext, value: {allowPrivilegeEscalation: false}}\n",
    );
    let folder = Folder::new(&[BASE, WEB, prod, patch, operations]);
    assert_eq!(reasons(&folder, "base/web.yaml", ESCALATION), ["set by overlays/prod, overlays/test"]);
}

#[test]
fn components_patch_what_those_build_on_that_name_them() {
    let folder = Folder::new(&[
        BASE,
        WEB,
        ("parts/rootless/kustomization.yaml", "kind: Component\npatches: [{path: patch.yaml}]\n"),
        ("parts/rootless/patch.yaml", ROOTLESS),
        ("prod/kustomization.yaml", "resources: [../base]\ncomponents: [../parts/rootless]\n"),
    ]);
    assert_eq!(reasons(&folder, "base/web.yaml", ESCALATION), ["set by prod"]);
}

#[test]
fn a_base_stands_as_it_is_where_an_overlay_cannot_be_followed() {
    let patch = ("prod/patch.yaml", ROOTLESS);
    let undecided = [
        "resources: [../base]\npatches: [{path: patch.yaml}]\nreplacements: [{path: some.yaml}]\n",
        "resources: [../base]\npatches: [{path: patch.yaml, target: {kind: Deployment, labelSelector: app=web}}]\n",
        "resources: [../base]\npatches: [{path: patch.yaml, target: {name: w.+}}]\n",
        "resources: [../base]\npatches: [{path: patch.yaml}, {path: gone.yaml}]\n",
        "resources: [../base]\npatches: [{path: patch.yaml}]\ncomponents: [https://example.com/part]\n",
    ];
    for text in undecided {
        let folder = Folder::new(&[BASE, WEB, patch, ("prod/kustomization.yaml", text)]);
        assert_eq!(reasons(&folder, "base/web.yaml", ESCALATION), ["shown"], "{text}");
    }
}
