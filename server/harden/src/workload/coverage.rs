//! Whether a log would show what is done to files.

use super::file_family::Family;
use super::listening::Sight;
use super::part::Part;

/// Whether it would have been seen had the container done this to any file; else why nobody knows.
pub(super) fn covered(part: &Part<'_, '_>, family: Family) -> Result<(), String> {
    if part.enough(Sight::Files(family), family.words()).is_ok() {
        return Ok(());
    }
    let unknown = || format!("no log shows from its start {}", family.words());
    if part.all_syscalls().is_err() {
        return Err(unknown());
    }
    let called = part.syscalls().find(|call| family.syscalls().contains(&call.name.as_str()));
    called.map_or(Ok(()), |call| {
        Err(format!("it called {}, and {}", crate::seen::shown(&call.name), unknown()))
    })
}
