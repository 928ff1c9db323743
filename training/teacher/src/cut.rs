//! What the detector reads of a document.

use leastwise_model::pieces::{lines, pieces};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Document {
    id: String,
    text: String,
}

#[derive(Serialize)]
pub(crate) struct Pieces {
    id: String,
    /// Of each piece the lines as they are read, each with the number of the line that is judged at its end.
    pieces: Vec<Vec<(String, Option<u32>)>>,
}

pub(crate) fn cut(document: Document) -> Pieces {
    let lines = lines(&document.text);
    let read = |piece: leastwise_model::pieces::Piece| {
        let readings = piece.readings(&lines);
        readings.into_iter().map(|reading| (reading.text.to_owned(), reading.judged)).collect()
    };
    Pieces { id: document.id, pieces: pieces(&lines).into_iter().map(read).collect() }
}
