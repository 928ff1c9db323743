//! Where the finding stands that `leastwise explain` is asked about, and how its parts are headed.

use anstyle::Style;
use std::path::{Path, PathBuf};

pub(crate) const HEADING: Style = Style::new().bold().underline();

/// The file, and the row behind the last colon, if that is one.
pub(crate) fn split(place: &str) -> (PathBuf, Option<u32>) {
    let row = |row: &str| row.parse().ok();
    match place.rsplit_once(':').and_then(|(path, after)| Some((path, row(after)?))) {
        Some((path, row)) if !Path::new(place).exists() => (path.into(), Some(row)),
        _ => (place.into(), None),
    }
}
