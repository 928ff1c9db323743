//! How texts are put together before they reach a cluster: which are patches of others, and what overlays make of
//! their bases. Paths are absolute and without `.` and `..`; files are read by who asks, so that the editor's own
//! texts count.

mod becoming;
mod operations;
mod overlay;
mod strategic;
mod tree;

pub(crate) use becoming::Becoming;
pub use overlay::Overlay;
pub use tree::{Compositions, is_chart_values, is_kustomization, normal};

/// How one text is put together with others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composition {
    /// It is a patch: its objects are parts of others.
    pub is_partial: bool,
    /// It holds values of a Helm chart, and no objects.
    pub is_chart_values: bool,
    /// What it is a base of, where that is known of all; else none.
    pub overlays: Vec<Overlay>,
}

/// What a patch does is not followed here, or nobody knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undecided;
