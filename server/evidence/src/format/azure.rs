//! Audit logs as Azure delivers them.

use super::Unreadable;
use super::audit::Audit;
use super::audit_event::{Annotations, Event, Impersonated, ObjectRef, Status, User};
use super::text::Text;
use crate::Format;
use crate::collect::Collector;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The category of the log from which `get` and `list` are left out.
pub(super) const WITHOUT_READS: &str = "kube-audit-admin";
/// The table of the same.
const TABLE_WITHOUT_READS: &str = "AKSAuditAdmin";

/// The event in the `properties` of a record: as a string in `log`. The properties may be a string, too.
pub(super) fn log(properties: &RawValue) -> Result<Option<String>, Unreadable> {
    #[derive(Deserialize)]
    struct Properties {
        log: Option<String>,
    }

    let properties: Properties = dynamic(properties.get())?;
    Ok(properties.log.filter(|log| log.trim_start().starts_with('{')))
}

/// A value, or a string that holds it as JSON.
fn dynamic<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
    if json.starts_with('"') {
        serde_json::from_str(&serde_json::from_str::<String>(json)?)
    } else {
        serde_json::from_str(json)
    }
}

/// A row of the tables `AKSAudit` and `AKSAuditAdmin`, whose columns are values or strings that hold them.
#[derive(Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[derive(Default)]
struct Row<'a> {
    #[serde(borrow)]
    audit_id: Text<'a>,
    #[serde(rename = "Type")]
    table: Text<'a>,
    level: Text<'a>,
    stage: Text<'a>,
    request_uri: Text<'a>,
    verb: Text<'a>,
    user: Option<&'a RawValue>,
    impersonated_user: Option<&'a RawValue>,
    object_ref: Option<&'a RawValue>,
    response_status: Option<&'a RawValue>,
    annotations: Option<&'a RawValue>,
    request_received_time: Text<'a>,
    stage_received_time: Text<'a>,
    #[serde(rename = "TimeGenerated")]
    generated: Text<'a>,
}

/// Takes over what a row of a table says. `false` if it is none.
pub(super) fn read(json: &[u8], audit: &mut Audit, collector: &mut Collector) -> Result<bool, Unreadable> {
    let row: Row<'_> = serde_json::from_slice(json)?;
    if row.audit_id.is_empty() {
        return Ok(false);
    }
    let columns = Columns {
        user: column(row.user)?,
        impersonated_user: column(row.impersonated_user)?,
        object_ref: column(row.object_ref)?,
        response_status: column(row.response_status)?,
        annotations: column(row.annotations)?,
    };
    let received =
        if row.request_received_time.is_empty() { row.generated } else { row.request_received_time };
    let event = Event {
        audit_id: row.audit_id,
        level: row.level,
        stage: row.stage,
        request_uri: row.request_uri,
        verb: row.verb,
        user: parsed::<User<'_>>(&columns.user)?.unwrap_or_default(),
        impersonated_user: parsed::<Impersonated<'_>>(&columns.impersonated_user)?,
        object_ref: parsed::<ObjectRef<'_>>(&columns.object_ref)?,
        response_status: parsed::<Status>(&columns.response_status)?,
        annotations: parsed::<Annotations<'_>>(&columns.annotations)?.unwrap_or_default(),
        request_received_timestamp: received,
        stage_timestamp: row.stage_received_time,
    };
    if &*row.table == TABLE_WITHOUT_READS {
        collector.source.cautions.insert(crate::Caution::ReadsLeftOut);
    }
    collector.source.formats.insert(Format::Audit);
    audit.event(&event, collector);
    Ok(true)
}

/// The JSON of the columns that hold objects; empty where there is none.
struct Columns {
    user: String,
    impersonated_user: String,
    object_ref: String,
    response_status: String,
    annotations: String,
}

fn column(value: Option<&RawValue>) -> Result<String, serde_json::Error> {
    match value.map(RawValue::get) {
        None | Some("null") => Ok(String::new()),
        Some(text) if text.starts_with('"') => serde_json::from_str(text),
        Some(json) => Ok(json.to_owned()),
    }
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<Option<T>, serde_json::Error> {
    if json.trim().is_empty() { Ok(None) } else { serde_json::from_str(json) }
}
