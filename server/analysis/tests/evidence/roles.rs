//! What is said of roles beside what was seen at run time. A request is a line like `shop/cart get secrets db @shop`: who,
//! verb, resource (with its group after a dot and its subresource after a slash), perhaps a name, and where.

use crate::{drawn, judged};
use leastwise_analysis::{actions, create, creations, fix, harden, hover};
use leastwise_evidence::{
    Channel, Decision, Format, Grant, Loss, Observations, Record, Request, RequestSeen, Source, SourceId,
    Tally, Target,
};
use leastwise_text::{TextRange, TextSize, apply};

const BINDING: &str = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart, namespace: shop}
";

fn role(rules: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: cart, namespace: shop}}\nrules:\n{rules}"
    )
}

/// A log of two weeks in which each request was made 1,200 times by three pods.
fn record(lines: &str) -> Record {
    let mut record = Record::default();
    let id = SourceId([1; 16]);
    let mut tally = Tally { count: 1200, ..Tally::default() };
    tally.extend("2026-03-01T08:00:00Z".parse().ok());
    tally.extend("2026-03-15T09:00:00Z".parse().ok());
    let source = Source {
        names: ["audit.log".to_owned()].into(),
        formats: [Format::Audit].into(),
        complete: true,
        channels: [(Channel::Audit, tally)].into(),
        ..Source::default()
    };
    record.sources.insert(id, source);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, mark) = line.split_once(" # ").unwrap_or((line, ""));
        let mut seen = Observations::default();
        seen.insert((id, None), tally);
        let pods = ["shop/cart-1", "shop/cart-2", "shop/cart-3"].map(str::to_owned).into_iter().collect();
        let granted_by = if mark == "by the role" { [grant()].into() } else { [].into() };
        let seen = RequestSeen { seen, pods, granted_by, ..RequestSeen::default() };
        let decision = if mark == "denied" { Decision::Denied } else { Decision::Allowed };
        record.requests.insert(request(line, decision), seen);
    }
    record
}

fn grant() -> Grant {
    Grant {
        binding_kind: "RoleBinding".to_owned(),
        binding_namespace: Some("shop".to_owned()),
        binding: "cart".to_owned(),
        role_kind: "Role".to_owned(),
        role: "cart".to_owned(),
        subject_kind: "ServiceAccount".to_owned(),
        subject: "cart/shop".to_owned(),
    }
}

fn request(line: &str, decision: Decision) -> Request {
    let words: Vec<_> = line.split_whitespace().collect();
    let (namespace, name) = words[0].split_once('/').unwrap();
    let (resource, group) = words[2].split_once('.').unwrap_or((words[2], ""));
    let place = words.last().and_then(|word| word.strip_prefix('@')).unwrap();
    Request {
        subject: format!("system:serviceaccount:{namespace}:{name}"),
        target: Target::Resource {
            namespace: Some(place.to_owned()),
            api_group: group.to_owned(),
            resource: resource.to_owned(),
            name: (words.len() == 5).then(|| words[3].to_owned()),
        },
        verb: words[1].to_owned(),
        decision,
        basis: leastwise_evidence::Basis::Logged,
    }
}

#[track_caller]
fn is_drawn(rules: &str, requests: &str) {
    let plain: String =
        rules.split_inclusive('\n').filter(|line| !line.trim_start().starts_with('^')).collect();
    let file = judged(&role(&plain), BINDING, record(requests));
    let drawn = drawn(&file);
    let (_, own) = drawn.split_once("rules:\n").unwrap();
    assert_eq!(own, rules);
}

#[test]
fn a_name_that_nobody_used_is_found_at_its_characters() {
    is_drawn(
        "- apiGroups: [\"\"]
  resources: [pods, services]
                    ^^^^^^^^ grant-unused: Resource \"services\" was never used in 14 days, 3 replicas, 2,400 requests
  verbs: [get, list, delete]
                     ^^^^^^ grant-unused: Verb \"delete\" was never used in 14 days, 3 replicas, 2,400 requests
",
        "shop/cart get pods @shop
         shop/cart list pods @shop",
    );
    is_drawn(
        "- apiGroups: [\"\"]
  resources: [secrets]
  resourceNames: [db, old]
                      ^^^ grant-unused: Object \"old\" was never used in 14 days, 3 replicas, 1,200 requests
  verbs: [get]
",
        "shop/cart get secrets db @shop",
    );
}

