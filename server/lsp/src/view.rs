//! What an answer is read off: a text as it was judged, and who asks.

use crate::client::Features;
use crate::convert::Text;
use crate::model::Model;
use crate::revision::Revision;
use leastwise_analysis::File;
use leastwise_text::PositionEncoding;
use std::sync::Arc;

/// What an answer is read off.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) revision: Arc<Revision>,
    pub(crate) file: Arc<File>,
    pub(crate) client: Arc<Features>,
    pub(crate) model: Option<Arc<Model>>,
}

impl View {
    /// The text, to convert places.
    pub(crate) fn text(&self) -> Text<'_> {
        Text { buffer: self.file.buffer(), encoding: self.encoding() }
    }

    fn encoding(&self) -> PositionEncoding {
        self.client.encoding
    }
}
