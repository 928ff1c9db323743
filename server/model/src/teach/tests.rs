//! Learning over states of known structure: what the lines are is known, so that what is found out can be compared.

use super::*;
use crate::protocol::Probe;

const WIDTH: usize = 48;

/// Numbers by chance, the same on every machine.
struct Chance(u64);

impl Chance {
    /// Evenly between 0 and 1.
    fn share(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Nearly as a bell curve, with mean 0 and deviation 1.
    fn bell(&mut self) -> f32 {
        (0..12).map(|_| self.share()).sum::<f32>() - 6.0
    }

    fn state(&mut self, line: u32) -> LineState {
        LineState { line, state: (0..WIDTH).map(|_| self.bell()).collect() }
    }
}

/// A file of lines that are like nothing, each with a text of its own.
fn file(chance: &mut Chance, is_bad: bool, lines: u32) -> Example {
    let text: String = (0..lines).map(|_| format!("line {}\n", chance.share())).collect();
    let states = (0..lines).map(|line| chance.state(line)).collect();
    Example { is_bad, documents: vec![ExampleDocument { text, states, marked: BTreeSet::new() }] }
}

/// Moves a line's state into a direction, `far` deviations.
fn push(example: &mut Example, line: usize, direction: usize, far: f32) {
    // Over four numbers each, so that no number tells it alone.
    example.documents[0].states[line].state[4 * direction..4 * direction + 4]
        .iter_mut()
        .for_each(|number| *number += far / 2.0);
}

/// Files of which the bad ones have at line `3 + number` something that lies in direction 0.
fn examples(chance: &mut Chance, bad: usize, good: usize, far: f32) -> Vec<Example> {
    let mut examples: Vec<Example> = (0..bad + good).map(|number| file(chance, number < bad, 20)).collect();
    for (number, example) in examples.iter_mut().take(bad).enumerate() {
        push(example, 3 + number, 0, far);
    }
    examples
}

/// The lines that have it, of five bad files.
fn meant() -> Vec<Chosen> {
    (0..5).map(|example| Chosen { example, document: 0, line: 3 + example as u32 }).collect()
}

fn plain() -> Whitening {
    let matrix = (0..WIDTH * WIDTH).map(|at| if at % (WIDTH + 1) == 0 { 1.0 } else { 0.0 });
    Whitening::new(vec![0.0; WIDTH], matrix.collect()).unwrap()
}

fn is_told(lesson: &Lesson, example: &Example) -> bool {
    // As the worker and the label do it, one after the other.
    let label = TaughtLabel::new("ours", None, &"0".repeat(64), lesson);
    let outline = Outline::of(&example.documents[0].text);
    let Some(Probe { weights, bias, threshold, .. }) = label.probe() else {
        return !label.tags(&outline).is_empty();
    };
    let ExampleDocument { text, states, .. } = &example.documents[0];
    let lines: Vec<&str> = text.split('\n').collect();
    states.iter().any(|LineState { line, state }| {
        let of_state = plane::logistic(space::dot(state, &weights) + f64::from(bias)) as f32;
        of_state >= threshold && label.probability(of_state, &lines, *line as usize).is_some()
    })
}

#[test]
fn the_lines_are_found_and_files_not_seen_are_told_apart() {
    for seed in 0..2 {
        let mut chance = Chance(seed);
        let lesson = learn("ours", &examples(&mut chance, 5, 5, 9.0), &plain()).unwrap();
        assert_eq!(lesson.chosen, meant());
        let all = Tally { found: 5, missed: 0, false_alarms: 0 };
        assert_eq!(lesson.measured, Figures { files: all, lines: all });
        let others = examples(&mut chance, 15, 40, 9.0);
        let wrong = others.iter().filter(|other| is_told(&lesson, other) != other.is_bad).count();
        assert!(wrong <= 1, "{wrong} of {} files were judged wrongly", others.len());
    }
}

#[test]
fn where_there_is_nothing_to_learn_the_figures_say_so() {
    let (mut told, mut useless) = (Tally::default(), 0);
    for seed in 0..6 {
        let lesson = learn("ours", &examples(&mut Chance(seed), 5, 5, 0.0), &plain()).unwrap();
        told.found += lesson.measured.files.found;
        told.false_alarms += lesson.measured.files.false_alarms;
        useless += usize::from(lesson.measured.files.found <= lesson.measured.files.false_alarms);
    }
    // Half of the files are bad, so that chance has a precision of 0.5.
    let precision = told.precision().unwrap_or(0.5);
    assert!(precision < 0.65 && useless >= 3, "{told:?}, {useless} of 6 are useless");
}

#[test]
fn comments_say_which_of_two_matters_is_meant() {
    let mut chance = Chance(7);
    let mut files = examples(&mut chance, 5, 5, 9.0);
    for (number, example) in files.iter_mut().take(5).enumerate() {
        // Something else that they all have, and more clearly.
        push(example, 10 + number, 1, 14.0);
        example.documents[0].marked.insert(3 + number as u32);
    }
    let lesson = learn("ours", &files, &plain()).unwrap();
    assert_eq!(lesson.taught_from, Counts { bad_files: 5, good_files: 5, marked_lines: 5 });
    assert_eq!(lesson.chosen, meant());
    let mut other = file(&mut chance, true, 20);
    push(&mut other, 8, 1, 14.0);
    assert!(!is_told(&lesson, &other), "only the other matter");
    push(&mut other, 4, 0, 9.0);
    assert!(is_told(&lesson, &other));
}

#[test]
fn what_stands_in_a_good_file_too_is_not_taken_for_it() {
    let mut chance = Chance(3);
    let mut files = examples(&mut chance, 5, 5, 9.0);
    for (number, example) in files.iter_mut().enumerate() {
        // Bad files have more of it, but one of the good ones has the very words.
        if number < 6 {
            let document = &mut example.documents[0];
            let (_, rest) = document.text.split_once('\n').unwrap();
            document.text = format!("  hostNetwork: true\n{rest}");
        }
        if number < 5 {
            push(example, 0, 2, 14.0);
        }
    }
    let lesson = learn("ours", &files, &plain()).unwrap();
    assert_eq!(lesson.chosen, meant());
}

#[test]
fn the_same_examples_give_the_same_label_to_the_last_digit() {
    let files = examples(&mut Chance(1), 4, 6, 7.0);
    let text = || {
        let lesson = learn("ours", &files, &plain()).unwrap();
        TaughtLabel::new("ours", None, &"0".repeat(64), &lesson).text()
    };
    assert_eq!(text(), text());
}

#[test]
fn too_few_files_and_states_of_another_detector_are_refused() {
    let mut chance = Chance(0);
    let files = examples(&mut chance, 1, 5, 9.0);
    assert_eq!(learn("ours", &files, &plain()), Err(CannotLearn::TooFew { bad: 1, good: 5 }));
    let mut empty = examples(&mut chance, 2, 2, 9.0);
    empty[3].documents[0].states.clear();
    assert_eq!(learn("ours", &empty, &plain()), Err(CannotLearn::TooFew { bad: 2, good: 1 }));
    let mut files = examples(&mut chance, 2, 2, 9.0);
    assert!(learn("ours", &files, &plain()).is_ok());
    files[0].documents[0].states[0].state.pop();
    assert_eq!(learn("ours", &files, &plain()), Err(CannotLearn::Width));
    files[0].documents[0].states[0].state.push(f32::NAN);
    assert_eq!(learn("ours", &files, &plain()), Err(CannotLearn::Width));
}

#[test]
fn what_a_block_lacks_is_learned_from_the_keys_below_its_head() {
    // The states say nothing at all.
    let container = |chance: &mut Chance, is_bad: bool| {
        let probe = if is_bad { "" } else { "    livenessProbe:\n      tcpSocket: {port: 80}\n" };
        let text = format!(
            "kind: Pod\nspec:\n  containers:\n  - name: tool{}\n{probe}    image: nginx:1.25\n",
            chance.share()
        );
        let states = (0..).zip(text.lines()).map(|(line, _)| chance.state(line)).collect();
        let marked = if is_bad { BTreeSet::from([3]) } else { BTreeSet::new() };
        Example { is_bad, documents: vec![ExampleDocument { text, states, marked }] }
    };
    let mut chance = Chance(5);
    let files: Vec<Example> = (0..10).map(|number| container(&mut chance, number < 5)).collect();
    let lesson = learn("ours", &files, &plain()).unwrap();
    let others: Vec<Example> = (0..40).map(|number| container(&mut chance, number < 20)).collect();
    let wrong = others.iter().filter(|other| is_told(&lesson, other) != other.is_bad).count();
    assert!(wrong <= 4, "{wrong} of 40");
}

/// Files of text whose states say nothing at all.
fn texts(chance: &mut Chance, bad: &[String], good: &[String]) -> Vec<Example> {
    let files = bad.iter().map(|text| (true, text)).chain(good.iter().map(|text| (false, text)));
    let example = |(is_bad, text): (bool, &String)| {
        let states = (0..).zip(text.lines()).map(|(line, _)| chance.state(line)).collect();
        Example {
            is_bad,
            documents: vec![ExampleDocument { text: text.clone(), states, marked: BTreeSet::new() }],
        }
    };
    files.map(example).collect()
}

/// Deployments of a namespace, each with some lines of the object's metadata, of its spec and of its containers.
fn deployment(number: usize, metadata: &str, spec: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tool{number}\n{metadata}spec:\n{spec}  template:\n    spec:\n      \
         containers:\n      - name: main\n{container}        args: [--port, \"80{number}\"]\n"
    )
}

/// What is taught by five bad and five good deployments.
fn taught(name: &str, bad: fn(usize) -> String, good: fn(usize) -> String) -> TaughtLabel {
    let files =
        texts(&mut Chance(2), &(0..5).map(bad).collect::<Vec<_>>(), &(0..5).map(good).collect::<Vec<_>>());
    let lesson = learn(name, &files, &plain()).unwrap();
    assert_eq!(lesson.measured.files, Tally { found: 5, missed: 0, false_alarms: 0 }, "{name}");
    TaughtLabel::new(name, None, &"0".repeat(64), &lesson)
}

/// The lines that a label tells in a text, counted from 1.
fn told(label: &TaughtLabel, text: &str) -> Vec<u32> {
    label.tags(&Outline::of(text)).iter().map(|tag| tag.line + 1).collect()
}

fn in_words(label: &TaughtLabel) -> String {
    label.pattern.as_ref().map(ToString::to_string).unwrap_or_default()
}

const OTHERS: [&str; 5] = ["docker.io/lib", "quay.io/x", "ghcr.io/y", "docker.io", "mirror.example/z"];

fn with_image(number: usize, registry: &str) -> String {
    deployment(number, "", "", &format!("        image: {registry}/tool{number}:1.{number}\n"))
}

#[test]
fn an_image_that_is_not_from_the_registry_of_the_good_files() {
    let label = taught(
        "image-from-outside",
        |number| with_image(number, OTHERS[number]),
        |number| with_image(number, "registry.ours/shop"),
    );
    let words = in_words(&label);
    assert!(words.contains("image") && words.contains("does not") && words.contains("ours"), "{words}");
    assert_eq!(told(&label, &with_image(7, "gcr.io/elsewhere")), [10], "{words}");
    assert_eq!(told(&label, &with_image(7, "registry.ours/shop")), [0; 0], "{words}");
}

fn with_team(number: usize, team: &str) -> String {
    deployment(
        number,
        &format!("  annotations:\n    note: \"{number}\"\n{team}"),
        "",
        "        image: tool:1\n",
    )
}

#[test]
fn an_annotation_that_is_missing_is_told_where_it_would_stand() {
    let label = taught(
        "team-annotation-missing",
        |number| with_team(number, ""),
        |number| with_team(number, "    ours.example/team: shop\n"),
    );
    assert_eq!(in_words(&label), "annotations without [\"ours.example/team\"]");
    assert_eq!(told(&label, &with_team(8, "    ours.example/contact: mail\n")), [5]);
    assert_eq!(told(&label, &with_team(8, "    ours.example/team: search\n")), [0; 0]);
}

/// A pod with a setting, as an object of its own or of a Deployment.
fn pod(number: usize, is_bare: bool, setting: &str) -> String {
    if is_bare {
        return format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: tool{number}\nspec:\n{setting}  containers:\n  - name: main\n    image: tool:{number}\n"
        );
    }
    deployment(number, "", "", &format!("        image: tool:{number}\n"))
        .replace("      containers:", &format!("{}      containers:", setting.replace("  ", "      ")))
}

