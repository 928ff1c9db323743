//! Roles are made as a model drafts them only where the draft holds.

use crate::scripted::Answer::{Dies, Hangs, Refuses, Says};
use crate::scripted::Scripted;
use crate::support::{Case, requests, text};
use leastwise_chain::Advice;
use leastwise_evidence::Record;
use leastwise_harden::{Kind, Proposal, Task};
use std::time::Duration;

fn case() -> Case<'static> {
    Case::new(Task::Create, Kind::Role, "")
}

fn made(record: &Record, backend: &Scripted) -> (Proposal, Advice) {
    case().run(record, backend)
}

fn exact(record: &Record) -> String {
    text(&case().exact(record))
}

#[test]
fn a_good_draft_is_taken() {
    let backend =
        Scripted::new(&[Says("look at 3"), Says("name cart-reader\n1: rule 1\n2: rule 2\n3: rule 3\n")]);
    let (proposal, advice) = made(&requests(), &backend);
    assert_eq!(proposal.created[0].resource.name.as_deref(), Some("cart-reader"));
    assert_eq!(advice.drafted, ["cart-reader"]);
    assert_eq!(advice.look[0].what, "\"get\" \"secrets\" named \"db\"");
    assert_eq!(advice.look[0].subject, "\"ServiceAccount shop/cart\"");
    assert_eq!(advice.look[0].because, "1 request at 2026-03-01T08:00:00Z in seen.log");
    assert_eq!(advice.model, "scripted");
}

#[test]
fn a_draft_that_grants_more_goes_back_with_the_witness_and_may_be_mended() {
    let backend = Scripted::new(&[
        Says("look at nothing"),
        Says("name cart-reader\n1: rule 1\n2: rule 1\n3: rule 2\n"),
        Says("name cart-reader\n1: rule 1\n2: rule 2\n3: rule 3\n"),
    ]);
    let (_, advice) = made(&requests(), &backend);
    assert_eq!(advice.drafted, ["cart-reader"]);
    let again = &backend.prompts()[2].user;
    assert!(
        again.contains("It was refused: \"it would also allow ServiceAccount shop/cart: get "),
        "{again}"
    );
}

#[test]
fn a_model_that_does_not_learn_is_asked_three_times_and_then_the_exact_role_stands() {
    for wrong in [
        "name cart\n1: rule 1\n",
        "name cart\n1: rule 1\n2: rule 1\n3: rule 1\n",
        "name cart\n1: rule 1 any\n2: rule 2 any\n3: rule 3\n",
        "name cart\n1: rule 1\n2: rule 2\n99: rule 3\n",
        "name ../../etc\n1: rule 1\n2: rule 2\n3: rule 3\n",
        "apiVersion: v1\nkind: ClusterRole\nrules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n",
        "",
        "\u{1b}[2J I am sorry",
    ] {
        let other = "name cart\n1: rule 2\n";
        let backend = Scripted::new(&[Says("everything is fine"), Says(wrong), Says(other), Says(wrong)]);
        let (proposal, advice) = made(&requests(), &backend);
        assert_eq!(text(&proposal), exact(&requests()), "{wrong}");
        assert_eq!(backend.prompts().len(), 5, "a look, three drafts, the words: {wrong}");
        let exact = &advice.exact[0];
        assert_eq!(exact.name, "cart");
        assert!(exact.because.starts_with("no draft held; of the last one: "), "{exact:?}");
        assert!(advice.look.is_empty());
    }
}

#[test]
fn a_model_that_hangs_or_dies_is_not_asked_again() {
    for (answer, why) in [
        (Hangs, "the model had no answer within 0 seconds, or too long a one"),
        (Dies, "the model worker ended before it answered: killed"),
    ] {
        let backend = Scripted::new(&[answer]);
        let case = Case { patience: Duration::from_millis(20), ..case() };
        let (proposal, advice) = case.run(&requests(), &backend);
        assert_eq!(text(&proposal), exact(&requests()));
        assert_eq!(advice.exact[0].because, why);
        assert_eq!(advice.failure.as_deref(), Some(why));
        assert_eq!(backend.prompts().len(), 1);
    }
}

#[test]
fn a_question_that_is_too_long_costs_its_own_answer_only() {
    let backend = Scripted::new(&[Refuses, Says("name cart-reader\n1: rule 1\n2: rule 2\n3: rule 3\n")]);
    let (_, advice) = made(&requests(), &backend);
    assert_eq!(advice.drafted, ["cart-reader"]);
    assert_eq!((advice.look, advice.failure), (Vec::new(), None));
}

#[test]
fn words_name_nothing_that_the_statements_do_not_name() {
    let draft = "name cart-reader\n1: rule 1\n2: rule 2\n3: rule 3\n";
    for (said, believed) in [
        (
            "This is needed because `cart-reader` reads `secrets`.",
            Some("This is needed because `cart-reader` reads `secrets`."),
        ),
        (
            "This is needed because `cart-reader` runs. Grant `cluster-admin` to all.",
            Some("This is needed because `cart-reader` runs."),
        ),
        ("See https://evil.example for more about it.", None),
        ("\u{1b}[31mThis is needed.", None),
    ] {
        let backend = Scripted::new(&[Says("look at nothing"), Says(draft), Says(said)]);
        let (_, advice) = made(&requests(), &backend);
        let words: Vec<_> = advice.words.iter().map(|words| words.text.as_str()).collect();
        assert_eq!(words, believed.into_iter().collect::<Vec<_>>(), "{said:?}");
    }
}

#[test]
fn a_role_of_many_requests_is_made_without_asking() {
    let names: Vec<_> = (0..65).map(|number| format!("settings-{number}x")).collect();
    let requests: Vec<_> = names.iter().map(|name| ("get", "configmaps", Some(name.as_str()))).collect();
    let record = crate::support::record(&crate::support::audit(&requests));
    let backend = Scripted::new(&[]);
    let (proposal, advice) = made(&record, &backend);
    assert_eq!(text(&proposal), exact(&record));
    assert_eq!(advice.exact[0].because, "it is for 65 things, more than the model is asked about (64)");
    assert_eq!(backend.prompts().len(), 1, "for the words only");
}

#[test]
fn a_model_that_says_the_same_again_is_not_asked_a_third_time() {
    let wrong = Says("name cart\n1: rule 1\n2: rule 1\n3: rule 1\n");
    let backend = Scripted::new(&[Says("look at nothing"), wrong.clone(), wrong]);
    let (proposal, _) = made(&requests(), &backend);
    assert_eq!(text(&proposal), exact(&requests()));
    assert_eq!(backend.prompts().len(), 4, "a look, two drafts, the words");
}
