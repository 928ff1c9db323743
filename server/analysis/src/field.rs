//! Paths as rules name the fields that they look at.

use leastwise_yaml::{Path, Segment};

/// A path in a pod spec, as rules name their fields: `C[*].image`, `P.hostNetwork`.
pub(crate) fn in_pod(path: &Path) -> String {
    let name = pattern(path);
    for list in leastwise_manifest::ContainerList::ALL {
        if let Some(rest) = name.strip_prefix(list.key()).and_then(|rest| rest.strip_prefix("[*]")) {
            return format!("C[*]{rest}");
        }
    }
    if name.is_empty() { "P".to_owned() } else { format!("P.{name}") }
}

/// A path with `[*]` for each item.
pub(crate) fn pattern(path: &Path) -> String {
    let mut name = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Index(_) => name.push_str("[*]"),
            Segment::Key(_) => {
                let key = Path::root().child(segment.clone()).to_string();
                if !name.is_empty() && !key.starts_with('[') {
                    name.push('.');
                }
                name.push_str(&key);
            }
        }
    }
    name
}