#[test]
fn what_a_pod_lacks_is_looked_for_in_pods_of_every_kind() {
    let label = taught(
        "runtime-class-missing",
        |number| pod(number, number == 4, ""),
        |number| pod(number, number > 0, "  runtimeClassName: gvisor\n"),
    );
    let cron_job = |setting| {
        format!(
            "kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n{setting}          containers:\n          - name: a\n"
        )
    };
    assert_eq!(told(&label, &cron_job("")), [6], "{}", in_words(&label));
    assert_eq!(told(&label, &cron_job("          runtimeClassName: kata\n")), [0; 0], "{}", in_words(&label));
}

fn with_resources(number: usize, resources: &str) -> String {
    deployment(number, "", "", &format!("        image: tool:{number}\n        resources:{resources}\n"))
}

#[test]
fn what_a_container_lacks_is_told_where_the_block_that_would_hold_it_is_lacking_too() {
    let label = taught(
        "ephemeral-storage-limit-missing",
        |number| with_resources(number, [" {requests: {cpu: 1}}", " {limits: {memory: 1Gi}}"][number % 2]),
        |number| with_resources(number, " {limits: {memory: 1Gi, ephemeral-storage: 1Gi}}"),
    );
    let without = deployment(7, "", "", "        image: tool:7\n");
    assert_eq!(told(&label, &without), [9], "{}", in_words(&label));
    let with = with_resources(7, " {limits: {ephemeral-storage: 1Gi}}");
    assert_eq!(told(&label, &with), [0; 0], "{}", in_words(&label));
}

