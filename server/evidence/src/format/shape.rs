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
    Tetragon,
    Falco,
    Spade,
    InspektorGadget,
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
#[serde(default, expecting = "an event as a JSON object")]
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
    process_exec: Option<IgnoredAny>,
    process_exit: Option<IgnoredAny>,
    process_kprobe: Option<IgnoredAny>,
    process_tracepoint: Option<IgnoredAny>,
    process_lsm: Option<IgnoredAny>,
    process_uprobe: Option<IgnoredAny>,
    process_loader: Option<IgnoredAny>,
    process_connect: Option<IgnoredAny>,
    process_accept: Option<IgnoredAny>,
    process_listen: Option<IgnoredAny>,
    rate_limit_info: Option<IgnoredAny>,
    rule: Option<IgnoredAny>,
    output_fields: Option<IgnoredAny>,
    r#type: Option<IgnoredAny>,
    id: Option<IgnoredAny>,
    from: Option<IgnoredAny>,
    to: Option<IgnoredAny>,
    annotations: Option<IgnoredAny>,
    k8s: Option<IgnoredAny>,
    proc: Option<IgnoredAny>,

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
        let any = |keys: &[&Option<IgnoredAny>]| keys.iter().any(|key| key.is_some());
        let all = |keys: &[&Option<IgnoredAny>]| keys.iter().all(|key| key.is_some());
        let is_tetragon = any(&[
            &self.process_exec,
            &self.process_exit,
            &self.process_kprobe,
            &self.process_tracepoint,
            &self.process_lsm,
            &self.process_uprobe,
            &self.process_loader,
            &self.process_connect,
            &self.process_accept,
            &self.process_listen,
            &self.rate_limit_info,
        ]);
        let is_hubble = any(&[&self.flow, &self.lost_events, &self.node_status, &self.agent_event])
            || self.verdict.is_some() && any(&[&self.ip, &self.l4]);
        let is_element =
            all(&[&self.r#type, &self.annotations]) && (self.id.is_some() || all(&[&self.from, &self.to]));
        let kinds = [
            (!self.audit_id.is_empty() && self.stage.is_some(), Kind::Audit),
            (self.proto_payload.is_some(), Kind::GoogleAudit),
            (self.azure_audit_id.is_some(), Kind::AzureRow),
            (is_hubble, Kind::Hubble),
            (is_tetragon, Kind::Tetragon),
            (all(&[&self.rule, &self.output_fields]), Kind::Falco),
            (all(&[&self.reporter, &self.action]), Kind::Calico),
            (all(&[&self.k8s, &self.proc]), Kind::InspektorGadget),
            (is_element, Kind::Spade),
        ];
        kinds.into_iter().find_map(|(is, kind)| is.then_some(kind))
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
