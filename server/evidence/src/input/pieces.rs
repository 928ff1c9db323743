//! What is in a log, piece by piece.

/// Who is told what is in a log.
pub(crate) trait Pieces {
    /// A piece of JSON, which begins on that line. It may still be anything.
    fn json(&mut self, line: u64, json: &[u8]);

    /// A YAML document, which begins on that line.
    fn yaml(&mut self, line: u64, yaml: &[u8]);

    /// A whole record, which was made earlier.
    fn record(&mut self, json: &[u8]);

    /// Something on that line cannot be read.
    fn unreadable(&mut self, line: u64, message: &str);
}

/// What is said of a piece beyond a limit.
pub(super) fn too_long(limit: usize) -> String {
    format!("longer than {} MiB", limit >> 20)
}
