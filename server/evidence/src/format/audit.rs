//! Kubernetes audit logs.

use super::answers::{Answer, Answers};
use super::audit_event::{Event, Impersonated, ObjectRef};
use super::known::Known;
use super::pods::Pods;
use super::time::time;
use super::{Unreadable, parse};
use crate::collect::{Collector, Noted};
use crate::{Basis, Caution, Channel, Decision, Format, Grant, Request, Target, Undecided};
use foldhash::quality::RandomState;
use jiff::Timestamp;
use std::hash::BuildHasher;

/// Fewer requests than these may have no read among them by chance.
const MANY_REQUESTS: u64 = 100;
/// Where bound tokens name their pod.
const POD_NAME: &str = "authentication.kubernetes.io/pod-name";
/// The group of what says who somebody is.
const AUTHENTICATION: &str = "authentication.k8s.io";

/// Reads audit events, each request once.
#[derive(Default)]
pub(super) struct Audit {
    answers: Answers,
    /// What was made of events that say the same.
    known: Known<Learned>,
    hasher: RandomState,
    pods: Pods,
    /// Levels and stages, with how many events have them.
    audited: Vec<(String, String, u64)>,
    requests: u64,
    reads: u64,
}

impl Audit {
    /// Takes over what an event says. `false` if it is none.
    pub(super) fn read(&mut self, json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
        let event: Event<'_> = parse(json)?;
        if event.is_event() {
            collector.source.formats.insert(Format::Audit);
            self.event(&event, collector);
        }
        Ok(event.is_event())
    }

    /// Takes over what an event says.
    pub(super) fn event(&mut self, event: &Event<'_>, collector: &mut Collector) {
        let (received, staged) = (time(&event.request_received_timestamp), time(&event.stage_timestamp));
        let source = &mut collector.source;
        source.cautions.insert(Caution::UnknownCoverage);
        if received.is_some() && staged.is_some() && staged < received {
            source.cautions.insert(Caution::ClockSkew);
        }
        self.count(event);
        let when = received.or(staged);
        collector.event(Channel::Audit, None, when);

        let id = &*event.audit_id;
        if &*event.stage == "RequestReceived" {
            self.answers.received(id);
            return;
        }
        match decision(event) {
            Ok(decision) => self.request(event, decision, when, collector),
            Err(undecided) => {
                let is_new = self.answers.is_new(id, Answer::Undecided(undecided), has_only_begun(event));
                *collector.source.undecided.entry(undecided).or_default() += u64::from(is_new);
            }
        }
    }

    fn count(&mut self, event: &Event<'_>) {
        let own = self
            .audited
            .iter_mut()
            .find(|(level, stage, _)| **level == *event.level && **stage == *event.stage);
        match own {
            Some((.., count)) => *count += 1,
            None => self.audited.push((event.level.to_string(), event.stage.to_string(), 1)),
        }
    }

    /// There are no more events.
    pub(super) fn finish(&mut self, collector: &mut Collector) {
        self.pods.hand_over(collector);
        let audited = self.audited.drain(..).map(|(level, stage, count)| ((level, stage), count));
        collector.source.audited.extend(audited);
        let count = self.answers.unanswered();
        if count > 0 {
            *collector.source.undecided.entry(Undecided::NoAnswer).or_default() += count;
        }
        if self.requests >= MANY_REQUESTS && self.reads == 0 {
            collector.source.cautions.insert(Caution::NoReads);
        }
    }

    fn request(
        &mut self,
        event: &Event<'_>,
        decision: Decision,
        when: Option<Timestamp>,
        collector: &mut Collector,
    ) {
        self.write_key(event, decision);
        match self.known.get_mut() {
            Some(learned) => learned.count(event, when, &mut self.answers, &mut self.pods, collector),
            None => {
                let mut learned = Learned::of(event, decision, collector);
                learned.count(event, when, &mut self.answers, &mut self.pods, collector);
                self.known.remember(learned);
            }
        }
        self.requests += 1;
        self.reads += u64::from(matches!(&*event.verb, "get" | "list"));
    }

    /// Everything of an event that makes it different from others, but for the pod and the name of what is created: there
    /// may be new ones of those all the time.
    fn write_key(&mut self, event: &Event<'_>, decision: Decision) {
        let is = |other: u16| code(event) == Some(other);
        let flags = [decision == Decision::Allowed, is(201), is(403), is(404)].map(u8::from);
        let flags = std::str::from_utf8(&flags).unwrap_or_default();
        // The reason is as long as the rest together, and all that depends on it is which grant is named, so its hash will
        // do. That took the looking up from 12 to 8 hundredths of the time.
        let reason = self.hasher.hash_one(event.annotations.reason.as_written());
        let known = self.known.start().part(flags).number(reason);
        known.part(&event.verb).part(&event.user.username);
        match &event.object_ref {
            Some(object) => {
                let name = if created(event).is_some() { "" } else { &*object.name };
                known.part(&object.resource).part(&object.subresource).part(&object.namespace);
                known.part(&object.api_group).part(name);
            }
            None => {
                known.part(event.request_uri.split('?').next().unwrap_or_default());
            }
        }
        if let Some(other) = &event.impersonated_user {
            known.part(&other.username).part(&other.uid);
            for group in &other.groups {
                known.part(group);
            }
            for (key, values) in &other.extra.0 {
                known.part(key);
                for value in values {
                    known.part(value);
                }
            }
        }
    }
}

