//! A simulated API server: it decides on each call, and writes what real ones write to their audit log.

use super::asked::Asked;
use super::authorizer::User;
use super::cluster::{Call, Cluster, FRESH};
use crate::random::Random;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a log tells beside the requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether events have the authorizer's decision. Old logs have none.
    pub(crate) has_decisions: bool,
    /// Whether events have the authorizer's reason.
    pub(crate) has_reasons: bool,
}

/// What was logged, and what there is to be known about it.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<Value>,
    /// What the authorizer was asked and has allowed, but for what everybody may do.
    pub(crate) needed: BTreeSet<(User, Asked)>,
    /// The same with what everybody may do.
    pub(crate) allowed: BTreeSet<(User, Asked)>,
    pub(crate) forbidden: BTreeSet<(User, Asked)>,
    /// What was allowed without an event of its own, and so without a reason.
    pub(crate) entailed: BTreeSet<(User, Asked)>,
    /// Those calls of which the log does not tell what the authorizer said.
    pub(crate) undecided: usize,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered(u16),
    /// The log breaks off before the answer.
    Unanswered,
}

impl Log {
    pub(crate) fn of(random: &mut Random, cluster: &Cluster, style: Style) -> Self {
        let mut log = Self::default();
        for call in &cluster.calls {
            for _ in 0..1 + random.below(3) {
                log.serve(random, cluster, call, style);
            }
        }
        log.needed = log
            .allowed
            .iter()
            .filter(|(user, asked)| cluster.defaults.allows(user, asked).is_none())
            .cloned()
            .collect();
        // Each log line twice now and then, and in no order.
        let again: Vec<_> = log.events.iter().filter(|_| random.chance(15)).cloned().collect();
        log.events.extend(again);
        for place in (1..log.events.len()).rev() {
            log.events.swap(place, random.below(place + 1));
        }
        log
    }

    fn serve(&mut self, random: &mut Random, cluster: &Cluster, call: &Call, style: Style) {
        let asked = call.http.asked();
        let mut event = Event::new(random, call, &asked);
        if random.chance(4) {
            // Turned away before the authorizer was asked.
            let code = if random.chance(50) { 401 } else { 429 };
            if code == 401 {
                event.user = json!({});
            }
            self.undecided += 1;
            return self.write(random, event, Fate::Answered(code));
        }
        for asked in call.impersonated.iter().flat_map(super::cluster::Impersonated::asked) {
            if !cluster.allows(&call.user, &asked) {
                // The server had not come to the request itself, which is logged as that of the client.
                return self.write(random, event, Fate::Answered(403));
            }
        }
        let user = call.impersonated.as_ref().map_or(&call.user, |other| &other.user);
        let reached: BTreeSet<_> = call
            .impersonated
            .iter()
            .flat_map(super::cluster::Impersonated::asked)
            .map(|asked| (call.user.clone(), asked))
            .collect();
        event.impersonate(call);
        let Some(reason) = cluster.reason(user, &asked) else {
            self.entailed.extend(reached.iter().cloned());
            self.allowed.extend(reached);
            self.forbidden.insert((user.clone(), asked));
            if style.has_decisions {
                event.annotate("forbid", "", style);
            }
            return self.write(random, event, Fate::Answered(403));
        };
        if style.has_decisions {
            event.annotate("allow", &reason, style);
        }
        let verb = match &asked {
            Asked::Object { verb, .. } | Asked::Path { verb, .. } => verb.as_str(),
        };
        let mut allowed = reached;
        // Where an object is that there may or may not be. Of a namespace, the name says whether it is there.
        let fresh = match &asked {
            Asked::Object { namespace, resource, .. } if resource.starts_with("namespaces") => {
                Some(namespace == FRESH)
            }
            _ => None,
        };
        let mut fate = Fate::Answered(match verb {
            "create" => 201,
            _ if fresh == Some(true) => 404,
            _ => 200,
        });
        let is_connection = matches!(&asked, Asked::Object { resource, verb, .. }
            if verb == "get" && ["pods/exec", "pods/portforward"].contains(&resource.as_str()));
        if is_connection {
            // Since 1.35 who opens a websocket must be allowed to `create`, too.
            let create = asked.with_verb("create");
            if cluster.allows(user, &create) {
                allowed.insert((user.clone(), create));
                fate = Fate::Answered(101);
            } else if style.has_decisions {
                fate = Fate::Answered(403);
            } else {
                return; // Such a log says neither that it was allowed nor that it was not.
            }
        } else if matches!(&asked, Asked::Object { resource, .. } if !resource.contains('/'))
            && ["patch", "update"].contains(&verb)
            && fresh.unwrap_or(random.chance(30))
        {
            // There is no such object yet: the handler asks whether it may be created, with its name.
            let create = asked.with_verb("create");
            if cluster.allows(user, &create) {
                allowed.insert((user.clone(), create));
                fate = Fate::Answered(201);
            } else if style.has_decisions && fresh.is_none() {
                fate = Fate::Answered(403);
            } else {
                return;
            }
        } else if fresh.is_none() && random.chance(25) {
            // Not found, conflict, invalid; and quotas and webhooks, who forbid what the authorizer allows.
            let codes: &[u16] =
                if style.has_decisions { &[404, 409, 422, 500, 503, 403] } else { &[404, 409, 422] };
            fate = Fate::Answered(*random.pick(codes));
        } else if random.chance(4) {
            fate = Fate::Unanswered;
        }
        if fate == Fate::Unanswered {
            self.undecided += 1;
        } else {
            let scoped = allowed.iter().cloned().map(|(user, asked)| (user, Self::scoped(asked)));
            self.entailed.extend(scoped);
            allowed.insert((user.clone(), asked.clone()));
            self.allowed.extend(allowed.into_iter().map(|(user, asked)| (user, Self::scoped(asked))));
        }
        self.write(random, event, fate);
    }

