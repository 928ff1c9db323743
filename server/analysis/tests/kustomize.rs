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
