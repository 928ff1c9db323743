//! An audit event of Kubernetes as JSON: `audit.k8s.io/v1`, and the versions before it as far as they are the same.

use super::text::{First, Pairs, Text, Written, or_default};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "auditID")]
    pub(super) audit_id: Text<'a>,
    pub(super) level: Text<'a>,
    pub(super) stage: Text<'a>,
    #[serde(rename = "requestURI")]
    pub(super) request_uri: Text<'a>,
    pub(super) verb: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub(super) user: User<'a>,
    pub(super) impersonated_user: Option<Impersonated<'a>>,
    pub(super) object_ref: Option<ObjectRef<'a>>,
    pub(super) response_status: Option<Status>,
    #[serde(deserialize_with = "or_default")]
    pub(super) annotations: Annotations<'a>,
    pub(super) request_received_timestamp: Text<'a>,
    pub(super) stage_timestamp: Text<'a>,
}

/// Who made the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) username: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub(super) extra: Extra<'a>,
}

/// What is told of a user beside its name, as far as it is of use.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Extra<'a> {
    #[serde(borrow, rename = "authentication.kubernetes.io/pod-name")]
    pub(super) pod_name: First<'a>,
}

/// As whom the request was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Impersonated<'a> {
    #[serde(borrow)]
    pub(super) username: Text<'a>,
    pub(super) uid: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    pub(super) groups: Vec<Text<'a>>,
    #[serde(deserialize_with = "or_default")]
    pub(super) extra: Pairs<Text<'a>, Vec<Text<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ObjectRef<'a> {
    #[serde(borrow)]
    pub(super) resource: Text<'a>,
    pub(super) subresource: Text<'a>,
    pub(super) namespace: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) api_group: Text<'a>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Status {
    #[serde(default)]
    pub(super) code: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Annotations<'a> {
    #[serde(borrow, rename = "authorization.k8s.io/decision")]
    pub(super) decision: Text<'a>,
    #[serde(rename = "authorization.k8s.io/reason")]
    pub(super) reason: Written<'a>,
}

impl Event<'_> {
    /// Whether it is one at all. Every version has an id and a stage.
    pub(super) fn is_event(&self) -> bool {
        !self.audit_id.is_empty() && !self.stage.is_empty()
    }
}