/// What was made of events that say the same.
struct Learned {
    /// The request that they are about.
    noted: Noted,
    /// Those that it entails.
    entailed: Vec<Noted>,
    /// The last name of what was created: most likely the next one is the same.
    created: String,
}

impl Learned {
    /// Notes the requests that an event shows: the one that it is about, and those that are entailed.
    fn of(event: &Event<'_>, decision: Decision, collector: &mut Collector) -> Self {
        let noted = collector.request(Request {
            subject: subject(event).to_owned(),
            target: target(event),
            verb: event.verb.to_string(),
            decision,
            basis: Basis::Logged,
        });
        if let Some(seen) = collector.request_seen(noted) {
            seen.granted_by.extend(grant(&event.annotations.reason.text()));
        }
        let entailed = entailed(event, decision).into_iter().map(|request| collector.request(request));
        Self { noted, entailed: entailed.collect(), created: String::new() }
    }

    fn count(
        &mut self,
        event: &Event<'_>,
        when: Option<Timestamp>,
        answers: &mut Answers,
        pods: &mut Pods,
        collector: &mut Collector,
    ) {
        for noted in std::iter::once(&self.noted).chain(&self.entailed) {
            let is_new = answers.is_new(&event.audit_id, Answer::Decided(*noted), has_only_begun(event));
            collector.count_request(*noted, is_new, when);
        }
        if let Some(created) = created(event).filter(|created| *created != self.created)
            && let Some(seen) = collector.request_seen(self.noted)
        {
            created.clone_into(&mut self.created);
            seen.created.offer(created);
        }
        if let Some(pod) = pod(event) {
            pods.note(self.noted, subject(event), pod, collector);
        }
    }
}

/// Whether the answer goes on after the event, as that of a `watch` does.
fn has_only_begun(event: &Event<'_>) -> bool {
    &*event.stage == "ResponseStarted"
}

/// The name of what a nameless request created.
fn created<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    let object = event.object_ref.as_ref().filter(|object| object.subresource.is_empty())?;
    let has_created = &*event.verb == "create" && code(event).is_some_and(|code| code < 300);
    object.name.given().filter(|_| has_created)
}

/// What the authorizer said. Its own word counts more than the code of the answer: quotas, admission and RBAC's own
/// check against escalation answer 403 to what the authorizer has allowed.
fn decision(event: &Event<'_>) -> Result<Decision, Undecided> {
    match (&*event.annotations.decision, code(event)) {
        _ if event.user.username.is_empty() => Err(Undecided::NotAuthenticated),
        ("allow", _) => Ok(Decision::Allowed),
        ("forbid", _) => Ok(Decision::Denied),
        (_, Some(401)) => Err(Undecided::NotAuthenticated),
        (_, Some(403)) => Ok(Decision::Denied),
        // Without its word, these are requests that were turned away before it, or that it failed on.
        (_, Some(429 | 500..)) => Err(Undecided::NotAuthorized),
        (_, Some(_)) => Ok(Decision::Allowed),
        (_, None) => Err(Undecided::NoAnswer),
    }
}

fn code(event: &Event<'_>) -> Option<u16> {
    event.response_status.and_then(|status| status.code)
}

/// Who needs the permission.
fn subject<'a>(event: &'a Event<'_>) -> &'a str {
    event.impersonated_user.as_ref().map_or(&event.user.username, |other| &other.username)
}

/// Requests that no event of their own shows, but that the API server must have asked the authorizer about.
fn entailed(event: &Event<'_>, decision: Decision) -> Vec<Request> {
    let mut requests = Vec::new();
    if let Some(object) = event.object_ref.as_ref().filter(|_| decision == Decision::Allowed) {
        let mut create = |basis| {
            let (subject, verb) = (subject(event).to_owned(), "create".to_owned());
            requests.push(Request { subject, target: named(object, event), verb, decision, basis });
        };
        if code(event) == Some(201) && matches!(&*event.verb, "patch" | "update") {
            create(Basis::CreatedByUpdate);
        }
        // What forbade it after it was allowed may have been the answer to just this.
        if &*event.verb == "get" && is_upgraded(object) && code(event) != Some(403) {
            create(Basis::WebsocketUpgrade);
        }
    }
    for target in event.impersonated_user.as_ref().map(impersonations).unwrap_or_default() {
        // The event names somebody else only after that was allowed, whatever became of the request itself.
        let (subject, verb) = (event.user.username.to_string(), "impersonate".to_owned());
        let (decision, basis) = (Decision::Allowed, Basis::Impersonation);
        requests.push(Request { subject, target, verb, decision, basis });
    }
    requests
}

