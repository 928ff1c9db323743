//! An answer never leaves its grammar, whatever the model would like to say.

use std::io::{BufReader, pipe};
use std::sync::atomic::{AtomicBool, Ordering};

use leastwise_llama::{Options, serve, tiny};
use leastwise_model::protocol::{
    Event, FailureKind, Finish, Prompt, Request, Sampling, Usage, read_message, write_message,
};
use leastwise_model::{Backend, Error, Excerpt, ExplainRequest, Explainer, RuleFacts};
use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::ApproximateTokEnv;
use llguidance::{Matcher, ParserFactory};

use crate::worker::{LABELS, Worker, prompt};

/// The facts of a finding.
pub(crate) fn facts() -> ExplainRequest {
    ExplainRequest {
        rule: RuleFacts {
            id: "privileged-container".into(),
            title: "Container runs privileged".into(),
            text: "A container with `privileged: true` has every capability and sees the node's devices."
                .into(),
        },
        message: "container `cart` is privileged".into(),
        path: "spec.template.spec.containers[0].securityContext.privileged".into(),
        resource: "Deployment cart".into(),
        excerpt: Excerpt { first_line: 20, text: "  securityContext:\n    privileged: true\n".into() },
        fix: Some("Remove `privileged: true`".into()),
        names: vec!["true".into()],
    }
}

/// What the explainer asks of a back end.
struct Recorder(std::sync::Mutex<Option<Prompt>>);

impl Backend for Recorder {
    fn complete(&self, prompt: &Prompt, _: &mut dyn FnMut(&str), _: &AtomicBool) -> Result<Finish, Error> {
        *self.0.lock().unwrap() = Some(prompt.clone());
        Ok(Finish::End)
    }

    fn identity(&self) -> String {
        String::new()
    }
}

pub(crate) fn prompt_of(facts: &ExplainRequest) -> Prompt {
    let recorder = std::sync::Arc::new(Recorder(std::sync::Mutex::new(None)));
    Explainer::new(recorder.clone()).explain(facts, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    recorder.0.lock().unwrap().take().unwrap()
}

#[test]
fn a_thousand_random_answers_keep_to_the_grammar() {
    let worker = Worker::new();
    let asked = Prompt { max_tokens: 100, ..prompt_of(&facts()) };
    // The judge reads bytes and knows nothing of the model's tokens.
    let judge = ParserFactory::new_simple(&ApproximateTokEnv::single_byte_env()).unwrap();
    let judge = Matcher::new(judge.create_parser(TopLevelGrammar::from_lark(asked.grammar.clone())));
    let (mut whole, mut cut, mut named) = (0, 0, 0);
    for seed in 0..1000 {
        let (said, end) = worker.say(&Prompt { sampling: Sampling::Random { seed }, ..asked.clone() });
        let mut matcher = judge.deep_clone();
        let tokens: Vec<u32> = said.bytes().map(u32::from).collect();
        assert_eq!(matcher.try_consume_tokens(&tokens).unwrap(), tokens.len(), "{seed}: {said}");
        match end.unwrap() {
            Finish::End => {
                assert!(matcher.is_accepting().unwrap(), "{seed} ends in the middle: {said}");
                whole += 1;
            }
            Finish::Length => cut += 1,
        }
        // A name between two backticks, each of which is one of the request's.
        named += usize::from(said.matches('`').count() >= 2);
    }
    println!("{whole} ended by themselves, {cut} were cut at the most tokens, {named} hold a name");
    assert!(whole > 0 && cut > 0 && named > 0, "the answers are too much alike to show anything");
}

#[test]
fn the_same_seed_says_the_same_and_another_seed_something_else() {
    let worker = Worker::new();
    let asked =
        |seed| Prompt { sampling: Sampling::Random { seed }, ..prompt("Why?", "start: /[a-z ]{20,30}/", 40) };
    let first = worker.say(&asked(1)).0;
    assert_eq!(worker.say(&asked(1)).0, first);
    assert_ne!(worker.say(&asked(2)).0, first);
    assert_eq!(Worker::new().say(&asked(1)).0, first, "also in another process");
}

#[test]
fn an_answer_is_the_same_whether_its_fixed_part_was_kept_or_not() {
    let worker = Worker::new();
    let grammar = "start: /[a-z ]{50,60}/";
    let asked = prompt("Why is this so?", grammar, 80);
    let first = worker.say(&asked);
    assert_eq!(first.1, Ok(Finish::End));
    assert_eq!(worker.say(&asked), first);
    let between = prompt("Something else in between, which is longer than the other.", grammar, 80);
    worker.say(&between).1.unwrap();
    assert_eq!(worker.say(&asked), first);
    // Another fixed part takes its place.
    worker.say(&Prompt { system: "Be someone else.".into(), ..asked.clone() }).1.unwrap();
    assert_eq!(worker.say(&asked), first);
    assert_eq!(Worker::new().say(&asked), first);
}

#[test]
fn a_bad_grammar_costs_its_answer_only() {
    let worker = Worker::new();
    for grammar in
        ["", "start: nothing", "start: \"a", "start: /(/", "start: start \"a\"", "no grammar at all \0"]
    {
        let (said, end) = worker.say(&prompt("Why?", grammar, 10));
        assert_eq!(said, "", "{grammar:?}");
        let error = end.unwrap_err();
        assert!(matches!(error, Error::Refused { kind: FailureKind::Grammar, .. }), "{grammar:?}: {error:?}");
    }
    let process = worker.process();
    assert_eq!(worker.say(&prompt("Why?", "start: \"so\"", 10)), ("so".to_owned(), Ok(Finish::End)));
    assert_eq!(worker.process(), process, "the same worker has answered");
}

#[test]
fn the_answer_ends_at_the_most_tokens() {
    let worker = Worker::new();
    let (said, end) = worker.say(&prompt("Why?", "start: /[a-z]{100,}/", 7));
    assert_eq!(end, Ok(Finish::Length));
    assert!((7..=14).contains(&said.len()), "7 tokens of one or two letters: {said}");
}

#[test]
fn a_prompt_that_is_too_long_is_refused_and_the_worker_lives_on() {
    let worker = Worker::new();
    let (_, end) = worker.say(&prompt(&"why ".repeat(2000), "start: \"so\"", 10));
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Refused { kind: FailureKind::TooLong, .. }), "{error:?}");
    assert_eq!(worker.say(&prompt("Why?", "start: \"so\"", 10)).0, "so");
}

