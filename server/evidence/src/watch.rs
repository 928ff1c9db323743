/// Somebody who watches logs being read and may stop it.
pub trait Watch: Sync {
    /// So many more bytes were read, as they are stored.
    fn advance(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Whether to stop. What was read until then is kept, and marked as broken off.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody.
impl Watch for () {}