/// What the authorizer was asked about.
fn target(event: &Event<'_>) -> Target {
    let Some(object) = &event.object_ref else {
        return Target::Url(path(&event.request_uri));
    };
    let mut target = named(object, event);
    if let Target::Resource { name, .. } = &mut target
        && object.subresource.is_empty()
        && matches!(&*event.verb, "create" | "deletecollection")
    {
        // The name of what is being created is not in the path, which is all that the authorizer sees. The log has it
        // from the answer.
        *name = None;
    }
    target
}

/// An object with its name.
fn named(object: &ObjectRef<'_>, event: &Event<'_>) -> Target {
    let resource = match object.subresource.given() {
        Some(subresource) => format!("{}/{subresource}", &*object.resource),
        None => object.resource.to_string(),
    };
    let namespace = object.namespace.given().filter(|_| !is_missing_namespace(object, event));
    Target::Resource {
        namespace: namespace.map(str::to_owned),
        api_group: object.api_group.to_string(),
        resource,
        name: object.name.given().map(str::to_owned),
    }
}

/// Whether it is a namespace that was not there. A namespace is asked for within itself, but where there is none, there
/// is no Role in it either, so what allowed this was bound in the whole cluster.
fn is_missing_namespace(object: &ObjectRef<'_>, event: &Event<'_>) -> bool {
    let is_made = match &*event.verb {
        "create" => object.subresource.is_empty(),
        "patch" | "update" => code(event) == Some(201),
        _ => false,
    };
    &*object.resource == "namespaces" && (is_made || code(event) == Some(404))
}

/// The path as the authorizer sees it: without the query, and decoded.
fn path(uri: &str) -> String {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// Whether a `get` of it opens a websocket over which more is done than reading.
fn is_upgraded(object: &ObjectRef<'_>) -> bool {
    &*object.resource == "pods" && matches!(&*object.subresource, "exec" | "attach" | "portforward")
}

/// The pod whose token was used.
fn pod<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    match &event.impersonated_user {
        Some(other) => {
            let (_, names) = other.extra.0.iter().find(|(key, _)| &**key == POD_NAME)?;
            names.first()?.given()
        }
        None => event.user.extra.pod_name.0.given(),
    }
}

/// What somebody must be allowed to impersonate to make a request as that user.
///
/// The API server adds some groups by itself, which nobody had to be allowed: `system:authenticated` to everybody, and
/// those of all service accounts to a service account.
fn impersonations(user: &Impersonated<'_>) -> Vec<Target> {
    let target = |namespace: Option<&str>, api_group: &str, resource: String, name: &str| Target::Resource {
        namespace: namespace.map(str::to_owned),
        api_group: api_group.to_owned(),
        resource,
        name: Some(name.to_owned()),
    };
    let account = user.username.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let mut targets = vec![match account {
        Some((namespace, name)) => target(Some(namespace), "", "serviceaccounts".into(), name),
        None => target(None, "", "users".into(), &user.username),
    }];
    let is_added = |group: &str| match account {
        _ if matches!(group, "system:authenticated" | "system:unauthenticated") => true,
        Some((namespace, _)) => {
            let rest = group.strip_prefix("system:serviceaccounts");
            rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':') == Some(namespace))
        }
        None => false,
    };
    let groups = user.groups.iter().filter(|group| !is_added(group));
    targets.extend(groups.map(|group| target(None, "", "groups".into(), group)));
    targets.extend(user.uid.given().map(|uid| target(None, AUTHENTICATION, "uids".into(), uid)));
    for (key, values) in &user.extra.0 {
        let resource = || format!("userextras/{}", &**key);
        targets.extend(values.iter().map(|value| target(None, AUTHENTICATION, resource(), value)));
    }
    targets
}

/// What the reason of the RBAC authorizer names: `RBAC: allowed by RoleBinding "read/shop" of Role "reader" to
/// ServiceAccount "cart/shop"`.
fn grant(reason: &str) -> Option<Grant> {
    let rest = reason.strip_prefix("RBAC: allowed by ")?;
    let (binding_kind, binding, rest) = quoted(rest)?;
    let (role_kind, role, rest) = quoted(rest.strip_prefix(" of ")?)?;
    let (subject_kind, subject, _) = quoted(rest.strip_prefix(" to ")?)?;
    let (binding, binding_namespace) = match binding.rsplit_once('/') {
        Some((name, namespace)) if binding_kind == "RoleBinding" => {
            (name.to_owned(), Some(namespace.to_owned()))
        }
        _ => (binding, None),
    };
    let (binding_kind, role_kind, subject_kind) =
        (binding_kind.into(), role_kind.into(), subject_kind.into());
    Some(Grant { binding_kind, binding_namespace, binding, role_kind, role, subject_kind, subject })
}

/// A kind and a name in quotes, and what follows.
fn quoted(text: &str) -> Option<(&str, String, &str)> {
    let (kind, rest) = text.split_once(" \"")?;
    let mut name = String::new();
    let mut chars = rest.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => return Some((kind, name, rest.get(index + 1..)?)),
            '\\' => name.push(chars.next()?.1),
            _ => name.push(char),
        }
    }
    None
}
