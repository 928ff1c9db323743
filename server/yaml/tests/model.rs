//! What the model says of a text: ranges, meanings, aliases, paths. A caret line marks the range expected for the
//! path named before it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use leastwise_yaml::{CollectionStyle, Document, Field, Kind, Path, Scalar, ScalarStyle, parse};
use std::sync::Arc;

fn document(text: &str) -> Arc<Document> {
    let stream = parse(text);
    assert_eq!(stream.documents().len(), 1);
    Arc::clone(&stream.documents()[0].document)
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

/// Parses lines of YAML with marks: a line `#^^^ path key|value|entry` says that the range above the carets, on the
/// line before, is the one of that path.
#[track_caller]
fn ranges(marked: &str) {
    let (mut yaml, mut marks) = (String::new(), Vec::new());
    let mut line_start = 0;
    for line in marked.lines() {
        if let (true, Some(first)) = (line.starts_with('#'), line.find('^')) {
            let carets = line[first..].bytes().take_while(|byte| *byte == b'^').count();
            let mut words = line[first + carets..].split_whitespace();
            let place = line_start + first..line_start + first + carets;
            marks.push((place, words.next().unwrap().to_owned(), words.next().unwrap().to_owned()));
        } else {
            line_start = yaml.len();
            yaml.push_str(line);
            yaml.push('\n');
        }
    }
    let document = document(&yaml);
    assert_eq!(document.errors(), []);
    assert!(!marks.is_empty());
    for (place, at, part) in marks {
        let node = document.at(&path(&at)).unwrap_or_else(|| panic!("nothing at {at}"));
        let range = match part.as_str() {
            "key" => document.entry_at(&path(&at)).unwrap().key.range(),
            "entry" => document.entry_at(&path(&at)).unwrap().range,
            "item" => document.item_at(&path(&at)).unwrap().range,
            "value" => node.range(),
            "head" => node.head(),
            "anchor" => node.anchor().unwrap(),
            "tag" => node.tag().unwrap(),
            other => panic!("no part {other}"),
        };
        assert_eq!(&yaml[std::ops::Range::<usize>::from(range)], &yaml[place.clone()], "{at} {part}");
        assert_eq!(usize::from(range.start()), place.start, "{at} {part}");
    }
}

#[test]
fn ranges_hold_exactly_what_they_are_about() {
    ranges(
        r#"spec:
  replicas: 3   # three
# ^^^^^^^^ spec.replicas key
#           ^ spec.replicas value
# ^^^^^^^^^^^ spec.replicas entry
  "name": "web-é"  # a comment
# ^^^^^^ spec.name key
#         ^^^^^^^^ spec.name value
  labels: {app: web, 'tier': 'fr''ont' }
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ spec.labels value
#          ^^^ spec.labels.app key
#                    ^^^^^^^^^^^^^^^^^ spec.labels.tier entry
  args: [ "sleep 1" , -x ]
#         ^^^^^^^^^ spec.args[0] item
#                     ^^ spec.args[1] value
  base: &base {cpu: !!str 5}
#       ^^^^^ spec.base anchor
#             ^^^^^^^^^^^^^^ spec.base value
#                   ^^^^^ spec.base.cpu tag
#                         ^ spec.base.cpu value
  list:
  - name: a
# ^^^^^^^^^ spec.list[0] item
#   ^^^^ spec.list[0] head
  -   b
# ^^^^^ spec.list[1] item
#     ^ spec.list[1] value
"#,
    );
}

#[test]
fn collections_end_with_their_last_part() {
    let text = "a:\n  b: |\n    text\n\n  c:\n# comment\n\nd: e\n";
    let document = document(text);
    let of = |at: &str| document.text(document.entry_at(&path(at)).unwrap().range);
    assert_eq!(of("a"), "a:\n  b: |\n    text\n\n  c:");
    assert_eq!(of("a.b"), "b: |\n    text");
    assert_eq!(of("a.c"), "c:");
    assert!(document.at(&path("a.c")).unwrap().is_null());
    assert!(document.at(&path("a.c")).unwrap().range().is_empty());
}

#[test]
fn scalars_mean_what_kubernetes_reads() {
    let text = "a: yes\nb: 0o17\nc: '5'\nd: !!str 5\ne: ~\nf:\ng: |\n  x\nh: web\ni: !!int '7'\n";
    let document = document(text);
    let at = |key: &str| document.at(&path(key)).unwrap();
    assert_eq!(at("a").as_bool(), Some(true));
    assert_eq!(at("b").as_integer(), Some(15));
    assert_eq!(at("c").as_str(), Some("5"));
    assert_eq!(at("d").as_str(), Some("5"));
    assert!(at("e").is_null() && at("f").is_null());
    assert_eq!(at("g").as_str(), Some("x\n"));
    assert_eq!(at("g").scalar_style(), Some(ScalarStyle::Literal));
    assert_eq!(at("h").scalar(), Some(&Scalar::String));
    assert_eq!(at("i").as_integer(), Some(7));
}

#[test]
fn aliases_and_merge_keys_are_looked_through() {
    let text = "base: &base\n  a: 1\n  b: 2\nuse:\n  <<: *base\n  b: 3\nsame: *base\nlost: *nothing\n";
    let document = document(text.strip_suffix("lost: *nothing\n").unwrap());
    assert_eq!(document.at(&path("use.a")).unwrap().as_integer(), Some(1));
    assert_eq!(document.at(&path("use.b")).unwrap().as_integer(), Some(3));
    assert!(document.entry_at(&path("use.a")).unwrap().borrowed);
    assert_eq!(document.at(&path("same.b")).unwrap().as_integer(), Some(2));
    assert!(matches!(document.root().get("same").value().unwrap().kind(), Kind::Mapping));
}

#[test]
fn an_alias_means_the_latest_anchor_before_it() {
    let document = document("a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &y [*y]\n");
    assert_eq!(document.at(&path("b")).unwrap().as_integer(), Some(1));
    assert_eq!(document.at(&path("d")).unwrap().as_integer(), Some(2));
    assert!(matches!(document.at(&path("e[0]")).unwrap().kind(), Kind::Dangling));
}

#[test]
fn the_last_of_repeated_keys_counts() {
    let document = document("a: 1\na: 2\n");
    assert_eq!(document.at(&path("a")).unwrap().as_integer(), Some(2));
}

#[test]
fn unusual_keys_are_kept() {
    let document = document("? a\n: 1\n? [b, c]\n: 2\n: 3\n? d\n");
    assert_eq!(document.errors(), []);
    let keys: Vec<_> = document.root().entries().iter().map(|entry| entry.key.key_text()).collect();
    assert_eq!(keys, [Some("a"), None, Some(""), Some("d")]);
    assert!(document.at(&path("d")).unwrap().is_null());
}

#[test]
fn a_place_leads_to_its_path() {
    let text = "spec:\n  containers:\n  - name: web\n    args: [a, b]\n";
    let document = document(text);
    for (needle, expected) in [
        ("spec", "spec"),
        ("containers", "spec.containers"),
        ("- name", "spec.containers[0]"),
        ("web", "spec.containers[0].name"),
        ("b]", "spec.containers[0].args[1]"),
    ] {
        let offset = u32::try_from(text.find(needle).unwrap()).unwrap();
        assert_eq!(document.path_at(offset.into()).to_string(), expected, "{needle}");
    }
}

#[test]
fn comments_know_whether_they_stand_alone() {
    let document = document("# top\na: 1 # side\nb: '#none'\n  # indented\n");
    let comments: Vec<_> =
        document.comments().iter().map(|comment| (document.text(comment.range), comment.alone)).collect();
    assert_eq!(comments, [("# top", true), ("# side", false), ("# indented", true)]);
}

#[test]
fn a_document_without_content_is_null() {
    let stream = parse("a: 1\n---\n# nothing\n---\n");
    assert_eq!(stream.documents().len(), 3);
    for placed in &stream.documents()[1..] {
        assert!(placed.document.root().is_null());
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_no_trouble() {
    let stream = parse("\u{FEFF}a: 1\r\nb:\r\n- x\r\n---\r\nc: |\r\n  y\r\n");
    assert_eq!(stream.documents().len(), 2);
    let first = &stream.documents()[0];
    assert_eq!(u32::from(first.offset), 3);
    assert_eq!(first.document.at(&path("b[0]")).unwrap().as_str(), Some("x"));
    assert_eq!(stream.documents()[1].document.at(&path("c")).unwrap().as_str(), Some("y\n"));
}

#[test]
fn a_template_at_the_head_of_a_mapping_leaves_its_key_known() {
    let text = "\
spec:
  {{- include \"pullSecrets\" . | nindent 2 }}
  hostNetwork: true
";
    let document = document(text);
    let spec = document.at(&path("spec")).unwrap();
    assert_eq!(spec.get("hostNetwork").value().and_then(|value| value.as_bool()), Some(true));
    assert!(matches!(spec.get("hostPID"), Field::Unknown));
    assert!(matches!(document.root().get("metadata"), Field::Absent));
}

#[test]
fn templates_hide_only_what_they_touch() {
    let text = "\
metadata:
  name: {{ .Values.name }}
  labels:
    app: web
    {{- include \"labels\" . | nindent 4 }}
  annotations:
    {{- toYaml .Values.annotations | nindent 4 }}
spec:
  {{- if .Values.host }}
  hostNetwork: true
  {{- end }}
  resources: {{- toYaml .Values.resources | nindent 4 }}
";
    let document = document(text);
    assert_eq!(document.errors(), []);
    let root = document.root();
    let get = |at: &str, key: &str| document.at(&path(at)).unwrap().get(key);
    assert!(document.at(&path("metadata.name")).unwrap().is_unknown());
    assert!(matches!(get("metadata.labels", "tier"), Field::Unknown));
    assert!(matches!(get("metadata.labels", "app"), Field::Present(_)));
    assert!(matches!(get("metadata", "namespace"), Field::Absent));
    assert!(matches!(get("metadata", "annotations"), Field::Present(entry) if entry.value.is_unknown()));
    assert_eq!(document.at(&path("spec.hostNetwork")).unwrap().as_bool(), Some(true));
    assert!(matches!(get("spec", "hostPID"), Field::Absent));
    assert!(document.at(&path("spec.resources")).unwrap().is_unknown());
    assert!(matches!(root.get("kind"), Field::Absent));
}

#[test]
fn styles_are_known() {
    let document = document("a: {b: []}\nc:\n- d\n");
    assert_eq!(document.at(&path("a")).unwrap().collection_style(), Some(CollectionStyle::Flow));
    assert_eq!(document.at(&path("c")).unwrap().collection_style(), Some(CollectionStyle::Block));
}

#[test]
fn a_walk_ends_at_its_budget() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..30 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    let document = document(&bomb);
    let mut visited = 0;
    let ended = document.root().walk(
        &mut |_, _| {
            visited += 1;
            true
        },
        10_000,
    );
    assert!(!ended);
    assert_eq!(visited, 10_000);
}

#[test]
fn a_walk_gives_paths_in_order() {
    let document = document("a: {b: 1}\nc: [x, {d: y}]\n");
    let mut paths = Vec::new();
    assert!(document.root().walk(
        &mut |path, _| {
            paths.push(path.to_string());
            true
        },
        100
    ));
    assert_eq!(paths, ["", "a", "a.b", "c", "c[0]", "c[1]", "c[1].d"]);
}

#[test]
fn unchanged_documents_are_not_read_again() {
    let before = parse("a: 1\n---\nb: 2\n---\nc: 3\n");
    let after = before.reparse("a: 1\n---\nb: 22\n---\nnew: 4\n---\nc: 3\n", None);
    let same = |old: usize, new: usize| {
        Arc::ptr_eq(&before.documents()[old].document, &after.documents()[new].document)
    };
    assert!(same(0, 0) && same(2, 3));
    assert_eq!(after.documents()[1].document.at(&path("b")).unwrap().as_integer(), Some(22));
    assert_eq!(u32::from(after.documents()[3].offset), 26);
}

#[test]
fn an_unfinished_merge_is_one_error_and_nothing_is_reported_in_it() {
    let text = "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\nc: 3\n";
    let document = document(text);
    let errors: Vec<_> = document.errors().iter().map(|error| document.text(error.range)).collect();
    assert_eq!(errors, ["<<<<<<< ours"]);
    assert!(document.is_broken(document.entry_at(&path("b")).unwrap().range));
    assert!(!document.is_broken(document.entry_at(&path("c")).unwrap().range));
    assert_eq!(document.at(&path("c")).unwrap().as_integer(), Some(3));
}

#[test]
fn a_line_that_is_being_typed_leaves_its_neighbours_known() {
    let document =
        document("spec:\n  securityContext:\n    privileged: true\n    readOnly\n  hostPID: true\n");
    let errors: Vec<_> = document.errors().iter().map(|error| document.text(error.range)).collect();
    assert_eq!(errors, ["readOnly"]);
    assert_eq!(document.at(&path("spec.securityContext.privileged")).unwrap().as_bool(), Some(true));
    assert_eq!(document.at(&path("spec.hostPID")).unwrap().as_bool(), Some(true));
    // What is being typed may become any key.
    let context = document.at(&path("spec.securityContext")).unwrap();
    assert!(matches!(context.get("readOnlyRootFilesystem"), Field::Unknown));
    assert!(matches!(document.at(&path("spec")).unwrap().get("hostIPC"), Field::Absent));
}

#[test]
fn a_mapping_tells_which_templates_write_into_it() {
    let text = "\
spec:
  {{- with .Values.extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  securityContext:
    runAsUser: 1000
    {{- include \"shop.context\" . | nindent 4 }}
  hostPID: {{ .Values.debug }}
";
    let document = document(text);
    let writers = |at: &str| -> Vec<_> {
        document.at(&path(at)).unwrap().writers().map(|range| document.text(range)).collect()
    };
    assert_eq!(writers("spec"), ["{{- toYaml . | nindent 2 }}"]);
    assert_eq!(writers("spec.securityContext"), ["{{- include \"shop.context\" . | nindent 4 }}"]);
    assert!(writers("spec.hostPID").is_empty());
}

#[test]
fn a_template_whose_place_nobody_knows_may_write_into_all_around_it() {
    let document =
        document("spec:\n  securityContext:\n    runAsUser: 1000\n{{ toYaml .Values.more | nindent 3 }}\n");
    for at in ["", "spec", "spec.securityContext"] {
        let mapping = document.at(&path(at)).unwrap();
        assert!(mapping.is_open() && mapping.writers().count() == 1, "{at}");
    }
}

#[test]
fn a_loop_opens_the_list_it_fills_and_nothing_around_it() {
    let text = "\
spec:
  containers:
  - name: web
    env:
    - name: A
      value: a
    {{- range $key, $value := .Values.env }}
    - name: {{ $key }}
      value: {{ $value }}
    {{- end }}
";
    let document = document(text);
    let container = document.at(&path("spec.containers[0]")).unwrap();
    assert!(container.get("env").value().unwrap().is_open());
    assert!(matches!(container.get("securityContext"), Field::Absent));
    assert!(matches!(document.at(&path("spec")).unwrap().get("hostPID"), Field::Absent));
}
