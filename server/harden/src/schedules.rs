//! CronJobs that come round less often than somebody looked: what they need may not have been seen.

use crate::seen::shown;
use crate::watch::{Watch, length};
use crate::{Manifests, Proposal};
use leastwise_evidence::Record;
use leastwise_manifest::lookup;
use std::time::Duration;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Names the CronJobs among the manifests whose turns lie further apart than what was watched.
pub(crate) fn warn(record: &Record, manifests: &Manifests<'_>, proposal: &mut Proposal) {
    let window = Watch::of(record, record.sources.keys().copied()).shortest();
    for object in manifests.objects() {
        if object.kind() != Some("CronJob") {
            continue;
        }
        let schedule = lookup(object.node, &["spec", "schedule"]).value().and_then(|node| node.as_str());
        let Some((schedule, turn)) = schedule.and_then(|schedule| Some((schedule, longest_turn(schedule)?)))
        else {
            continue;
        };
        if turn > window {
            let namespace = manifests.home(&object).unwrap_or_default();
            let title = shown(&format!("CronJob {namespace}/{}", object.name().unwrap_or_default()));
            let because = format!(
                "`{}` may be {} apart, and {} were watched, so what it needs may not have been seen",
                shown(schedule),
                length(turn),
                length(window)
            );
            proposal.refuse(title, because);
        }
    }
}

/// How far apart the turns of a schedule lie at most, roughly and rather too far than too near. `None` of what is no
/// schedule.
fn longest_turn(schedule: &str) -> Option<Duration> {
    let days = |count: u64| Some(Duration::from_secs(count * DAY));
    match schedule.trim() {
        "@yearly" | "@annually" => return days(366),
        "@monthly" => return days(31),
        "@weekly" => return days(7),
        "@daily" | "@midnight" => return days(1),
        "@hourly" => return Some(Duration::from_secs(HOUR)),
        _ => {}
    }
    let fields: Vec<_> = schedule.split_whitespace().filter(|field| !field.contains('=')).collect();
    let [_, hour, day, month, weekday] = fields[..] else { return None };
    let is_free = |field: &str| field.starts_with('*') || field == "?";
    match (is_free(month), is_free(day), is_free(weekday), is_free(hour)) {
        (false, ..) => days(366),
        // Either of two days will do.
        (_, _, false, _) => days(7),
        (_, false, ..) => days(31),
        (.., false) => days(1),
        _ => Some(Duration::from_secs(HOUR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_as_far_apart_as_the_rarest_field_says() {
        for (schedule, hours) in [
            ("*/5 * * * *", 1),
            ("0 3 * * *", 24),
            ("0 3 * * 1", 7 * 24),
            ("0 3 1 * *", 31 * 24),
            ("0 3 1 * 1", 7 * 24),
            ("0 3 1 1 *", 366 * 24),
            ("@weekly", 7 * 24),
            ("TZ=Asia/Tokyo 0 3 * * *", 24),
        ] {
            assert_eq!(longest_turn(schedule), Some(Duration::from_secs(hours * HOUR)), "{schedule}");
        }
        assert_eq!(longest_turn("every day"), None);
    }
}