#[test]
fn a_rule_that_nobody_used_is_found_once() {
    is_drawn(
        "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [list]
- apiGroups: [batch]
  ^^^^^^^^^ grant-unused: Nothing of this rule (create, delete jobs) was ever used in 14 days, 3 replicas, 1,200 requests
  resources: [jobs]
  verbs: [create, delete]
",
        "shop/cart list pods @shop",
    );
}

#[test]
fn what_is_wider_than_its_use_says_what_was_used() {
    is_drawn(
        "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [\"*\"]
          ^^^ grant-wider-than-used: Of verb \"*\" only \"get\", \"list\" was used in 14 days, 3 replicas, 2,400 requests
- apiGroups: [\"\"]
  ^^^^^^^^^ grant-wider-than-used: The rule is for every object, and only \"db\" was asked for in 14 days, 3 replicas, 3,600 requests
  resources: [secrets]
  verbs: [get]
"
        .replace("2,400", "3,600")
        .as_str(),
        "shop/cart get pods @shop
         shop/cart list pods @shop
         shop/cart get secrets db @shop",
    );
    is_drawn(
        "- apiGroups: [\"\"]
  ^^^^^^^^^ grant-wider-than-used: Not every verb was used with every resource; never list services in 14 days, 3 replicas, 3,600 requests
  resources: [pods, services]
  verbs: [get, list]
",
        "shop/cart get pods @shop
         shop/cart list pods @shop
         shop/cart get services @shop",
    );
}

#[test]
fn what_is_denied_and_what_is_no_longer_granted_is_told_at_the_role() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [get]}\n");
    let requests = "shop/cart get pods @shop
                    shop/cart get secrets db @shop # denied
                    shop/cart list pods @shop # by the role";
    let file = judged(&text, BINDING, record(requests));
    let said: Vec<_> = file
        .shown()
        .map(|located| {
            let at = &text[std::ops::Range::<usize>::from(located.range())];
            format!("{at} {}: {}", located.diagnosis.rule(), located.diagnosis.finding.message)
        })
        .collect();
    let seen = "1200 requests from 2026-03-01T08:00:00Z to 2026-03-15T09:00:00Z in audit.log";
    assert_eq!(
        said,
        [
            format!(
                "rules grant-missing: This role allowed, and nothing here allows any more: ServiceAccount shop/cart: list pods in shop: {seen}"
            ),
            format!(
                "rules request-denied: Denied to those who hold the role, and still would be: ServiceAccount shop/cart: get secrets \"db\" in shop: {seen}"
            ),
        ]
    );
    // What another role grants is neither.
    let other = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: more}\nrules:\n- {apiGroups: [\"\"], resources: [pods, secrets], verbs: [get, list]}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: more, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: more}\nsubjects:\n- {kind: ServiceAccount, name: cart, namespace: shop}\n";
    let file = judged(&text, &format!("{BINDING}{other}"), record(requests));
    assert_eq!(file.shown().count(), 0);
}

#[test]
fn silence_of_a_log_that_lost_events_or_saw_none_of_the_holders_means_nothing() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [get, delete]}\n");
    let mut lossy = record("shop/cart get pods @shop");
    lossy.sources.values_mut().for_each(|source| {
        source.losses.insert(Loss::BufferOverflow, 3);
    });
    let file = judged(&text, BINDING, lossy);
    assert_eq!(file.shown().count(), 0);
    let at_rules = TextSize::of(&text[..text.find("rules:").unwrap()]);
    let markdown = hover(&file, &[], at_rules).unwrap().markdown;
    assert!(markdown.contains("events were lost"), "{markdown}");
    assert_eq!(judged(&text, BINDING, record("shop/till get pods @shop")).shown().count(), 0);
    assert_eq!(judged(&text, "", record("shop/cart get pods @shop")).shown().count(), 0);
}

/// Where the role names no namespace, the authorizer's reasons tell in which it was applied.
#[test]
fn a_role_without_a_namespace_is_where_the_log_has_seen_it() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [get, delete]}\n");
    let unsaid = |text: &str| text.replace(", namespace: shop}", "}");
    let seen = record("shop/cart get pods @shop # by the role");
    let binding = unsaid(BINDING);
    let file = judged(&unsaid(&text), &binding, seen);
    assert_eq!(file.shown().map(|located| located.diagnosis.rule()).collect::<Vec<_>>(), ["grant-unused"]);
}

