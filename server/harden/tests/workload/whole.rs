//! Whole manifests: refined, made, and with advice.

use crate::support::{record, refined, web};
use leastwise_evidence::{
    Act, Container, ContainerSeen, Deed, FileAccess, FileUse, Origin, Outcome, Process, Record,
};
use leastwise_harden::{Judgement, Kind, Manifests, Options, Proposal, Task, Whose, harden};
use leastwise_yaml::parse;

const EVENTS: &str = "\
ran /bin/web uid 1000 gid 1000 no-caps
read /etc/web.conf
created /tmp/web.sock
called mmap close read openat
listened 8080";

#[test]
fn a_workload_gets_all_that_evidence_decides_and_keeps_its_comments() {
    let after = refined(&web("env: [] # none yet\n"), EVENTS);
    assert_eq!(
        after.text,
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:1 # ours
          env: [] # none yet
          securityContext:
            capabilities:
              drop:
                - ALL
            readOnlyRootFilesystem: true
            runAsUser: 1000
            runAsNonRoot: true
            runAsGroup: 1000
            allowPrivilegeEscalation: false
            seccompProfile:
              type: RuntimeDefault
          volumeMounts:
            - name: web-tmp
              mountPath: /tmp
          ports:
            - containerPort: 8080
      volumes:
        - name: web-tmp
          emptyDir: {}
      automountServiceAccountToken: false
"
    );
    assert_eq!(after.proposal.verdict, Judgement::Narrower);
}

fn created(manifest: &str, events: &str, whose: Whose) -> Proposal {
    let stream = parse(manifest);
    let documents = stream.documents().iter().map(|placed| &*placed.document).collect();
    let options = Options { whose, ..Options::default() };
    let manifests = Manifests { documents, namespace: "default" };
    harden(Task::Create, Kind::Workload, &record(events), &manifests, &options)
}

fn web_only() -> Whose {
    Whose::Workload { namespace: "shop".into(), kind: "Deployment".into(), name: "web".into() }
}

#[test]
fn creation_with_a_manifest_is_the_refined_whole() {
    let made = created(&web(""), EVENTS, web_only());
    assert_eq!(made.created.len(), 1);
    assert_eq!(made.created[0].text().trim(), refined(&web(""), EVENTS).text.trim());
    assert!(made.changes.is_empty());
}

#[test]
fn creation_without_a_manifest_is_a_patch() {
    let made = created("", EVENTS, web_only());
    assert_eq!(
        made.created[0].text(),
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext:
          capabilities:
            drop:
            - ALL
          runAsUser: 1000
          runAsNonRoot: true
          runAsGroup: 1000
          allowPrivilegeEscalation: false
          seccompProfile:
            type: RuntimeDefault
        ports:
        - containerPort: 8080
      automountServiceAccountToken: false
"
    );
    let why = made.refused.iter().find(|refused| refused.what.ends_with("readOnlyRootFilesystem")).unwrap();
    assert_eq!(why.because, "something was written, and nobody knows what is mounted there");
    assert_eq!(made.verdict, Judgement::New);
}

#[test]
fn events_of_nobody_knows_whose_pod_are_advice() {
    let mut record: Record = record(EVENTS);
    let mut seen = ContainerSeen::default();
    let process = Process { program: "/usr/sbin/nginx".into(), uid: Some(0), ..Process::default() };
    let (path, outcome) = ("/etc/nginx/nginx.conf".to_owned(), Outcome::Succeeded);
    let file = FileUse { access: FileAccess::Write, path, to: None, resolved: true, outcome };
    for deed in [Deed::Process(process), Deed::File(file)] {
        seen.acts.insert(Act { origin: Origin::Unknown, deed }, Default::default());
    }
    let name = "mount namespace 4026532008".to_owned();
    record.containers.insert(Container { name, ..Container::default() }, seen);
    let after = crate::support::refined_by(&web(""), &record, &Options::default());
    let advice =
        after.proposal.refused.iter().find(|refused| refused.what.starts_with("mount namespace")).unwrap();
    assert_eq!(
        advice.what,
        "mount namespace 4026532008: ran /usr/sbin/nginx, as user 0, wrote /etc/nginx/nginx.conf"
    );
    assert_eq!(after.text, refined(&web(""), EVENTS).text, "it decides no field");
}
