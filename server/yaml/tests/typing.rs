//! What is left of a manifest while one types: every line cut at every column, each state read with and without
//! knowing which line was edited. Pairs that the cut does not touch must stand at their paths, and none may stand
//! at a path that is not its own.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Kind, Node, Path, Stream, parse};
use std::collections::BTreeMap;

const MANIFEST: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  labels: {app: cart, tier: "back"}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: cart
  template:
    metadata:
      labels:
        app: cart
      annotations:
        note: 'it''s fine'
    spec:
      serviceAccountName: cart
      hostNetwork: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: cart
        image: "registry.local/cart:1.2"
        args: ["--port", "8080"]
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: MODE
          value: "fast"
        - name: LIMIT
          value: '10'
        securityContext:
          privileged: false
          capabilities:
            drop: [ALL]
            add: ["NET_BIND_SERVICE"]
        command:
        - /bin/sh
        - -c
        - |
          echo start
          exec cart
      volumes:
      - name: data
        emptyDir: {}
---
apiVersion: v1
kind: Service
metadata:
  name: cart
  labels:
    app: cart
spec:
  selector:
    app: cart
  ports:
  - name: http
    port: 80
    targetPort: http
"#;

/// Another hand: dashes indented, four columns a level, comments and blank lines, anchors, brackets over lines.
const OTHER_HAND: &str = r#"# The shop's cart.

apiVersion: v1
kind: Pod

metadata:
    name: cart          # unique in its namespace
    annotations:
        "example.com/note": >-
            folded text
            over two lines

spec:
    # Where it runs.
    nodeSelector: &where
        disk: "ssd"

    hostPID: no
    containers:
        # The one that matters.
        - image: cart:1.2   # pinned
          name: cart

          env:
              - name: A
                value: "x: y"

              - {name: B, value: '1'}
          args: [
              "--one",
              --two,
          ]
          resources:
              limits: {cpu: 500m, memory: 64Mi}

        - image: proxy
          name: proxy
    tolerations:
        - key: a
          operator: Exists
    affinity: *where
---
kind: ConfigMap
data:
    key: value
"#;

/// The paths of the scalars that begin, with their key or dash, on a line of a document.
type Paths = BTreeMap<(usize, usize), Vec<String>>;

fn paths(stream: &Stream, text: &str) -> Paths {
    let mut paths = Paths::new();
    for (index, placed) in stream.documents().iter().enumerate() {
        let mut pending: Vec<(Path, TextRange, Node<'_>)> =
            vec![(Path::root(), TextRange::default(), placed.document.root())];
        while let Some((path, range, node)) = pending.pop() {
            for entry in node.written_entries().filter(|entry| !entry.key.is_unknown()) {
                pending.push((path.key(entry.key.key_text().unwrap()), entry.range, entry.value));
            }
            pending.extend(node.items().map(|item| (path.index(item.index), item.range, item.value)));
            if matches!(node.kind(), Kind::Scalar(_)) && !path.segments().is_empty() {
                let offset = usize::from(placed.offset + range.start());
                let line = text[..offset].matches('\n').count();
                paths.entry((index, line)).or_default().push(path.to_string());
            }
        }
    }
    paths
}

/// The lines that a cut of `line` at `cut` touches: itself, what stands below it by indentation, and the text of a
/// block scalar as a whole. Without its dash an item is none, and those after it move up.
fn touched(lines: &[&str], line: usize, cut: usize) -> std::ops::Range<usize> {
    let column = |line: &str| line.len() - line.trim_start().len();
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let own = column(lines[line]);
    let loses_dash = is_item(lines[line]) && cut <= own;
    let says_nothing = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
    let below = lines[line + 1..].iter().take_while(|other| {
        if says_nothing(other) {
            return true;
        }
        let is_beside = column(other) == own && is_item(other);
        column(other) > own || is_beside && (loses_dash || !is_item(lines[line]))
    });
    let mut end = line + 1 + below.count();
    if lines[line].ends_with(',') {
        // An item in brackets: those after it may move up.
        end += lines[end..].iter().take_while(|other| !other.trim().starts_with(']')).count();
    }
    let header = (0..=line)
        .rev()
        .find(|above| column(lines[*above]) < own)
        .filter(|above| lines[*above].ends_with('|'));
    header.unwrap_or(line)..end
}

struct Tally {
    states: usize,
    intact: usize,
    expected: usize,
    kept: usize,
    wrong: usize,
}

fn type_through(manifest: &str, knows_edit: bool) -> Tally {
    let whole = paths(&parse(manifest), manifest);
    let original = parse(manifest);
    let lines: Vec<&str> = manifest.lines().collect();
    let mut tally = Tally { states: 0, intact: 0, expected: 0, kept: 0, wrong: 0 };
    let mut start = 0;
    for (number, line) in lines.iter().enumerate() {
        for cut in 0..line.len() {
            let touched = touched(&lines, number, cut);
            let text = format!("{}{}{}", &manifest[..start], &line[..cut], &manifest[start + line.len()..]);
            if *line == "---" {
                continue;
            }
            let at = TextSize::new(u32::try_from(start + cut).unwrap());
            let edited = knows_edit.then(|| TextRange::empty(at));
            let found = paths(&original.reparse(&text, edited), &text);
            let (mut expected, mut kept, mut wrong) = (0, 0, 0);
            for (place, paths) in whole.iter().filter(|((_, line), _)| !touched.contains(line)) {
                let now = found.get(place).map_or(&[] as &[String], Vec::as_slice);
                expected += paths.len();
                kept += paths.iter().filter(|path| now.contains(path)).count();
                wrong += now.iter().filter(|path| !paths.contains(path)).count();
            }
            tally.states += 1;
            tally.intact += usize::from(kept == expected && wrong == 0);
            tally.expected += expected;
            tally.kept += kept;
            tally.wrong += wrong;
            if kept < expected || wrong > 0 {
                println!(
                    "line {} cut to {:?}: {kept} of {expected} kept, {wrong} wrong",
                    number + 1,
                    &line[..cut]
                );
            }
        }
        start += line.len() + 1;
    }
    println!(
        "{} states, {} intact, {} of {} pairs kept, {} at a wrong path",
        tally.states, tally.intact, tally.kept, tally.expected, tally.wrong
    );
    tally
}

/// At least 99.5 % of the pairs are kept, and none is at a wrong path.
#[track_caller]
fn assert_unharmed(tally: &Tally) {
    assert!(tally.kept * 1000 >= tally.expected * 995);
    assert_eq!(tally.wrong, 0);
}

#[test]
fn the_edited_line_harms_only_itself() {
    assert_unharmed(&type_through(MANIFEST, true));
    assert_unharmed(&type_through(OTHER_HAND, true));
}

#[test]
fn an_unknown_edit_is_found() {
    assert_unharmed(&type_through(MANIFEST, false));
    assert_unharmed(&type_through(OTHER_HAND, false));
}
