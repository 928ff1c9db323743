//! What volumes reach, and how far containers reach into them.

use crate::support::check;

/// A pod with one volume, as the given source, which its container mounts with the given fields.
fn mounting(source: &str, mount: &str) -> String {
    format!(
        "\
apiVersion: v1
kind: Pod
metadata: {{name: shop}}
spec:
  volumes:
  - {{name: data, {source}}}
  containers:
  - name: web
    image: web:1
    volumeMounts:
    - {{name: data, mountPath: /data{mount}}}
"
    )
}

#[test]
fn a_host_path_holds_the_paths_below_it() {
    check(
        &mounting("hostPath: {path: /var/}", ""),
        &mounting("hostPath: {path: /var//log}", ""),
        "
        narrower
        - web reads and writes the host path /var (spec.containers[0].volumeMounts)
        - shop declares the host path /var (spec.volumes)
        ",
    );
    check(
        &mounting("hostPath: {path: /var/log}", ""),
        &mounting("hostPath: {path: /var/logs}", ""),
        "
        incomparable
        - web reads and writes the host path /var/log (spec.containers[0].volumeMounts)
        - shop declares the host path /var/log (spec.volumes)
        + web reads and writes the host path /var/logs (spec.containers[0].volumeMounts)
        + shop declares the host path /var/logs (spec.volumes)
        ",
    );
    check(
        &mounting("hostPath: {path: /var}", ""),
        &mounting("hostPath: {path: /var}", ", subPath: log"),
        "
        narrower
        - web reads and writes the host path /var (spec.containers[0].volumeMounts)
        ",
    );
}

#[test]
fn reading_is_less_than_writing() {
    check(
        &mounting("hostPath: {path: /etc}", ""),
        &mounting("hostPath: {path: /etc}", ", readOnly: true"),
        "
        narrower
        - web reads and writes the host path /etc (spec.containers[0].volumeMounts)
        ",
    );
    check(
        &mounting("persistentVolumeClaim: {claimName: db}", ""),
        &mounting("persistentVolumeClaim: {claimName: db, readOnly: true}", ""),
        "
        narrower
        - web reads and writes the volume claim db (spec.containers[0].volumeMounts)
        ",
    );
    check(
        &mounting("secret: {secretName: tls}", ""),
        &mounting("secret: {secretName: tls}", ", readOnly: true"),
        "equal\n",
    );
}

#[test]
fn mounts_that_reach_the_node() {
    check(
        &mounting("hostPath: {path: /mnt}", ", mountPropagation: Bidirectional"),
        &mounting("hostPath: {path: /mnt}", ", mountPropagation: HostToContainer"),
        "
        narrower
        - web reads and writes the host path /mnt, and mounts there for the node (spec.containers[0].volumeMounts)
        ",
    );
}

#[test]
fn a_host_path_that_is_created_is_more_than_one_that_is_checked() {
    check(
        &mounting("hostPath: {path: /run/x, type: DirectoryOrCreate}", ""),
        &mounting("hostPath: {path: /run/x, type: Directory}", ""),
        "
        narrower
        - web reads and writes the host path /run/x (DirectoryOrCreate) (spec.containers[0].volumeMounts)
        - shop declares the host path /run/x (DirectoryOrCreate) (spec.volumes)
        ",
    );
}

#[test]
fn scratch_space_brings_nothing_that_was_not_the_pods() {
    check(
        &mounting("hostPath: {path: /tmp}", ""),
        &mounting("emptyDir: {}", ""),
        "
        narrower
        - web reads and writes the host path /tmp (spec.containers[0].volumeMounts)
        - shop declares the host path /tmp (spec.volumes)
        ",
    );
}

#[test]
fn a_secret_in_place_of_a_host_path_is_something_new() {
    check(
        &mounting("hostPath: {path: /tls}", ", readOnly: true"),
        &mounting("secret: {secretName: tls}", ", readOnly: true"),
        "
        incomparable
        - web reads the host path /tls (spec.containers[0].volumeMounts)
        - shop declares the host path /tls (spec.volumes)
        + web reads the secret tls (spec.containers[0].volumeMounts)
        + shop declares the secret tls (spec.volumes)
        ",
    );
}

#[test]
fn some_keys_of_a_secret_are_less_than_all() {
    check(
        &mounting("secret: {secretName: tls}", ""),
        &mounting("secret: {secretName: tls, items: [{key: crt, path: tls.crt}]}", ""),
        "
        narrower
        - web reads the secret tls (spec.containers[0].volumeMounts)
        - shop declares the secret tls (spec.volumes)
        ",
    );
    check(
        &mounting(
            "secret: {secretName: tls, items: [{key: crt, path: a/crt}, {key: key, path: b/key}]}",
            ", subPath: a",
        ),
        &mounting(
            "secret: {secretName: tls, items: [{key: crt, path: a/crt}, {key: key, path: b/key}]}",
            ", subPath: b",
        ),
        "
        incomparable
        - web reads crt of the secret tls (spec.containers[0].volumeMounts)
        + web reads key of the secret tls (spec.containers[0].volumeMounts)
        ",
    );
}

#[test]
fn a_projected_volume_is_what_it_projects() {
    check(
        &mounting(
            "projected: {sources: [{secret: {name: tls}}, {serviceAccountToken: {path: token, audience: vault, expirationSeconds: 7200}}, {downwardAPI: {}}]}",
            "",
        ),
        &mounting("projected: {sources: [{serviceAccountToken: {path: token, audience: vault}}]}", ""),
        "
        narrower
        - web reads a service account token for \"vault\" and 7200 s (spec.containers[0].volumeMounts)
        - web reads the secret tls (spec.containers[0].volumeMounts)
        - shop declares a service account token for \"vault\" and 7200 s (spec.volumes)
        - shop declares the secret tls (spec.volumes)
        ",
    );
}

#[test]
fn the_name_of_a_volume_means_nothing() {
    let before = mounting("secret: {secretName: tls}", "");
    check(&before, &before.replace("name: data", "name: certificates"), "equal\n");
}

#[test]
fn other_kinds_are_equal_or_not_compared() {
    check(
        &mounting("nfs: {server: files, path: /a}", ""),
        &mounting("nfs: {path: /a, server: files, readOnly: true}", ""),
        "
        narrower
        - web reads and writes the volume nfs {path: \"/a\", server: \"files\"} (spec.containers[0].volumeMounts)
        ",
    );
}
