//! The record: its JSON form, and the laws of uniting two of them.

use leastwise_evidence::{
    Act, Basis, Channel, Connection, ConnectionSeen, Container, ContainerSeen, Decision, Deed, Endpoint,
    EndpointSeen, FileAccess, FileUse, Observations, Origin, Outcome, PodEndpoint, PortOf, Protocol, Record,
    Request, RequestSeen, Run, Source, SourceId, Tally, Target, Unite, Verdict, Workload,
};
use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use serde_json::json;

const SOURCE: SourceId = SourceId([7; 16]);

fn tally(count: u64, second: i64) -> Tally {
    let time = jiff::Timestamp::from_second(second).unwrap_or_default();
    Tally { count, first: Some(time), last: Some(time) }
}

fn seen(count: u64) -> Observations {
    let mut seen = Observations::default();
    seen.insert((SOURCE, None), tally(count, 1_767_225_600));
    seen
}

#[test]
fn the_form_of_a_request_is_the_atom_of_the_command_line() {
    let mut record = Record::default();
    record.sources.insert(SOURCE, Source { complete: true, ..Source::default() });
    let target = Target::Resource {
        namespace: Some("shop".into()),
        api_group: String::new(),
        resource: "pods/log".into(),
        name: Some("cart-0".into()),
    };
    let (subject, verb) = ("system:serviceaccount:shop:cart".to_owned(), "get".to_owned());
    let request = Request { subject, target, verb, decision: Decision::Allowed, basis: Basis::Logged };
    assert_eq!(request.service_account(), Some(("shop", "cart")));
    record.requests.insert(request, RequestSeen { seen: seen(3), ..RequestSeen::default() });

    let form = serde_json::to_value(&record).unwrap();
    assert_eq!(form["leastwise_evidence"], 1);
    assert_eq!(
        form["requests"][0],
        json!({
            "subject": "system:serviceaccount:shop:cart", "namespace": "shop", "apiGroup": "", "resource": "pods/log",
            "verb": "get", "name": "cart-0", "decision": "allowed",
            "seen": [{"source": 0, "count": 3, "first": "2026-01-01T00:00:00Z", "last": "2026-01-01T00:00:00Z"}]
        })
    );
    assert_eq!(serde_json::from_value::<Record>(form).unwrap(), record);
}

#[test]
fn a_form_of_another_version_or_with_broken_references_is_refused() {
    let refused = |form| serde_json::from_value::<Record>(form).unwrap_err().to_string();
    assert_eq!(
        refused(json!({"leastwise_evidence": 2})),
        "evidence record of version 2; this program reads version 1"
    );
    let request = json!({"subject": "a", "url": "/version", "verb": "get", "decision": "allowed",
        "seen": [{"source": 4, "count": 1}]});
    assert_eq!(
        refused(json!({"leastwise_evidence": 1, "requests": [request]})),
        "the record has no source 4"
    );
    let connection = json!({"from": 0, "to": 1, "protocol": "TCP", "verdict": "forwarded", "seen": []});
    assert_eq!(
        refused(json!({"leastwise_evidence": 1, "connections": [connection]})),
        "the record has no endpoint 0"
    );
}

fn observations() -> impl Strategy<Value = Observations> {
    let place = (0..3u8, prop::option::of(prop_oneof!["a", "b"]));
    prop::collection::vec((place, 1..5u64, 0..9i64), 1..4).prop_map(|places| {
        let mut seen = Observations::default();
        for ((source, node), count, second) in places {
            seen.insert((SourceId([source; 16]), node), tally(count, second));
        }
        seen
    })
}

