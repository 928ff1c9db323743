//! Whoever drafts a role need not be trusted: what does not hold is sent back with the request that shows it.

use crate::support::{record, rules};
use leastwise_harden::{Manifests, Options, Proposal, RoleDraft, RuleDraft, create_drafted_roles};
use leastwise_yaml::{Document, parse};

/// By number: 0 `get configmaps settings`, 1 `list configmaps`, 2 `get secrets db`, 3 `get deployments.apps`.
const REQUESTS: &str = "shop/cart get configmaps settings @shop
     shop/cart list configmaps @shop
     shop/cart get secrets db @shop
     shop/cart get deployments.apps web @shop";

fn draft(name: Option<&str>, rules: &[(&[usize], bool)]) -> RoleDraft {
    let rule = |(requests, any_name): &(&[usize], bool)| RuleDraft {
        requests: requests.to_vec(),
        any_name: *any_name,
    };
    RoleDraft { name: name.map(str::to_owned), rules: rules.iter().map(rule).collect() }
}

/// What is made when this is the only draft, and why it was sent back.
fn drafted(text: &str, lines: &str, options: &Options, draft: &RoleDraft) -> (Proposal, Option<String>) {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let mut sent_back = None;
    let proposal = create_drafted_roles(&record(lines), &manifests, options, &mut |task| {
        task.judge(draft).map_err(|why| sent_back = Some(why)).ok()
    });
    (proposal, sent_back)
}

#[track_caller]
fn is_sent_back(draft: &RoleDraft, why: &str) {
    let (proposal, sent_back) = drafted("", REQUESTS, &Options::default(), draft);
    assert_eq!(sent_back.as_deref(), Some(why));
    let exact = crate::support::created(REQUESTS, &Options::default());
    assert_eq!(rules(&proposal), rules(&exact), "without a draft that holds, the exact role stands");
    assert_eq!(proposal.statements, exact.statements);
}

#[test]
fn a_draft_that_allows_the_same_names_and_groups_it_otherwise() {
    let good = draft(Some("cart-reader"), &[(&[3], false), (&[0], false), (&[1], false), (&[2], false)]);
    let (proposal, sent_back) = drafted("", REQUESTS, &Options::default(), &good);
    assert_eq!(sent_back, None);
    assert_eq!(
        rules(&proposal),
        [
            "shop/cart-reader: get of apps deployments named web",
            "shop/cart-reader: get configmaps named settings",
            "shop/cart-reader: list configmaps",
            "shop/cart-reader: get secrets named db",
        ]
    );
    assert_eq!(proposal.statements[0].what, "get deployments.apps \"web\"");
}

#[test]
fn a_draft_that_allows_less_or_more_is_sent_back_with_the_request_that_shows_it() {
    let all: &[(&[usize], bool)] = &[(&[0], false), (&[1], false), (&[2], false)];
    is_sent_back(
        &draft(None, all),
        "it would not allow ServiceAccount shop/cart: get deployments.apps \"web\" in shop",
    );
    is_sent_back(
        &draft(None, &[(&[0, 2], false), (&[1], false), (&[3], false)]),
        "it would also allow ServiceAccount shop/cart: get configmaps \"db\" in shop",
    );
    is_sent_back(
        &draft(None, &[(&[0], false), (&[1], false), (&[2], true), (&[3], false)]),
        "it would also allow ServiceAccount shop/cart: get secrets in shop",
    );
}

#[test]
fn a_draft_that_makes_no_sense_is_sent_back() {
    is_sent_back(
        &draft(None, &[]),
        "it would not allow ServiceAccount shop/cart: get configmaps \"settings\" in shop",
    );
    is_sent_back(&draft(None, &[(&[], false)]), "rule 1 is empty");
    is_sent_back(&draft(None, &[(&[9], false)]), "rule 1 has a request 10, and there is none of that number");
    is_sent_back(
        &draft(None, &[(&[0, 3], false)]),
        "rule 1 mixes API groups, of which each needs a rule of its own",
    );
    for name in ["", "Cart", "cart/reader", "-cart", "cart\u{1b}[31m", &"c".repeat(64)] {
        is_sent_back(
            &draft(Some(name), &[(&[0], false), (&[1], false), (&[2], false), (&[3], false)]),
            "its name is not made of small letters, digits and hyphens",
        );
    }
}

#[test]
fn a_draft_does_not_take_the_name_of_another_role() {
    let other = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader, namespace: shop}\nrules: []\n";
    let takes = draft(Some("reader"), &[(&[0], false), (&[1], false), (&[2], false), (&[3], false)]);
    let (proposal, sent_back) = drafted(other, REQUESTS, &Options::default(), &takes);
    assert_eq!(sent_back.as_deref(), Some("there is a role or binding called reader already"));
    assert!(rules(&proposal)[0].starts_with("shop/cart: "), "{:?}", rules(&proposal));
}

#[test]
fn of_two_roles_of_a_namespace_only_one_gets_a_name() {
    let lines = "shop/cart get secrets db @shop\nshop/web get secrets db @shop";
    let (proposal, sent_back) =
        drafted("", lines, &Options::default(), &draft(Some("reader"), &[(&[0], false)]));
    assert_eq!(sent_back.as_deref(), Some("there is a role or binding called reader already"));
    assert_eq!(rules(&proposal), ["shop/reader: get secrets named db", "shop/web: get secrets named db"]);
}

/// The options say how far a draft may go; the draft says which of the names to give up.
#[test]
fn names_that_controllers_make_up_are_given_up_one_by_one_and_only_where_that_was_asked_for() {
    let lines = "shop/cart get pods cart-7d4b9c6f5-x8k2p @shop\nshop/cart get secrets db-x8k2p @shop";
    let one = draft(None, &[(&[0], true), (&[1], false)]);
    let robust = Options { robust: true, ..Options::default() };
    let (proposal, sent_back) = drafted("", lines, &robust, &one);
    assert_eq!(sent_back, None);
    assert_eq!(rules(&proposal), ["shop/cart: get pods", "shop/cart: get secrets named db-x8k2p"]);
    let levels: Vec<_> = proposal.statements.iter().map(|statement| statement.level).collect();
    assert_eq!(levels, [leastwise_harden::Level::Implied, leastwise_harden::Level::Exact]);

    let (proposal, sent_back) = drafted("", lines, &Options::default(), &one);
    assert_eq!(sent_back.as_deref(), Some("it would also allow ServiceAccount shop/cart: get pods in shop"));
    assert_eq!(rules(&proposal)[0], "shop/cart: get pods named cart-7d4b9c6f5-x8k2p");
}

#[test]
fn a_draft_with_a_rule_for_each_of_many_requests_is_sent_back() {
    let lines: String =
        (0..8).map(|number| format!("shop/cart get configmaps settings{number}x @shop\n")).collect();
    let single: Vec<[usize; 1]> = (0..8).map(|number| [number]).collect();
    let rules: Vec<_> = single.iter().map(|place| (&place[..], false)).collect();
    let (_, sent_back) = drafted("", &lines, &Options::default(), &draft(None, &rules));
    assert_eq!(sent_back.as_deref(), Some("it has 8 rules, and 1 would do"));
}