fn with_level(number: usize, level: &str) -> String {
    let variables = format!(
        "        - name: SIZE\n          value: \"{number}\"\n        - name: LOG\n          value: {level}\n"
    );
    deployment(number, "", "", &format!("        env:\n{variables}"))
}

#[test]
fn a_value_that_a_variable_should_not_have() {
    let label = taught(
        "debug-log-level",
        |number| with_level(number, "debug"),
        |number| with_level(number, ["info", "warn", "error", "info", "warn"][number]),
    );
    assert_eq!(told(&label, &with_level(9, "debug")), [14], "{}", in_words(&label));
    assert_eq!(told(&label, &with_level(9, "trace")), [0; 0], "{}", in_words(&label));
}

fn with_replicas(number: usize, namespace: &str, replicas: usize) -> String {
    deployment(
        number,
        &format!("  namespace: {namespace}\n"),
        &format!("  replicas: {replicas}\n"),
        "        image: tool:1\n",
    )
}

#[test]
fn a_matter_may_hang_on_two_things_at_once() {
    let label = taught(
        "single-replica-in-prod",
        |number| with_replicas(number, "prod", 1),
        |number| {
            let (namespace, replicas) =
                [("prod", 2), ("prod", 3), ("dev", 1), ("test", 1), ("dev", 4)][number];
            with_replicas(number, namespace, replicas)
        },
    );
    let words = in_words(&label);
    assert_eq!(told(&label, &with_replicas(6, "prod", 1)).len(), 1, "{words}");
    for (namespace, replicas) in [("prod", 2), ("dev", 1)] {
        assert_eq!(told(&label, &with_replicas(6, namespace, replicas)), [0; 0], "{words}");
    }
}

