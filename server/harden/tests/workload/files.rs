//! `readOnlyRootFilesystem`, empty volumes, and mounts.

use crate::support::{of_pod, refined, refined_with, web};
use leastwise_harden::Options;

const RAN: &str = "ran /bin/web uid 1000 gid 1000 no-caps\nread /etc/web.conf\nmade /proc/1/x\n";

fn rooted(events: &str) -> (Vec<String>, String) {
    let events = format!("{RAN}{events}");
    let manifest = web("");
    let after = refined(&manifest, &events);
    assert!(after.is_settled(&events), "{}", after.text);
    let added = after.added(&manifest);
    let about = |line: &String| {
        ["readOnlyRoot", "volume", "- name", "emptyDir", "mountPath"].iter().any(|word| line.contains(word))
    };
    (added.into_iter().filter(about).collect(), after.refusal("readOnlyRootFilesystem").to_owned())
}

#[test]
fn where_nothing_was_written_the_root_file_system_is_read_only() {
    let elsewhere = "wrote /dev/null\nwrote /proc/self/oom_score_adj\nwrote /etc/hosts";
    assert_eq!(rooted(elsewhere), (vec!["readOnlyRootFilesystem: true".to_owned()], String::new()));
}

#[test]
fn a_folder_in_which_the_container_made_all_that_it_used_becomes_an_empty_volume() {
    let (added, why) = rooted(
        "created /var/cache/web/a\nread /var/cache/web/a\nremoved /var/cache/web/a\nmade /tmp/web\ncreated /tmp/web/b",
    );
    assert_eq!(why, "");
    assert_eq!(
        added,
        [
            "readOnlyRootFilesystem: true",
            "volumeMounts:",
            "- name: web-tmp",
            "mountPath: /tmp",
            "- name: web-var-cache-web",
            "mountPath: /var/cache/web",
            "volumes:",
            "- name: web-tmp",
            "emptyDir: {}",
            "- name: web-var-cache-web",
            "emptyDir: {}",
        ]
    );
}

#[test]
fn no_volume_may_hide_what_the_image_has() {
    let refused = |events: &str| {
        let (added, why) = rooted(events);
        assert!(added.is_empty(), "{added:?}");
        why
    };
    assert_eq!(
        refused("read /srv/page\nwrote /srv/page"),
        "/srv/page may be the image's own: it was not seen to be made before it was used"
    );
    assert_eq!(
        refused("opened-or-created /srv/state.db"),
        "/srv/state.db may be the image's own: it was not seen to be made before it was used",
    );
    assert_eq!(
        refused("moved /srv/page /srv/page"),
        "/srv/page may be the image's own: it was not seen to be made before it was used",
    );
    assert_eq!(refused("created /pid"), "/pid was written, and a volume cannot take the place of /");
    assert_eq!(
        refused("created /usr/share/web/cache"),
        "/usr/share/web/cache was written, and a volume cannot take the place of /usr/share/web"
    );
    assert_eq!(
        refused("created /srv/new\nmoved /srv/new /var/lib/new"),
        "/srv/new was moved or linked out of its folder"
    );
    assert_eq!(refused("created /srv/a\ncreated /srv/sub/a"), "a volume at /srv would hide /srv/sub");
}

#[test]
fn nginx_which_edits_its_own_configuration_is_left_alone() {
    let (added, why) = rooted(
        "changed /etc/nginx/conf.d/default.conf\ncreated /etc/nginx/conf.d/sedA1b2C3\n\
         moved /etc/nginx/conf.d/sedA1b2C3 /etc/nginx/conf.d/default.conf\nread /etc/nginx/conf.d/default.conf\n\
         made /var/cache/nginx/client_temp\ncreated /run/nginx.pid",
    );
    assert!(added.is_empty(), "{added:?}");
    assert!(why.ends_with("a volume cannot take the place of /etc/nginx/conf.d"), "{why}");
}

#[test]
fn paths_that_nobody_resolved_and_files_opened_for_nobody_knows_what_prove_nothing() {
    let (added, why) = rooted("asked-for state");
    assert!(added.is_empty());
    assert_eq!(why, "nobody knows where state is, which was opened or changed by that name");
}

#[test]
fn a_log_that_shows_opens_only_does_not_show_what_is_removed() {
    let events = "no-neighbour\n".to_owned() + "web-0/side: ran /bin/side uid 0\nweb-0/side: read /a\n" + RAN;
    let after = refined(&web(""), &events);
    assert_eq!(after.refusal("readOnlyRootFilesystem"), "no log shows from its start which files are cut");
}

#[test]
fn calls_that_were_not_made_did_nothing_to_files() {
    let listening = "no-neighbour\nweb-0/side: ran /bin/side uid 0\nweb-0/side: read /a\nweb-0/side: called mmap close read\nweb-0/side: made /proc/a\n";
    let events = format!("{listening}{RAN}called mmap close read openat");
    let after = refined(&web(""), &events);
    assert!(
        after.text.contains("readOnlyRootFilesystem: true"),
        "{}",
        after.refusal("readOnlyRootFilesystem")
    );
    let unlinks = refined(&web(""), &format!("{events} unlink"));
    assert_eq!(
        unlinks.refusal("readOnlyRootFilesystem"),
        "it called unlink, and no log shows from its start which files are removed"
    );
}

fn with_volumes() -> String {
    let fields = "volumeMounts:\n  - name: data # orders\n    mountPath: /data\n  - {name: spare, mountPath: /spare}\n  - {name: config, mountPath: /config}";
    let pod = "volumes:\n  - name: data\n    persistentVolumeClaim: {claimName: data}\n  - name: spare\n    emptyDir: {}\n  - name: config\n    configMap: {name: web}";
    of_pod(pod, fields)
}

#[test]
fn a_volume_that_was_read_and_never_written_is_read_only() {
    let events = format!("{RAN}read /data/orders\nread /config/a\nwrote /spare/x");
    let after = refined(&with_volumes(), &events);
    assert!(after.applied().contains(&"read-only at /data"), "{:?}", after.applied());
    assert!(
        after.text.contains(
            "- name: data # orders\n              mountPath: /data\n              readOnly: true\n"
        ),
        "{}",
        after.text
    );
    assert!(!after.applied().contains(&"read-only at /spare"), "it was written");
    assert!(!after.applied().contains(&"read-only at /config"), "nobody can write there");
    assert!(after.is_settled(&events));
}

#[test]
fn a_volume_that_was_not_opened_could_go_but_only_if_somebody_says_so() {
    let events = format!("{RAN}wrote /data/orders\nread /config/a");
    let after = refined(&with_volumes(), &events);
    assert!(after.candidates().contains(&"the mount at /spare could go"), "{:?}", after.candidates());
    assert!(after.text.contains("name: spare"));
    let asked = Options { include_candidates: true, ..Options::default() };
    let after = refined_with(&with_volumes(), &events, &asked);
    assert!(!after.text.contains("spare"), "{}", after.text);
}

#[test]
fn of_a_folder_of_the_node_the_part_that_was_used_is_named() {
    let manifest = of_pod(
        "volumes:\n  - name: host\n    hostPath: {path: /var}",
        "volumeMounts:\n  - {name: host, mountPath: /host, readOnly: true}",
    );
    let after = refined(&manifest, &format!("{RAN}read /host/log/a\nread /host/log/pods/b"));
    assert!(
        after.candidates().contains(&"of the node's folder /var only /var/log is used"),
        "{:?}",
        after.candidates()
    );
    assert!(after.text.contains("hostPath: {path: /var}"));
}
