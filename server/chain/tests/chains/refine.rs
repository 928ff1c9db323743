//! A refinement takes away what it would without a model; the model says what to look at first.

use crate::scripted::Answer::{Dies, Says};
use crate::scripted::Scripted;
use crate::support::{Case, deployment, requests, text};
use leastwise_harden::{Kind, Task};

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
- apiGroups: [\"\"]
  resources: [configmaps, secrets]
  verbs: [get, list, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart}
";

fn case() -> Case<'static> {
    Case::new(Task::Refine, Kind::Role, ROLE)
}

#[test]
fn what_is_taken_away_is_looked_at_and_told_in_words() {
    let exact = case().exact(&requests());
    let backend = Scripted::new(&[
        Says("look at 1"),
        Says("This is taken away because nobody who holds `shop/cart` was seen to use it."),
    ]);
    let (proposal, advice) = case().run(&requests(), &backend);
    assert_eq!((text(&proposal), &proposal.statements), (text(&exact), &exact.statements));
    let first = exact.statements.iter().find(|statement| statement.applied).unwrap();
    assert_eq!(advice.look[0].what, first.what);
    assert_eq!(advice.look[0].because, first.because);
    assert_eq!(advice.look[0].subject, "\"Role shop/cart\"");
    assert_eq!(
        advice.words[0].text,
        "This is taken away because nobody who holds `shop/cart` was seen to use it."
    );
    assert!(
        backend.prompts()[0]
            .user
            .starts_with("Something is taken away from \"Role shop/cart\". Its removals:\n1: ")
    );
}

#[test]
fn what_is_known_of_the_workloads_is_told_before() {
    let manifests = format!("{ROLE}{}", deployment("cart"));
    let backend = Scripted::new(&[Says("it is a batch job"), Says("look at 1")]);
    let (_, advice) = Case::new(Task::Refine, Kind::Role, &manifests).run(&requests(), &backend);
    assert_eq!(advice.workloads[0].taken_for, "a batch job");
    let asked = &backend.prompts()[1].user;
    assert!(
        asked.starts_with(
            "Something is taken away from \"Role shop/cart\". The workload \"shop/Deployment/cart\" looks like a batch \
             job. Its removals:\n1: "
        ),
        "{asked}"
    );
}

#[test]
fn without_answers_the_refinement_is_the_same() {
    for answers in [&[Dies][..], &[Says("look at 99"), Says("")], &[Says("keep everything, trust me")]] {
        let (proposal, advice) = case().run(&requests(), &Scripted::new(answers));
        assert_eq!(text(&proposal), text(&case().exact(&requests())));
        assert!(advice.look.is_empty() && advice.words.is_empty());
    }
}

#[test]
fn where_there_is_nothing_to_tighten_nothing_is_asked() {
    let tight = text(&case().exact(&requests()));
    let backend = Scripted::new(&[]);
    let binding = &ROLE[ROLE.find("---").unwrap()..];
    let (proposal, _) =
        Case::new(Task::Refine, Kind::Role, &format!("{tight}{binding}")).run(&requests(), &backend);
    assert!(proposal.changes.is_empty());
    assert!(backend.prompts().is_empty(), "{:?}", backend.prompts());
}
