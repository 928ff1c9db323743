//! The characters that stand for a path.

use crate::document;
use leastwise_manifest::place;

/// Carets under the characters that stand for the path, with a word where the path is missing.
fn check(path: &str, marked: &str) {
    let marked = crate::unindent(marked);
    let mut text = String::new();
    let mut expected = None;
    for line in marked.split_inclusive('\n') {
        if line.trim_start().starts_with('^') {
            let line_start = text.trim_end_matches('\n').rfind('\n').map_or(0, |end| end + 1);
            let start = line_start + (line.len() - line.trim_start().len());
            let carets = line.matches('^').count();
            expected = Some((start..start + carets, line.contains("missing")));
        } else {
            text.push_str(line);
        }
    }
    let (range, missing) = expected.expect("a line of carets");
    let document = document(&text);
    let found = place(&document, &path.parse().expect("a path"));
    let found_range = usize::from(found.range.start())..usize::from(found.range.end());
    assert_eq!(
        (&text[found_range.clone()], found_range, found.missing),
        (&text[range.clone()], range, missing),
        "{path} in\n{text}"
    );
}

#[test]
fn a_scalar_is_shown_by_its_value() {
    check(
        "spec.hostPID",
        "
        spec:
          hostPID: yes # really
                   ^^^
        ",
    );
    check(
        "spec.containers[1].name",
        "
        spec:
          containers: [{name: a}, {name: \"b\"}]
                                         ^^^
        ",
    );
    check(
        "add[1]",
        "
        add:
        - KILL
        - SYS_ADMIN
          ^^^^^^^^^
        ",
    );
}

#[test]
fn a_value_that_is_left_out_is_shown_by_its_key() {
    check(
        "spec.hostPID",
        "
        spec:
          hostPID:
          ^^^^^^^
        ",
    );
    check(
        "add[1]",
        "
        add:
        - KILL
        -
        ^
        ",
    );
}

#[test]
fn a_collection_is_shown_by_its_key_and_an_item_by_its_first_key() {
    check(
        "spec.securityContext",
        "
        spec:
          securityContext:
          ^^^^^^^^^^^^^^^
            privileged: true
        ",
    );
    check(
        "spec.containers[1]",
        "
        spec:
          containers:
          - name: a
          - image: b
            ^^^^^
            name: b
        ",
    );
    check(
        "",
        "
        # A comment.
        spec: {}
        ^^^^
        ",
    );
}

#[test]
fn what_is_missing_is_shown_by_the_nearest_key_above_it() {
    check(
        "spec.containers[0].securityContext.capabilities.drop",
        "
        spec:
          containers:
          - name: a
            securityContext:
            ^^^^^^^^^^^^^^^ missing
              privileged: true
        ",
    );
    check(
        "spec.containers[0].securityContext.privileged",
        "
        spec:
          containers:
          - name: a
            ^^^^ missing
        ",
    );
    check(
        "spec.containers[3]",
        "
        spec:
          containers:
          ^^^^^^^^^^ missing
          - name: a
        ",
    );
    check(
        "metadata.labels",
        "
        spec: {}
        ^^^^ missing
        ",
    );
    check(
        "spec.securityContext.runAsUser",
        "
        spec: {securityContext: {}}
               ^^^^^^^^^^^^^^^ missing
        ",
    );
}

#[test]
fn an_alias_is_shown_where_it_stands_and_a_merged_key_where_it_is_written() {
    check(
        "web.context",
        "
        strict: &strict {privileged: false}
        web:
          context: *strict
          ^^^^^^^
        ",
    );
    check(
        "web.user",
        "
        user: &user 7
        web:
          user: *user
                ^^^^^
        ",
    );
    check(
        "web.privileged",
        "
        strict: &strict {privileged: true}
                                     ^^^^
        web:
          <<: *strict
        ",
    );
}

#[test]
fn keys_that_are_not_plain_have_places_too() {
    check(
        "metadata.labels[\"pod-security.kubernetes.io/enforce\"]",
        "
        metadata:
          labels:
            pod-security.kubernetes.io/enforce: baseline
                                                ^^^^^^^^
        ",
    );
}