    /// What is needed again where it was needed: in a namespace that was not there nobody can be allowed anything.
    fn scoped(asked: Asked) -> Asked {
        match asked {
            Asked::Object { namespace, group, resource, name, verb } if namespace == FRESH => {
                Asked::Object { namespace: String::new(), group, resource, name, verb }
            }
            asked => asked,
        }
    }

    fn write(&mut self, random: &mut Random, event: Event, fate: Fate) {
        // An audit policy may leave stages out, but for those of long answers.
        if fate == Fate::Unanswered || random.chance(50) {
            self.events.push(event.at("RequestReceived", None));
        }
        let Fate::Answered(code) = fate else { return };
        let ends = match (&event.asked, code) {
            // It may be open still when the log ends.
            (_, 101) => random.below(2),
            (Asked::Object { verb, .. }, 200) if verb == "watch" => random.below(3),
            _ => 2,
        };
        if ends < 2 {
            self.events.push(event.at("ResponseStarted", Some(code)));
        }
        if ends > 0 {
            self.events.push(event.at("ResponseComplete", Some(code)));
        }
    }
}

impl Cluster {
    fn allows(&self, user: &User, asked: &Asked) -> bool {
        self.reason(user, asked).is_some()
    }

    /// The authorizer's reason, if it allows it.
    fn reason(&self, user: &User, asked: &Asked) -> Option<String> {
        let (binding, role, subject) =
            self.defaults.allows(user, asked).or_else(|| self.authorizer.allows(user, asked))?;
        let binding = if binding.namespace.is_empty() {
            format!("ClusterRoleBinding {:?}", binding.name)
        } else {
            format!("RoleBinding {:?}", format!("{}/{}", binding.name, binding.namespace))
        };
        let kind = if role.namespace.is_empty() { "ClusterRole" } else { "Role" };
        let subject = match subject.1.split_once('/') {
            Some((namespace, name)) if subject.0 == "ServiceAccount" => {
                format!("ServiceAccount {:?}", format!("{name}/{namespace}"))
            }
            _ => format!("{} {:?}", subject.0, subject.1),
        };
        Some(format!("RBAC: allowed by {binding} of {kind} {:?} to {subject}", role.name))
    }
}

