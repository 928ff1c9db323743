//! What a piece of JSON is, from its keys.

use super::text::Text;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audit,
    GoogleAudit,
    AzureRow,
    Hubble,
    Calico,
}

/// Something around other pieces.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrapper<'a> {
    /// A list of pieces.
    List(&'a RawValue),
    /// A piece as the text of a string, perhaps among other lines that a program wrote.
    Text(&'a RawValue),
    /// Azure's, with the category of the log.
    Azure { properties: &'a RawValue, category: &'a str },
}

/// The keys by which formats are told apart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shape<'a> {
    #[serde(borrow, rename = "auditID")]
    audit_id: Text<'a>,
    stage: Option<IgnoredAny>,
    #[serde(rename = "AuditId")]
    azure_audit_id: Option<IgnoredAny>,
    #[serde(rename = "protoPayload")]
    proto_payload: Option<IgnoredAny>,
    flow: Option<IgnoredAny>,
    lost_events: Option<IgnoredAny>,
    node_status: Option<IgnoredAny>,
    agent_event: Option<IgnoredAny>,
    verdict: Option<IgnoredAny>,
    #[serde(rename = "IP")]
    ip: Option<IgnoredAny>,
    l4: Option<IgnoredAny>,
    reporter: Option<IgnoredAny>,
    action: Option<IgnoredAny>,

    items: Option<&'a RawValue>,
    records: Option<&'a RawValue>,
    events: Option<&'a RawValue>,
    #[serde(rename = "logEvents")]
    log_events: Option<&'a RawValue>,
    flows: Option<&'a RawValue>,
    properties: Option<&'a RawValue>,
    category: Text<'a>,
    #[serde(alias = "@message")]
    message: Option<&'a RawValue>,
    log: Option<&'a RawValue>,
}

impl<'a> Shape<'a> {
    pub(super) fn kind(&self) -> Option<Kind> {
        let is_hubble = [&self.flow, &self.lost_events, &self.node_status, &self.agent_event];
        if !self.audit_id.is_empty() && self.stage.is_some() {
            Some(Kind::Audit)
        } else if self.proto_payload.is_some() {
            Some(Kind::GoogleAudit)
        } else if self.azure_audit_id.is_some() {
            Some(Kind::AzureRow)
        } else if is_hubble.iter().any(|key| key.is_some())
            || self.verdict.is_some() && (self.ip.is_some() || self.l4.is_some())
        {
            Some(Kind::Hubble)
        } else if self.reporter.is_some() && self.action.is_some() {
            Some(Kind::Calico)
        } else {
            None
        }
    }

    /// What it is around, if it is no event itself.
    pub(super) fn wrapper(&'a self) -> Option<Wrapper<'a>> {
        let lists = [self.items, self.records, self.events, self.log_events, self.flows];
        if let Some(list) = lists.into_iter().flatten().find(|list| list.get().starts_with('[')) {
            return Some(Wrapper::List(list));
        }
        if let Some(properties) = self.properties {
            return Some(Wrapper::Azure { properties, category: &self.category });
        }
        let text = [self.message, self.log].into_iter().flatten().find(|text| text.get().starts_with('"'));
        text.map(Wrapper::Text)
    }
}
