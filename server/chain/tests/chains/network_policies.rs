//! Network policies are made as a model drafts them only where the draft holds.

use crate::scripted::Answer::Says;
use crate::scripted::Scripted;
use crate::support::{Case, deployment, flows, record, text};
use leastwise_harden::{Kind, Options, Task, Whose};

/// By number, for `cart`: 1 TCP 8080 from `web`, 2 TCP 5432 to `db`.
const FLOWS: &[(&str, &str, u16)] = &[("web", "cart", 8080), ("cart", "db", 5432)];

fn shop() -> String {
    ["cart", "web", "db"].map(deployment).concat()
}

fn case(manifests: &str) -> Case<'_> {
    let [namespace, kind, name] = ["shop", "Deployment", "cart"].map(str::to_owned);
    let options = Options { whose: Whose::Workload { namespace, kind, name }, ..Options::default() };
    Case { options, ..Case::new(Task::Create, Kind::NetworkPolicy, manifests) }
}

#[test]
fn the_workload_and_its_connections_are_looked_at_before_a_draft_is_asked_for() {
    let backend = Scripted::new(&[
        Says("it is an API service"),
        Says("look at 2"),
        Says("name cart-from-web-to-db\n1: rule 1\n2: rule 2\n"),
        Says("This is needed because the workload talks to `db`."),
    ]);
    let (proposal, advice) = case(&shop()).run(&record(&flows(FLOWS)), &backend);
    assert_eq!(proposal.created.len(), 1);
    assert_eq!(advice.drafted, ["cart-from-web-to-db"]);
    assert_eq!(advice.workloads[0].workload, "\"shop/Deployment/cart\"");
    assert_eq!(advice.workloads[0].taken_for, "an API service");
    assert_eq!(advice.look[0].what, "TCP 5432 to \"shop/Deployment/db\"");
    assert_eq!(advice.words[0].resource.name.as_deref(), Some("cart-from-web-to-db"));
    let prompts = backend.prompts();
    let title = "A network policy for \"shop/Deployment/cart\". The workload \"shop/Deployment/cart\" looks like an API \
                 service. Its connections:\n1: Ingress: TCP 8080 from \"shop/Deployment/web\"\n2: Egress: TCP 5432 to \
                 \"shop/Deployment/db\"\n";
    assert!(prompts[1].user.starts_with(title), "{}", prompts[1].user);
    assert!(prompts[2].user.starts_with(title), "{}", prompts[2].user);
}

#[test]
fn a_draft_that_lets_more_through_goes_back_with_the_witness() {
    let backend = Scripted::new(&[
        Says("it is a cache"),
        Says("look at nothing"),
        Says("name cart\n1: rule 1\n2: rule 1\n"),
        Says("name cart\n1: rule 1\n"),
        Says("name cart\n1: rule 1\n2: rule 2\n"),
    ]);
    let (proposal, advice) = case(&shop()).run(&record(&flows(FLOWS)), &backend);
    assert_eq!(text(&proposal), text(&case(&shop()).exact(&record(&flows(FLOWS)))));
    assert_eq!(advice.drafted, ["cart"]);
    let refused = |place: usize, why: &str| {
        let user = &backend.prompts()[place].user;
        assert!(user.contains(&format!("It was refused: \"{why}")), "{user}");
    };
    refused(3, "rule 1 mixes directions");
    refused(4, "there is no line for 2");
}

#[test]
fn a_model_that_does_not_learn_leaves_the_exact_policy() {
    for wrong in [
        "name cart\n1: rule 1\n",
        "name cart\n1: rule 1\n2: rule 1\n",
        "- to: []\n",
        "name cart\n1: rule 1 any\n",
        "",
    ] {
        let backend =
            Scripted::new(&[Says("it is a cache"), Says(""), Says(wrong), Says(wrong), Says(wrong)]);
        let (proposal, advice) = case(&shop()).run(&record(&flows(FLOWS)), &backend);
        assert_eq!(text(&proposal), text(&case(&shop()).exact(&record(&flows(FLOWS)))), "{wrong}");
        assert_eq!(advice.exact[0].name, "cart");
    }
}