#[test]
fn what_a_template_may_put_there_is_not_told_as_missing_and_half_typed_text_is_read() {
    let container = |number: usize, limits: &str| {
        deployment(
            number,
            "",
            "",
            &format!("        image: tool:1\n        resources:\n          requests: {{cpu: 1}}\n{limits}"),
        )
    };
    let label = taught(
        "memory-limit-missing",
        |number| {
            deployment(
                number,
                "",
                "",
                "        image: tool:1\n        resources:\n          requests: {cpu: 1}\n",
            )
        },
        |number| {
            let limits = "          limits: {memory: 1Gi}\n";
            deployment(
                number,
                "",
                "",
                &format!(
                    "        image: tool:1\n        resources:\n          requests: {{cpu: 1}}\n{limits}"
                ),
            )
        },
    );
    let words = in_words(&label);
    assert_eq!(told(&label, &container(7, "")).len(), 1, "{words}");
    let hidden = container(7, "          {{- toYaml .Values.limits | nindent 10 }}\n");
    assert_eq!(told(&label, &hidden), [0; 0], "{words}");
    let half_typed = container(7, "          limits: {memory: 1Gi}\n        ima");
    assert_eq!(told(&label, &half_typed), [0; 0], "{words}");
    let torn = format!(
        "{}      - name: second\n        resources: {{requ",
        container(7, "          limits: {memory: 1Gi}\n")
    );
    assert_eq!(told(&label, &torn).len(), 1, "the second container has none yet: {words}");
}