/// An event before its stage.
struct Event {
    id: String,
    asked: Asked,
    user: Value,
    json: Value,
}

impl Event {
    fn new(random: &mut Random, call: &Call, asked: &Asked) -> Self {
        let id = format!("{:08x}-{:08x}", random.below(1 << 32), random.below(1 << 32));
        let path = call.http.path.replace(' ', "%20");
        let query = if call.http.query.is_empty() { String::new() } else { format!("?{}", call.http.query) };
        let level = *random.pick(&["Metadata", "Request", "RequestResponse"]);
        let mut json = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": level, "auditID": id,
            "requestURI": format!("{path}{query}"), "sourceIPs": ["10.0.0.9"], "userAgent": "kubectl/v1.35.0 \u{1b}[31m",
            "requestReceivedTimestamp": format!("2026-03-01T08:{:02}:{:02}.000000Z", random.below(60), random.below(60)),
        });
        match asked {
            Asked::Path { verb, .. } => json["verb"] = json!(verb),
            Asked::Object { namespace, group, resource, name, verb } => {
                json["verb"] = json!(verb);
                let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                let name = match (verb.as_str(), name.as_str()) {
                    // Taken from what was sent, if it names itself.
                    ("create", "") => *random.pick(&["made", "made-x8k2p", ""]),
                    (_, name) => name,
                };
                let mut object = json!({"apiVersion": "v1"});
                for (key, value) in [
                    ("resource", resource),
                    ("subresource", subresource),
                    ("namespace", namespace),
                    ("name", name),
                    ("apiGroup", group),
                ] {
                    if !value.is_empty() {
                        object[key] = json!(value);
                    }
                }
                json["objectRef"] = object;
            }
        }
        if level != "Metadata" {
            json["requestObject"] =
                json!({"kind": "Status", "user": {"username": "mallory"}, "verb": "escalate"});
        }
        let mut user = json!({"username": call.user.name, "groups": call.user.groups, "uid": "u"});
        if call.user.subject().0 == "ServiceAccount" && random.chance(50) {
            user["extra"] = json!({"authentication.kubernetes.io/pod-name": ["cart-7d4b9c6f5-x8k2p"]});
        }
        Self { id, asked: asked.clone(), user, json }
    }

    fn impersonate(&mut self, call: &Call) {
        let Some(other) = &call.impersonated else { return };
        let mut json = json!({"username": other.user.name, "groups": other.user.groups});
        if let Some(uid) = &other.uid {
            json["uid"] = json!(uid);
        }
        for (key, value) in &other.extra {
            json["extra"][key] = json!([value]);
        }
        self.json["impersonatedUser"] = json;
    }

    fn annotate(&mut self, decision: &str, reason: &str, style: Style) {
        self.json["annotations"]["authorization.k8s.io/decision"] = json!(decision);
        self.json["annotations"]["authorization.k8s.io/reason"] =
            json!(if style.has_reasons { reason } else { "" });
    }

    fn at(&self, stage: &str, code: Option<u16>) -> Value {
        let mut json = self.json.clone();
        json["auditID"] = json!(self.id);
        json["user"] = self.user.clone();
        json["stage"] = json!(stage);
        json["stageTimestamp"] = json["requestReceivedTimestamp"].clone();
        match code {
            Some(code) => json["responseStatus"] = json!({"metadata": {}, "code": code}),
            // Nothing is known of it yet.
            None => {
                let object = json.as_object_mut().unwrap();
                object.remove("annotations");
                object.remove("impersonatedUser");
            }
        }
        json
    }
}
