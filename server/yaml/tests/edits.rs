//! What each change of meaning does to the text, before and after.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use leastwise_yaml::{Document, Edited, Emptied, Literal, Patch, Path, Refusal, apply, parse};
use std::sync::Arc;

fn document(text: &str) -> Arc<Document> {
    let stream = parse(text);
    assert_eq!(stream.documents().len(), 1, "one document is edited at a time");
    Arc::clone(&stream.documents()[0].document)
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn set(at: &str, value: impl Into<Literal>) -> Patch {
    Patch::Set { path: path(at), value: value.into() }
}

fn remove(at: &str) -> Patch {
    Patch::Remove { path: path(at), emptied: Emptied::Keep }
}

fn prune(at: &str) -> Patch {
    Patch::Remove { path: path(at), emptied: Emptied::Remove }
}

fn mapping(entries: &[(&str, Literal)]) -> Literal {
    Literal::Mapping(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn strings(items: &[&str]) -> Literal {
    Literal::Sequence(items.iter().map(|item| Literal::from(*item)).collect())
}

#[track_caller]
fn edited(before: &str, patches: &[Patch]) -> Edited {
    let document = document(before);
    apply(&document, patches).unwrap_or_else(|refusal| panic!("refused: {refusal}"))
}

/// The patches turn `before` into `after`, by edits that lead there, and have nothing more to do then.
#[track_caller]
fn changes(before: &str, patches: &[Patch], after: &str) {
    let edited = edited(before, patches);
    assert_eq!(edited.document.source(), after);
    assert_eq!(leastwise_text::apply(before, &edited.edits).unwrap(), after);
    let items = patches.iter().any(|patch| {
        matches!(patch, Patch::Remove { path, .. } if matches!(path.last(), Some(leastwise_yaml::Segment::Index(_))))
    });
    let appends = patches.iter().any(|patch| {
        matches!(patch, Patch::Set { path, .. } if document(before).at(path).is_none() && matches!(path.last(), Some(leastwise_yaml::Segment::Index(_))))
    });
    if !items && !appends {
        assert_eq!(apply(&edited.document, patches).unwrap().edits, [], "a second time");
    }
}

#[track_caller]
fn refuses(before: &str, patch: Patch, refusal: Refusal) {
    assert_eq!(
        apply(&document(before), &[patch]).map(|edited| edited.document.source().to_owned()),
        Err(refusal)
    );
}

mod set_replaces {
    use super::*;

    #[test]
    fn a_scalar_and_nothing_else() {
        changes("a: true # why\nb: 1\n", &[set("a", false)], "a: false # why\nb: 1\n");
        changes("a:   yes\n", &[set("a", false)], "a:   false\n");
        changes("a: {b: true, c: 1}\n", &[set("a.b", false)], "a: {b: false, c: 1}\n");
        changes("a:\n- x\n- y # z\n", &[set("a[1]", "w")], "a:\n- x\n- w # z\n");
        changes("a: &used-nowhere true\n", &[set("a", false)], "a: &used-nowhere false\n");
    }

    #[test]
    fn a_string_in_the_quotes_it_has() {
        changes("a: 'x'\n", &[set("a", "y")], "a: 'y'\n");
        changes("a: \"x\"\n", &[set("a", "y")], "a: \"y\"\n");
        changes("a: x\n", &[set("a", "yes")], "a: \"yes\"\n");
        changes("a: \"true\"\n", &[set("a", true)], "a: true\n");
        changes("a: true\n", &[set("a", "true")], "a: \"true\"\n");
    }

    #[test]
    fn an_empty_value() {
        changes("a:\nb: 1\n", &[set("a", "x")], "a: x\nb: 1\n");
        changes("a: # why\nb: 1\n", &[set("a", "x")], "a: x # why\nb: 1\n");
        changes("a: ~\n", &[set("a", "x")], "a: x\n");
        changes("a:\n-\n- y\n", &[set("a[0]", "x")], "a:\n- x\n- y\n");
    }

    #[test]
    fn a_block_scalar() {
        changes("a: |\n  x\n  y\nb: 1\n", &[set("a", "z")], "a: z\nb: 1\n");
        changes("a: >-\n  x\n", &[set("a", "z")], "a: z\n");
    }

    #[test]
    fn a_collection_by_a_scalar() {
        changes("a: # why\n  b: 1\n  c: 2\nd: 3\n", &[set("a", "x")], "a: x # why\nd: 3\n");
        changes("a:\n- b\n- c\nd: 3\n", &[set("a", "x")], "a: x\nd: 3\n");
        changes("- a: 1\n  b: 2\n- c\n", &[set("[0]", "x")], "- x\n- c\n");
        changes("a: {b: 1}\n", &[set("a", "x")], "a: x\n");
    }

    #[test]
    fn a_value_by_a_collection() {
        let drop = mapping(&[("drop", strings(&["ALL"]))]);
        changes("a: x # why\nb: 1\n", &[set("a", drop.clone())], "a: # why\n  drop:\n  - ALL\nb: 1\n");
        changes("a: [NET_ADMIN]\nb: 1\n", &[set("a", strings(&["ALL"]))], "a:\n- ALL\nb: 1\n");
        changes("a:\n  - x\n  - y\nb: 1\n", &[set("a", strings(&["ALL"]))], "a:\n  - ALL\nb: 1\n");
        changes("a:\n- x\nb: 1\n", &[set("a", drop.clone())], "a:\n  drop:\n  - ALL\nb: 1\n");
        changes("- x\n- y\n", &[set("[0]", drop.clone())], "- drop:\n  - ALL\n- y\n");
        changes("{a: x}\n", &[set("a", drop)], "{a: {drop: [ALL]}}\n");
    }
}

mod set_adds {
    use super::*;

    #[test]
    fn a_key_after_the_last_of_its_mapping() {
        changes(
            "spec:\n  a: 1 # one\n\n# end\nstatus: 2\n",
            &[set("spec.b", true)],
            "spec:\n  a: 1 # one\n  b: true\n\n# end\nstatus: 2\n",
        );
        changes(
            "spec:\n    a:\n        x: 1\nstatus: 2\n",
            &[set("spec.b.v", true)],
            "spec:\n    a:\n        x: 1\n    b:\n        v: true\nstatus: 2\n",
        );
        changes(
            "- name: x\n  image: y\n- name: z\n",
            &[set("[0].a", 1)],
            "- name: x\n  image: y\n  a: 1\n- name: z\n",
        );
        changes("- name: x\n", &[set("[0].a", 1)], "- name: x\n  a: 1\n");
    }

    #[test]
    fn the_mappings_it_needs_around_it() {
        changes(
            "spec:\n  containers:\n  - name: x\n",
            &[set("spec.containers[0].securityContext.capabilities.drop", strings(&["ALL"]))],
            "spec:\n  containers:\n  - name: x\n    securityContext:\n      capabilities:\n        drop:\n        - ALL\n",
        );
        changes(
            "spec:\n  containers:\n    - name: x\n",
            &[set("spec.containers[0].args[0]", "a")],
            "spec:\n  containers:\n    - name: x\n      args:\n        - a\n",
        );
    }

    #[test]
    fn under_what_is_empty() {
        changes("a:\nb: 1\n", &[set("a.c", true)], "a:\n  c: true\nb: 1\n");
        changes("a: # why\nb: 1\n", &[set("a.c", true)], "a: # why\n  c: true\nb: 1\n");
        changes("a: null\nb: 1\n", &[set("a.c", true)], "a:\n  c: true\nb: 1\n");
        changes("a: {} # why\nb: 1\n", &[set("a.c", true)], "a: # why\n  c: true\nb: 1\n");
        changes("a: []\n", &[set("a[0]", "x")], "a:\n- x\n");
        changes("- a\n-\n", &[set("[1].b", 1)], "- a\n- b: 1\n");
        changes("", &[set("a.b", 1)], "a:\n  b: 1\n");
        changes("# nothing yet\n", &[set("a", 1)], "# nothing yet\na: 1\n");
        changes("---", &[set("a", 1)], "---\na: 1");
        changes("{}\n", &[set("a", 1)], "a: 1\n");
    }

    #[test]
    fn in_flow_style() {
        changes("a: {b: 1}\n", &[set("a.c", true)], "a: {b: 1, c: true}\n");
        changes("a: { b: 1 }\n", &[set("a.c.d", true)], "a: { b: 1, c: {d: true} }\n");
        changes("a: {b: 1, }\n", &[set("a.c", 2)], "a: {b: 1, c: 2, }\n");
        changes("a: [x]\n", &[set("a[1]", "v")], "a: [x, v]\n");
        changes("a: ['x']\n", &[set("a[1]", "y")], "a: ['x', 'y']\n");
        changes("a: {b: {}}\n", &[set("a.b.c", 1)], "a: {b: {c: 1}}\n");
        changes("a: {\n  b: 1,\n  c: 2\n}\n", &[set("a.d", 3)], "a: {\n  b: 1,\n  c: 2,\n  d: 3\n}\n");
        changes("a: [\n  x,\n]\n", &[set("a[1]", "v")], "a: [\n  x,\n  v,\n]\n");
    }

    #[test]
    fn in_json() {
        changes(
            "{\n  \"a\": {\n    \"b\": \"c\"\n  }\n}\n",
            &[set("a.d", mapping(&[("e", strings(&["f"]))]))],
            "{\n  \"a\": {\n    \"b\": \"c\",\n    \"d\": {\"e\": [\"f\"]}\n  }\n}\n",
        );
        changes("{\"a\": {}}\n", &[set("a.b", "c")], "{\"a\": {\"b\": \"c\"}}\n");
    }

    #[test]
    fn an_item_with_the_dash_of_its_neighbours() {
        changes("a:\n- x\nb: 1\n", &[set("a[1]", "v")], "a:\n- x\n- v\nb: 1\n");
        changes("a:\n    -   x # one\nb: 1\n", &[set("a[1]", "v")], "a:\n    -   x # one\n    -   v\nb: 1\n");
        changes("a:\n- 'x'\n", &[set("a[1]", "y")], "a:\n- 'x'\n- 'y'\n");
        changes(
            "a:\n- name: x\n  v: 1\n",
            &[set("a[1]", mapping(&[("name", "w".into()), ("v", 2.into())]))],
            "a:\n- name: x\n  v: 1\n- name: w\n  v: 2\n",
        );
    }

    #[test]
    fn after_a_block_scalar_whose_blank_lines_count() {
        changes("a:\n  b: |+\n    x\n\nc: 1\n", &[set("a.d", 2)], "a:\n  b: |+\n    x\n\n  d: 2\nc: 1\n");
        changes("a:\n  b: |\n    x\n\nc: 1\n", &[set("a.d", 2)], "a:\n  b: |\n    x\n  d: 2\n\nc: 1\n");
    }

    #[test]
    fn a_key_that_needs_quotes() {
        changes("a: 1\n", &[set("[\"on\"]", 2), set("[\"b: c\"]", 3)], "a: 1\n\"on\": 2\n\"b: c\": 3\n");
        changes("a: 1\n", &[set("[\"k8s.io/x\"]", "v")], "a: 1\nk8s.io/x: v\n");
    }
}

mod remove_takes {
    use super::*;

    #[test]
    fn a_key_with_its_value_and_the_comment_beside_it() {
        changes("a: 1\nb: 2 # two\nc: 3\n", &[remove("b")], "a: 1\nc: 3\n");
        changes("a: 1\n# above\nb: 2\n# below\nc: 3\n", &[remove("b")], "a: 1\n# above\n# below\nc: 3\n");
        changes("a:\n  b: 1\n  c: 2\nd: 3\n", &[remove("a")], "d: 3\n");
        changes("a:\n  b: 1\n  # inside\n\nd: 3\n", &[remove("a")], "\nd: 3\n");
        changes("a:\n- b\n- c\nd: 3\n", &[remove("a")], "d: 3\n");
        changes("a: |\n  x\n\n  y\nb: 1\n", &[remove("a")], "b: 1\n");
    }

    #[test]
    fn the_last_key_of_a_text_without_final_line_end() {
        changes("a: 1\nb: 2", &[remove("b")], "a: 1");
        changes("a: 1\r\nb: 2", &[remove("b")], "a: 1");
    }

    #[test]
    fn the_first_key_after_a_dash_but_not_the_dash() {
        changes("- name: x # one\n  image: y\n", &[remove("[0].name")], "- image: y\n");
        changes(
            "- name: x\n  # about the image\n  image: y\n",
            &[remove("[0].name")],
            "- # about the image\n  image: y\n",
        );
        changes("-   name:\n      a: b\n    image: y\n", &[remove("[0].name")], "-   image: y\n");
    }

    #[test]
    fn the_only_key_or_item_and_leaves_braces() {
        changes("a:\n  b: 1\nc: 2\n", &[remove("a.b")], "a: {}\nc: 2\n");
        changes("a: # why\n- b\nc: 2\n", &[remove("a[0]")], "a: [] # why\nc: 2\n");
        changes("a: {b: 1}\n", &[remove("a.b")], "a: {}\n");
        changes("- b: 1\n- c\n", &[remove("[0].b")], "- {}\n- c\n");
        changes("a: 1\n", &[remove("a")], "{}\n");
    }

    #[test]
    fn what_becomes_empty_when_asked_to() {
        changes("a:\n  b:\n    c: 1\nd: 2\n", &[prune("a.b.c")], "d: 2\n");
        changes("a:\n  b:\n    c: 1\n  d: 2\n", &[prune("a.b.c")], "a:\n  d: 2\n");
        changes("a:\n- b: 1\n", &[prune("a[0].b")], "a:\n- {}\n");
        changes("a: {b: {c: 1}}\nd: 2\n", &[prune("a.b.c")], "d: 2\n");
    }

    #[test]
    fn an_item() {
        changes("a:\n- x\n- y # why\n- z\n", &[remove("a[1]")], "a:\n- x\n- z\n");
        changes("a:\n  - x:\n      y: 1\n  - z\n", &[remove("a[0]")], "a:\n  - z\n");
        changes("- - a\n  - b\n", &[remove("[0][0]")], "- - b\n");
    }

    #[test]
    fn from_braces_and_brackets() {
        changes("a: {b: 1, c: 2, d: 3}\n", &[remove("a.b")], "a: {c: 2, d: 3}\n");
        changes("a: {b: 1, c: 2, d: 3}\n", &[remove("a.c")], "a: {b: 1, d: 3}\n");
        changes("a: {b: 1, c: 2, d: 3}\n", &[remove("a.d")], "a: {b: 1, c: 2}\n");
        changes("a: [x, y]\n", &[remove("a[1]")], "a: [x]\n");
        changes("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &[remove("b")], "{\n  \"a\": 1\n}\n");
        changes("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &[remove("a")], "{\n  \"b\": 2\n}\n");
    }

    #[test]
    fn nothing_where_there_is_nothing() {
        changes("a: 1\n", &[remove("b.c")], "a: 1\n");
        refuses("a: [x]\n", remove("a[1]"), Refusal::NoItem(path("a[1]")));
    }
}

mod several {
    use super::*;

    #[test]
    fn are_made_as_one() {
        let before = "a:\n  b: 1\n  c: 2\n";
        let edited = edited(before, &[remove("a.b"), set("a.d", 4), set("a.c", 3)]);
        assert_eq!(edited.document.source(), "a:\n  c: 3\n  d: 4\n");
        assert_eq!(leastwise_text::apply(before, &edited.edits).unwrap(), edited.document.source());
    }

    #[test]
    fn name_items_as_they_were() {
        changes("a:\n- x\n- y\n- z\n", &[remove("a[0]"), remove("a[1]"), set("a[3]", "w")], "a:\n- z\n- w\n");
        changes("- a: 1\n- b: 2\n", &[remove("[0]"), set("[1].b", 3)], "- b: 3\n");
    }

    #[test]
    fn a_parent_is_made_once() {
        changes("a: 1\n", &[set("s.b", true), set("s.c", false)], "a: 1\ns:\n  b: true\n  c: false\n");
    }

    #[test]
    fn are_refused_when_they_contradict() {
        let document = document("a: {b: 1}\n");
        for patches in
            [[set("a.b", 2), set("a.b", 3)], [remove("a"), set("a.b", 3)], [set("a.b", 2), remove("a.b")]]
        {
            assert!(matches!(apply(&document, &patches), Err(Refusal::Conflict(_))), "{patches:?}");
        }
    }
}

#[test]
fn windows_line_ends_are_kept() {
    changes(
        "a:\r\n  b: 1\r\nc: 2\r\n",
        &[set("a.d.e", true)],
        "a:\r\n  b: 1\r\n  d:\r\n    e: true\r\nc: 2\r\n",
    );
    changes("a:\r\n  b: 1 # x\r\nc: 2\r\n", &[remove("a")], "c: 2\r\n");
    changes("a: x\r\nb: 1\r\n", &[set("a", strings(&["v"]))], "a:\r\n- v\r\nb: 1\r\n");
}

#[test]
fn a_missing_final_line_end_stays_missing() {
    changes("a: 1", &[set("b", 2)], "a: 1\nb: 2");
    changes("a:\n  - x", &[set("a[1]", "v")], "a:\n  - x\n  - v");
}

#[test]
fn the_marker_and_the_comments_of_a_document_stay() {
    changes("# head\n---\na: 1 # x\n# tail\n", &[set("b", 2)], "# head\n---\na: 1 # x\nb: 2\n# tail\n");
    changes("a: 1\n...\n", &[set("b", 2)], "a: 1\nb: 2\n...\n");
}

mod refused_is {
    use super::*;

    #[test]
    fn what_comes_through_an_alias_or_merge_key() {
        let text = "base: &base {a: 1}\nuse: *base\nmerged:\n  <<: *base\n  b: 2\n";
        refuses(text, set("use.a", 2), Refusal::Alias(path("use")));
        refuses(text, set("merged.a", 2), Refusal::Alias(path("merged.a")));
        refuses(text, set("base.a", 2), Refusal::Shared(path("base")));
        refuses(text, remove("base"), Refusal::Shared(path("base")));
        changes(
            text,
            &[set("merged.b", 3)],
            "base: &base {a: 1}\nuse: *base\nmerged:\n  <<: *base\n  b: 3\n",
        );
        changes(text, &[remove("use")], "base: &base {a: 1}\nmerged:\n  <<: *base\n  b: 2\n");
    }

    #[test]
    fn what_has_a_tag() {
        refuses("a: !!str 5\n", set("a", "6"), Refusal::Tagged(path("a")));
        refuses("a: !x {b: 1}\n", set("a.b", 2), Refusal::Tagged(path("a")));
    }

    #[test]
    fn what_a_template_writes() {
        refuses("a: {{ .b }}\n", set("a", "x"), Refusal::Template(path("a")));
        refuses("a:\n  {{- toYaml .b | nindent 2 }}\n", set("a.c", 1), Refusal::Template(path("a.c")));
        refuses(
            "a:\n  b: 1\n  {{- include \"c\" . | nindent 2 }}\n",
            set("a.c", 1),
            Refusal::Template(path("a.c")),
        );
        refuses("a:\n  b: {{ .c }}\n  d: 1\n", remove("a"), Refusal::Template(path("a")));
        // At the end of `a` one is inside the condition.
        refuses(
            "a:\n  b: 1\n  {{- if .c }}\n  c: 1\n  {{- end }}\n",
            set("a.d", 1),
            Refusal::Template(path("a.d")),
        );
        changes(
            "a:\n  {{- if .c }}\n  c: 1\n  {{- end }}\n  b: 1\n",
            &[set("a.d", 1)],
            "a:\n  {{- if .c }}\n  c: 1\n  {{- end }}\n  b: 1\n  d: 1\n",
        );
        changes("a: {{ .b }}\nc: 1\n", &[set("c", 2)], "a: {{ .b }}\nc: 2\n");
    }

    #[test]
    fn what_is_half_typed() {
        let text = "a:\n  b: 1\n  sec\nc: true\n";
        refuses(text, set("a.d", 2), Refusal::Broken(path("a.d")));
        refuses(text, remove("a"), Refusal::Broken(path("a")));
        changes(text, &[set("c", false), set("a.b", 2)], "a:\n  b: 2\n  sec\nc: false\n");
    }

    #[test]
    fn what_is_no_mapping_or_sequence() {
        refuses("a: 1\n", set("a.b", 2), Refusal::NotMapping(path("a")));
        refuses("a: 1\n", set("a[0]", 2), Refusal::NotSequence(path("a")));
        refuses("a: [x]\n", set("a[2]", 2), Refusal::NoItem(path("a[2]")));
        refuses("a: 1\na: 2\n", set("a", 3), Refusal::Repeated(path("a")));
    }

    #[test]
    fn what_is_written_in_an_unusual_way() {
        refuses("? a\n: b: 1\n", set("a", strings(&["x"])), Refusal::Unusual(path("a")));
        refuses("a: {b: 1 # one\n}\n", set("a.c", 2), Refusal::Unusual(path("a")));
    }
}