fn request() -> impl Strategy<Value = (Request, RequestSeen)> {
    let target = prop_oneof![
        (prop::option::of("[ab]"), prop::option::of("[xy]")).prop_map(|(namespace, name)| {
            Target::Resource { namespace, api_group: String::new(), resource: "pods".into(), name }
        }),
        "/[ab]".prop_map(Target::Url),
    ];
    let created = prop::collection::vec("[a-z]{2}", 0..80);
    (target, any::<bool>(), observations(), created).prop_map(|(target, allowed, seen, created)| {
        let decision = if allowed { Decision::Allowed } else { Decision::Denied };
        let (subject, verb) = ("alice".to_owned(), "get".to_owned());
        let request = Request { subject, target, verb, decision, basis: Basis::Logged };
        (request, RequestSeen { seen, created: created.into_iter().collect(), ..RequestSeen::default() })
    })
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    prop_oneof![
        "[ab]".prop_map(|name| {
            let workload = Some(Workload { kind: "Deployment".into(), name });
            Endpoint::Pod(PodEndpoint { namespace: "shop".into(), workload, ..PodEndpoint::default() })
        }),
        any::<[u8; 4]>()
            .prop_map(|address| Endpoint::Address { address: Some(address.into()), outside: true }),
    ]
}

/// A container with one act and up to three replicas.
fn container() -> impl Strategy<Value = (Container, ContainerSeen)> {
    let started =
        prop::option::of((0..9i64).prop_map(|second| jiff::Timestamp::from_second(second).unwrap()));
    let run =
        (any::<bool>(), any::<bool>(), started, observations()).prop_map(|(start, end, started, seen)| Run {
            start_observed: start,
            started: started.filter(|_| start),
            end_observed: end,
            channels: [(Channel::Files, seen)].into(),
        });
    let runs = prop::collection::btree_map("[ab]", run, 0..3);
    ("[ab]", runs, observations()).prop_map(|(name, runs, seen)| {
        let container = Container { namespace: "shop".into(), name, ..Container::default() };
        let (access, path, outcome) = (FileAccess::CreateAnew, "/tmp/a".to_owned(), Outcome::Succeeded);
        let deed = Deed::File(FileUse { access, path, to: None, resolved: true, outcome });
        let acts = [(Act { origin: Origin::Init, deed }, seen)].into();
        (container, ContainerSeen { runs, acts, ..ContainerSeen::default() })
    })
}

fn record() -> impl Strategy<Value = Record> {
    let connections = prop::collection::vec((endpoint(), endpoint(), 0..3u16, observations()), 0..4);
    let containers = prop::collection::vec(container(), 0..3);
    let parts = (prop::collection::vec(request(), 0..5), connections, containers);
    parts.prop_map(|(requests, connections, containers)| {
        let mut record = Record::default();
        for source in 0..3 {
            record.sources.insert(SourceId([source; 16]), Source::default());
        }
        record.requests.extend(requests);
        record.containers.extend(containers);
        for (client, server, port, seen) in connections {
            for endpoint in [&client, &server] {
                record.endpoints.insert(endpoint.clone(), EndpointSeen::default());
            }
            let (protocol, port_of, verdict) = (Protocol::Tcp, PortOf::Server, Verdict::Forwarded);
            let connection = Connection { client, server, protocol, port: Some(port), port_of, verdict };
            record.connections.insert(connection, ConnectionSeen { seen, ..ConnectionSeen::default() });
        }
        record
    })
}

fn united(mut one: Record, other: &Record) -> Record {
    one.unite(other.clone());
    one
}

proptest! {
    #[test]
    fn uniting_is_associative_commutative_and_idempotent(a in record(), b in record(), c in record()) {
        prop_assert_eq!(united(united(a.clone(), &b), &c), united(a.clone(), &united(b.clone(), &c)));
        prop_assert_eq!(united(a.clone(), &b), united(b, &a));
        prop_assert_eq!(united(a.clone(), &a), a);
    }

    #[test]
    fn every_record_survives_its_form(record in record()) {
        let form = serde_json::to_string(&record).unwrap();
        prop_assert_eq!(serde_json::from_str::<Record>(&form).unwrap(), record);
    }
}
