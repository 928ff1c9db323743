//! Audit logs of Google Cloud: the same events in other words.

use super::Unreadable;
use super::audit::Audit;
use super::audit_event::{Event, ObjectRef, Status};
use super::text::{Text, or_default};
use crate::Format;
use crate::collect::Collector;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow)]
    proto_payload: Option<Payload<'a>>,
    insert_id: Text<'a>,
    timestamp: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    labels: super::audit_event::Annotations<'a>,
    operation: Option<Operation<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Operation<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    first: bool,
    last: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow)]
    service_name: Text<'a>,
    method_name: Text<'a>,
    resource_name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    authentication_info: Authentication<'a>,
    #[serde(deserialize_with = "or_default")]
    authorization_info: Vec<Authorization>,
    #[serde(deserialize_with = "or_default")]
    status: GrpcStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Authentication<'a> {
    #[serde(borrow)]
    principal_email: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Authorization {
    granted: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GrpcStatus {
    code: u16,
}

/// Takes over what an entry says. `false` if it is none.
pub(super) fn read(json: &[u8], audit: &mut Audit, collector: &mut Collector) -> Result<bool, Unreadable> {
    let entry: Entry<'_> = serde_json::from_slice(json)?;
    let Some(payload) = &entry.proto_payload else {
        return Ok(false);
    };
    if &*payload.service_name != "k8s.io" {
        collector.source.irrelevant += 1;
        return Ok(true);
    }
    let mut event = Event {
        audit_id: id(&entry),
        stage: stage(&entry).into(),
        user: super::audit_event::User {
            username: payload.authentication_info.principal_email.clone(),
            ..Default::default()
        },
        response_status: Some(Status { code: Some(http_code(payload.status.code)) }),
        annotations: entry.labels.clone(),
        stage_timestamp: entry.timestamp.clone(),
        ..Event::default()
    };
    if event.annotations.decision.is_empty() && !payload.authorization_info.is_empty() {
        let is_granted = payload.authorization_info.iter().all(|info| info.granted);
        event.annotations.decision = if is_granted { "allow" } else { "forbid" }.into();
    }
    let Asked { verb, object, uri } = asked(&payload.method_name, &payload.resource_name)?;
    event.verb = verb.into();
    event.object_ref = object;
    event.request_uri = uri.into();
    collector.source.formats.insert(Format::GoogleAudit);
    audit.event(&event, collector);
    Ok(true)
}

/// Entries of one long request share the id of their operation.
fn id<'a>(entry: &Entry<'a>) -> Text<'a> {
    match &entry.operation {
        Some(operation) if !operation.id.is_empty() => operation.id.clone(),
        _ => entry.insert_id.clone(),
    }
}

fn stage(entry: &Entry<'_>) -> &'static str {
    match &entry.operation {
        Some(operation) if operation.first && !operation.last => "ResponseStarted",
        _ => "ResponseComplete",
    }
}

/// The answer's code as HTTP has it, where it matters here.
fn http_code(grpc: u16) -> u16 {
    match grpc {
        0 => 200,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        13 => 500,
        14 => 503,
        16 => 401,
        _ => 400,
    }
}

/// What was asked for.
struct Asked<'a> {
    verb: &'a str,
    object: Option<ObjectRef<'a>>,
    uri: String,
}

/// Reads `io.k8s.core.v1.pods.exec.create` and `core/v1/namespaces/shop/pods/cart-0/exec`. Resource and group are those
/// of the second: the first shortens groups, and a resource cannot be told from its subresource.
fn asked<'a>(method: &'a str, resource_name: &'a str) -> Result<Asked<'a>, Unreadable> {
    let parts: Vec<&str> = method.split('.').collect();
    let (Some(verb), true) = (parts.last(), parts.starts_with(&["io", "k8s"])) else {
        return Err("a `methodName` that is none of Kubernetes".into());
    };
    let segments: Vec<&str> = resource_name.split('/').collect();
    let [group, version, rest @ ..] = segments.as_slice() else {
        return Ok(path(verb, resource_name));
    };
    if !is_version(version) || rest.is_empty() {
        return Ok(path(verb, resource_name));
    }
    let is_of_namespace = parts.iter().rev().skip(1).take(2).any(|part| *part == "namespaces");
    let (namespace, rest) = match rest {
        // `namespaces/shop/status` is a subresource of the namespace, not a resource in it.
        ["namespaces", name, _] if is_of_namespace => (*name, rest),
        ["namespaces", name] => (*name, rest),
        ["namespaces", namespace, rest @ ..] => (*namespace, rest),
        _ => ("", rest),
    };
    let part = |index: usize| rest.get(index).copied().unwrap_or_default().into();
    let object = ObjectRef {
        api_group: if *group == "core" { "" } else { group }.into(),
        namespace: namespace.into(),
        resource: part(0),
        name: part(1),
        subresource: part(2),
    };
    Ok(Asked { verb, object: Some(object), uri: String::new() })
}

fn path<'a>(verb: &'a str, resource_name: &str) -> Asked<'a> {
    let slash = if resource_name.starts_with('/') { "" } else { "/" };
    Asked { verb, object: None, uri: format!("{slash}{resource_name}") }
}

/// Whether it is like `v1` or `v1beta2`.
fn is_version(segment: &str) -> bool {
    let mut chars = segment.chars();
    chars.next() == Some('v') && chars.next().is_some_and(|char| char.is_ascii_digit())
}
