//! Fixes: what is written, what is only shown, and what is left.

use crate::leastwise::{Folder, Ran, WEAK};

#[test]
fn a_diff_shows_and_writes_nothing() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("fix --diff --unsafe --select host-network pod.yaml");
    let diff = "\
--- a/pod.yaml
+++ b/pod.yaml
@@ -4,6 +4,5 @@
   name: agent
   namespace: shop
 spec:
-  hostNetwork: true
   containers:
   - {name: agent, image: \"agent:1.2\"}
";
    let account = "\
pod.yaml
  would apply host-network: Remove hostNetwork (spec.hostNetwork)
1 fix would be applied; 0 left
";
    assert_eq!(ran, Ran { code: Some(0), out: diff.to_owned(), err: account.to_owned() });
    assert_eq!(folder.read("pod.yaml"), WEAK);
}

#[test]
fn only_safe_fixes_are_applied_unless_asked() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("fix --select host-network");
    assert_eq!(folder.read("pod.yaml"), WEAK);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            Some(0),
            "pod.yaml\n  left host-network: its fix may change behaviour; --unsafe applies it (spec.hostNetwork)\n\
             0 fixes applied; 1 left\n"
        )
    );
    folder.run("fix --select host-network --unsafe");
    assert_eq!(folder.read("pod.yaml"), WEAK.replace("  hostNetwork: true\n", ""));
}

#[test]
fn line_ends_comments_and_other_documents_stay() {
    let text = format!("# the agent\n{WEAK}--- # and a service\napiVersion: v1\nkind: Service\n")
        .replace('\n', "\r\n");
    let folder = Folder::of(&[("pod.yaml", &text)]);
    folder.run("fix --select host-network --unsafe");
    assert_eq!(folder.read("pod.yaml"), text.replace("  hostNetwork: true\r\n", ""));
}

#[test]
fn utf_16_stays_utf_16() {
    let encode = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
    };
    let folder = Folder::of(&[]);
    folder.write("pod.yaml", &encode(WEAK));
    folder.run("fix --select host-network --unsafe");
    let fixed = std::fs::read(folder.path("pod.yaml")).unwrap();
    assert_eq!(fixed, encode(&WEAK.replace("  hostNetwork: true\n", "")));
}

#[test]
fn standard_input_comes_out_fixed() {
    let ran = Folder::of(&[]).run_with("fix --select host-network --unsafe -", WEAK.as_bytes());
    assert_eq!((ran.code, ran.out), (Some(0), WEAK.replace("  hostNetwork: true\n", "")));
    assert!(ran.err.ends_with("1 fix applied; 0 left\n"), "{}", ran.err);
}

#[test]
fn standard_input_comes_out_whatever_it_is() {
    let ran = Folder::of(&[]).run_with("fix -", b"not: kubernetes\n");
    assert_eq!(ran.out, "not: kubernetes\n");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::of(&[("real/pod.yaml", WEAK)]);
    let real = folder.path("real/pod.yaml");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, folder.path("link.yaml")).unwrap();
    let ran = folder.run("fix --select host-network --unsafe link.yaml");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(folder.path("link.yaml").is_symlink());
    assert!(!folder.read("real/pod.yaml").contains("hostNetwork"));
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_that_may_not_be_written_is_named() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let path = folder.path("pod.yaml");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let ran = folder.run("fix --select host-network --unsafe");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("error: pod.yaml: not written: the file is read-only"), "{}", ran.err);
    assert_eq!(folder.read("pod.yaml"), WEAK);
}