#[test]
fn comments_say_which_of_two_patterns_is_meant() {
    let text = |is_bad: bool| {
        let (image, level) =
            if is_bad { ("docker.io/tool", "debug") } else { ("registry.ours/tool", "info") };
        format!("kind: Pod\nspec:\n  containers:\n  - image: {image}\n    logLevel: {level}\n")
    };
    for (line, word) in [(3, "image"), (4, "logLevel")] {
        let mut files = texts(&mut Chance(4), &vec![text(true); 5], &vec![text(false); 5]);
        for file in files.iter_mut().filter(|file| file.is_bad) {
            file.documents[0].marked.insert(line);
        }
        let lesson = learn("ours", &files, &plain()).unwrap();
        let pattern = lesson.pattern.map(|pattern| pattern.to_string()).unwrap_or_default();
        assert!(pattern.contains(word), "{word}: {pattern}");
    }
}

#[test]
fn what_only_chance_makes_different_is_not_foretold_as_known() {
    let (mut found, mut false_alarms) = (0, 0);
    for seed in 0..6 {
        let mut chance = Chance(seed);
        let text = |chance: &mut Chance| {
            let keys = (0..12).filter(|_| chance.share() < 0.5).map(|key| format!("  key{key}: 1\n"));
            format!("kind: Pod\nspec:\n  always: 1\n{}", keys.collect::<String>())
        };
        let (bad, good): (Vec<_>, Vec<_>) = (0..6).map(|_| (text(&mut chance), text(&mut chance))).unzip();
        let lesson = learn("ours", &texts(&mut chance, &bad, &good), &plain()).unwrap();
        found += lesson.measured.files.found;
        false_alarms += lesson.measured.files.false_alarms;
    }
    // Half of the files are bad, so that chance has a precision of 0.5.
    let precision = found as f64 / (found + false_alarms).max(1) as f64;
    assert!(precision < 0.7, "{found} found and {false_alarms} false alarms");
}

proptest::proptest! {
    #[test]
    fn any_text_has_an_outline(text in "([a-c]|: |- |\n|  |\"|'|\\{|\\}|\\[|,|\\]|#|\\||&|é|\\{\\{ ?|\\}\\}){0,60}") {
        let outline = Outline::of(&text);
        let lines = text.split('\n').count();
        for node in outline.nodes() {
            proptest::prop_assert!((node.line as usize) < lines);
        }
    }
}