#[test]
fn suppressions_settings_and_severities_count_as_for_rules() {
    let text = role(
        "- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [get, delete] # leastwise: ignore[grant-unused] because of the yearly cleaning\n",
    );
    let file = judged(&text, BINDING, record("shop/cart get pods @shop"));
    assert_eq!((file.shown().count(), file.diagnoses().count()), (0, 1));
}

/// The actions at a word, as their titles and what becomes of the text.
fn actions_at(text: &str, word: &str, record: Record) -> Vec<(String, String)> {
    let file = judged(text, BINDING, record);
    let at = TextRange::empty(TextSize::of(&text[..text.find(word).unwrap()]));
    let wanted = [actions(&file, &[], at), harden(&file, at)].concat();
    let wanted = wanted.iter().filter(|action| !action.title.starts_with("Suppress"));
    wanted.map(|action| (action.title.clone(), apply(text, &action.edits).unwrap())).collect()
}

#[test]
fn a_name_or_the_whole_role_is_tightened_and_nothing_that_was_used_is_lost() {
    let before = "# what the cart reads
- apiGroups: [\"\"]
  resources: [pods, services] # both
  verbs: [get, list, delete]
";
    let text = role(before);
    let requests = "shop/cart get pods @shop
                    shop/cart list pods @shop";
    let after = actions_at(&text, "delete", record(requests));
    let titles: Vec<_> =
        after.iter().map(|(title, _)| title.as_str()).filter(|title| !title.contains("ignore")).collect();
    let watched = "in 14 days, 3 replicas, 2,400 requests";
    assert!(
        titles.contains(&format!("Remove \"delete\" (unused {watched}) (may change behaviour)").as_str()),
        "{titles:#?}"
    );
    let of = |start: &str| after.iter().find(|(title, _)| title.starts_with(start)).unwrap().1.clone();
    assert_eq!(of("Remove"), text.replace(", delete]", "]"));
    assert_eq!(of("Tighten cart"), text.replace(", delete]", "]").replace("[pods, services]", "[pods]"));
    // Fix-all never does that.
    let file = judged(&text, BINDING, record(requests));
    let fixed = fix(&text, file.environment(), true);
    assert_eq!((fixed.text, fixed.left.len()), (text, 2));
}

#[test]
fn hover_shows_what_is_behind_a_grant() {
    let text = role("- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [get, delete]\n");
    let file = judged(&text, BINDING, record("shop/cart get pods @shop"));
    let at = |word: &str| {
        let offset = TextSize::of(&text[..text.find(word).unwrap()]) + TextSize::new(1);
        hover(&file, &[], offset).unwrap()
    };
    assert_eq!(
        at("get").markdown,
        "**Evidence** in 14 days, 3 replicas, 1,200 requests\n\n- `` ServiceAccount shop/cart: get pods in shop: 1200 requests from 2026-03-01T08:00:00Z to 2026-03-15T09:00:00Z in audit.log ``"
    );
    assert!(at("delete").markdown.contains("`grant-unused`"));
    assert!(at("delete").markdown.ends_with("Never seen used."));
}

/// Where nothing is granted yet, a role can be made.
#[test]
fn a_role_is_made_for_a_workload_whose_requests_were_seen() {
    let text = "kind: Deployment
apiVersion: apps/v1
metadata: {name: cart, namespace: shop}
spec: {template: {spec: {serviceAccountName: cart, containers: []}}}
";
    let requests = "shop/cart get secrets db @shop";
    let file = judged(text, "", record(requests));
    let [(range, creation)] = &creations(&file)[..] else { panic!("{:?}", creations(&file)) };
    assert_eq!((range.start(), creation.title()), (TextSize::new(0), "Create Role from evidence"));
    let made = create(&file, creation).unwrap();
    assert_eq!(made.file_name, "cart-role.yaml");
    let objects = leastwise_analysis::Text::read(&made.text);
    assert!(objects.is_kubernetes());
    for part in ["kind: Role\n", "kind: RoleBinding\n", "resourceNames:\n  - db\n", "namespace: shop\n"] {
        assert!(made.text.contains(part), "{part} in {}", made.text);
    }
    assert!(made.notes.iter().any(|note| note.contains("1200 requests")), "{:?}", made.notes);
    // Who is bound already, or was seen nowhere, needs none.
    assert_eq!(creations(&judged(text, BINDING, record(requests))), []);
    assert_eq!(creations(&judged(text, "", record("shop/till get pods @shop"))), []);
}