#[test]
fn a_cancelled_answer_stops_and_the_next_is_whole() {
    let worker = Worker::new();
    let cancel = AtomicBool::new(false);
    let mut said = String::new();
    let mut on_text = |piece: &str| {
        said.push_str(piece);
        cancel.store(said.len() > 20, Ordering::Relaxed);
    };
    let end = worker.complete(&prompt("Why?", "start: /[a-z]{1000,}/", 1500), &mut on_text, &cancel);
    assert_eq!(end, Err(Error::Cancelled));
    assert!(said.len() < 1000, "{}", said.len());
    let process = worker.process();
    assert_eq!(worker.say(&prompt("Why?", "start: \"so\"", 10)).0, "so");
    assert_eq!(worker.process(), process);
}

#[test]
fn text_and_tags_can_be_asked_in_turns() {
    let worker = Worker::new();
    let text = crate::tagging::manifest(1);
    let tags = worker.tags("a.yaml", &text);
    let said = worker.say(&prompt("Why?", "start: /[a-z]{9}/", 20));
    assert_eq!(worker.tags("b.yaml", &text), tags);
    assert_eq!(worker.say(&prompt("Why?", "start: /[a-z]{9}/", 20)), said);
}

/// What the requests cost, asked one after the other of a worker in this process.
fn usage(prompts: &[Prompt]) -> Vec<Usage> {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.gguf");
    std::fs::write(&model, tiny::model(LABELS)).unwrap();
    let (input, mut requests) = pipe().unwrap();
    let (events, output) = pipe().unwrap();
    let serving = std::thread::spawn(move || serve(BufReader::new(input), output, &Options::new(model)));
    let mut events = BufReader::new(events);
    let mut costs = Vec::new();
    for (prompt, id) in prompts.iter().zip(1..) {
        write_message(&mut requests, &Request::Complete { id, prompt: prompt.clone() }).unwrap();
        loop {
            match read_message(&mut events).unwrap().unwrap() {
                Event::Done { usage, .. } => break costs.push(usage),
                Event::Failed { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
    }
    drop(requests);
    serving.join().unwrap().unwrap();
    costs
}

#[test]
fn the_fixed_part_of_a_prompt_is_computed_once() {
    let asked = |user: &str| prompt(user, "start: \"so\"", 10);
    let costs = usage(&[asked("Why?"), asked("Why not?")]);
    assert_eq!(costs[0].reused_tokens, 0);
    assert!(costs[1].reused_tokens > "You explain.".len() as u32 / 2, "{costs:?}");
    assert!(costs[1].reused_tokens < costs[1].prompt_tokens);
}

#[test]
fn special_tokens_in_a_manifest_are_plain_text() {
    let mark = "<|im_end|>";
    let asked = |user: &str| prompt(user, "start: \"so\"", 10);
    let costs = usage(&[asked("x"), asked(&format!("x{mark}")), asked(&format!("x{mark}{mark}"))]);
    // The small model has a token for each byte, none of which is in one of its merged pairs; the special token would be one.
    let bytes = "<|im_end|>".len() as u32;
    assert_eq!(costs[1].prompt_tokens - costs[0].prompt_tokens, bytes);
    assert_eq!(costs[2].prompt_tokens - costs[1].prompt_tokens, bytes);
}

#[test]
fn an_explanation_of_a_model_that_says_nonsense_names_only_what_exists() {
    let worker = std::sync::Arc::new(Worker::new());
    let explainer = Explainer::new(std::sync::Arc::new(Shared(worker.clone())));
    let mut shown = String::new();
    let explanation =
        explainer.explain(&facts(), &mut |piece| shown.push_str(piece), &AtomicBool::new(false)).unwrap();
    assert_eq!(explanation.text, shown);
    for name in explanation.text.split('`').skip(1).step_by(2) {
        assert!(prompt_of(&facts()).grammar.contains(&format!("\"{name}\"")), "{name}");
    }
}

/// A worker that an explainer can own together with the test.
struct Shared(std::sync::Arc<Worker>);

impl Backend for Shared {
    fn complete(
        &self,
        prompt: &Prompt,
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Finish, Error> {
        self.0.complete(prompt, on_text, cancel)
    }

    fn identity(&self) -> String {
        self.0.identity()
    }
}
