//! Labels the lines of a document: no text is generated, no line number can be wrong.
//!
//! The document is cut into pieces, and at the end of each line, where the line is read last, the model's state is held against
//! the labels' planes.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use leastwise_model::pieces;
use leastwise_model::protocol::{LineState, Probe, Tag, Tags, Weight};

use crate::Failure;
use crate::failure::Stop;
use crate::labels::{Label, Labels};
use crate::load::Loaded;
use crate::script::{Scribe, Script};
use crate::states::{StateReader, States};
use crate::weigh;

/// Answers what is asked about the lines of documents.
pub(crate) struct Tagger<'model> {
    labels: &'model Labels,
    scribe: Scribe<'model>,
    reader: StateReader<'model>,
}

impl<'model> Tagger<'model> {
    pub(crate) fn new(loaded: &'model Loaded, labels: &'model Labels, threads: u32) -> Result<Self, Failure> {
        let reader = StateReader::new(loaded, threads)?;
        let scribe = Scribe::new(&loaded.model, reader.capacity())?;
        Ok(Self { labels, scribe, reader })
    }

    /// The labels of a document's lines, the model's and those that were taught: each where its probability reaches its
    /// threshold, or `least` if that is given. `on_progress` gets the tokens read and to read.
    pub(crate) fn tag(
        &mut self,
        document: &str,
        text: &str,
        (probes, least): (&[Probe], Option<f32>),
        on_progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<Tags, Stop> {
        let taught = probes.iter().map(|probe| self.labels.taught(probe)).collect::<Result<Vec<_>, _>>()?;
        let labels: Vec<&Label> = self.labels.labels.iter().chain(&taught).collect();
        let lines = pieces::lines(text);
        let scripts: Vec<Script<'_>> =
            pieces::pieces(&lines).iter().map(|piece| self.scribe.piece(piece, &lines)).collect();
        let total = scripts
            .iter()
            .filter(|script| !self.reader.knows(script))
            .map(|script| script.tokens.len())
            .sum();
        let (document, mut before, mut tags) = (Rc::from(document), 0, Vec::new());
        for script in &scripts {
            let is_read = !self.reader.knows(script);
            let mut on_batch = |done| on_progress(before + done, total);
            let states = self.reader.read(script, Some(&document), &mut on_batch, cancel)?;
            before += if is_read { script.tokens.len() } else { 0 };
            for (line, state) in judged(script, &states) {
                let text = lines.get(line as usize).copied().unwrap_or_default();
                tags.extend(labels.iter().filter_map(|label| {
                    let probability = label.probability(state, text);
                    (probability >= least.unwrap_or(label.threshold)).then(|| Tag {
                        label: label.name.clone(),
                        line,
                        probability,
                    })
                }));
            }
        }
        self.reader.prefer(&document, &scripts);
        let first_unread = scripts.iter().filter_map(|script| script.first_unread).min();
        let judged_lines = first_unread.unwrap_or(lines.len().try_into().unwrap_or(u32::MAX));
        tags.retain(|tag: &Tag| tag.line < judged_lines);
        tags.sort_by_key(|tag| tag.line);
        Ok(Tags { tags, judged_lines })
    }

    /// The states of a document's lines, given piece by piece.
    pub(crate) fn states(
        &mut self,
        text: &str,
        on_states: &mut dyn FnMut(Vec<LineState>),
        cancel: &AtomicBool,
    ) -> Result<(), Stop> {
        let lines = pieces::lines(text);
        for piece in pieces::pieces(&lines) {
            let script = self.scribe.piece(&piece, &lines);
            let states = self.reader.read(&script, None, &mut |_| {}, cancel)?;
            let states =
                judged(&script, &states).map(|(line, state)| LineState { line, state: state.to_vec() });
            on_states(states.collect());
        }
        Ok(())
    }

    /// The lines that a label of a line hangs on.
    pub(crate) fn weigh(
        &mut self,
        text: &str,
        (label, line): (&str, u32),
        on_progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<Vec<Weight>, Stop> {
        let label = self.labels.of_name(label)?;
        let lines = pieces::lines(text);
        let is_judged =
            |piece: &&pieces::Piece| piece.own.iter().any(|own| own.line == line && own.role.is_judged());
        match pieces::pieces(&lines).iter().find(is_judged) {
            Some(piece) => {
                let script = self.scribe.piece(piece, &lines);
                let Self { scribe, reader, .. } = self;
                weigh::weigh(scribe, reader, &script, (label, line), on_progress, cancel)
            }
            // An empty line, or none of this text.
            None => Ok(Vec::new()),
        }
    }
}

/// The lines that are judged in a script, with their states.
fn judged<'states>(
    script: &'states Script<'_>,
    states: &'states States,
) -> impl Iterator<Item = (u32, &'states [f32])> {
    script.readings.iter().zip(states.iter()).filter_map(|(reading, state)| Some((reading.judged?, &**state)))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use llama_cpp_2::context::params::{LlamaContextParams, LlamaPoolingType};
    use llama_cpp_2::llama_batch::LlamaBatch;
    use llama_cpp_2::token::LlamaToken;

    use super::*;
    use crate::load::{Options, load};

    /// A model as its file, loaded.
    fn loaded(file: &[u8]) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, file).unwrap();
        load(&Options::new(path), |_| Ok(())).unwrap()
    }

    fn manifest() -> String {
        let container = |number: u32| {
            format!(
                "  - name: c{number}\n    image: nginx:1.{number}\n    securityContext:\n      privileged: true\n"
            )
        };
        let containers: String = (0..12).map(container).collect();
        format!("kind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n{containers}")
    }

    /// The states of a piece, read in one batch into a context that is used for nothing else.
    fn plainly_read(loaded: &Loaded, piece: &pieces::Piece, lines: &[&str]) -> Vec<(u32, Vec<f32>)> {
        let vocabulary = loaded.model.vocab();
        let (mut tokens, mut ends) = (Vec::<LlamaToken>::new(), Vec::new());
        for reading in piece.readings(lines) {
            tokens.extend(vocabulary.tokenize(reading.text.as_bytes(), false, false));
            tokens.extend(vocabulary.tokenize(b"\n", false, false));
            ends.push((tokens.len() - 1, reading.judged));
        }
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(2048))
            .with_n_batch(2048)
            .with_n_ubatch(2048)
            .with_embeddings(true)
            .with_pooling_type(LlamaPoolingType::None);
        let mut context = loaded.model.new_context(loaded.backend, parameters).unwrap();
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (position, &token) in (0..).zip(&tokens) {
            batch.add(token, position, &[0], true).unwrap();
        }
        context.decode(&mut batch).unwrap();
        let state = |end: usize| context.embeddings_ith(end as i32).unwrap().to_vec();
        ends.into_iter().filter_map(|(end, judged)| Some((judged?, state(end)))).collect()
    }

    #[test]
    fn states_are_those_of_one_plain_read() {
        let loaded = loaded(&crate::tiny::model(&["a"]));
        let mut tagger = Tagger::new(&loaded, loaded.labels.as_ref().unwrap(), 1).unwrap();
        let text = manifest();
        let lines = pieces::lines(&text);
        let pieces = pieces::pieces(&lines);
        assert!(pieces.len() > 1);
        let mut expected = pieces.iter().flat_map(|piece| plainly_read(&loaded, piece, &lines));
        let mut on_states = |states: Vec<LineState>| {
            for LineState { line, state } in states {
                let (expected_line, expected) = expected.next().unwrap();
                assert_eq!(line, expected_line);
                let distance = state.iter().zip(&expected).map(|(left, right)| (left - right).abs());
                let distance = distance.fold(0.0, f32::max);
                // What attention looks back at is kept in 16 bits; another line is more than 1 away.
                assert!(distance < 0.05, "line {line}: {distance}");
            }
        };
        tagger.states(&text, &mut on_states, &AtomicBool::new(false)).unwrap();
        assert!(expected.next().is_none());
    }

    #[test]
    fn only_what_has_changed_is_read_again() {
        let loaded = loaded(&crate::tiny::model(&["a"]));
        let mut tagger = Tagger::new(&loaded, loaded.labels.as_ref().unwrap(), 1).unwrap();
        // The batches that were read, as the tokens that were then done, and all tokens.
        let mut read = |text: &str| {
            let mut batches = Vec::new();
            let mut on_progress = |done, total| batches.push((done, total));
            tagger.tag("a", text, (&[], None), &mut on_progress, &AtomicBool::new(false)).unwrap();
            batches
        };
        let text = manifest();
        let fresh = read(&text);
        let total = fresh[0].1;
        assert!(fresh.len() > 10 && fresh.iter().all(|batch| batch.1 == total));
        assert_eq!(fresh.last(), Some(&(total, total)));
        assert_eq!(read(&text), [], "nothing has changed");
        let pieces = pieces::pieces(&pieces::lines(&text)).len();
        // The last container is in the last piece, and no other tells of it. A name as long cuts nothing anew.
        let changed = read(&text.replace("c11", "d11"));
        assert!(!changed.is_empty() && changed.len() < fresh.len() / pieces + 2, "{changed:?} of {fresh:?}");
        let again = read(&text.replace("c11", "e11"));
        assert!(!again.is_empty() && again.len() <= changed.len());
        assert_eq!(read(&text), [], "what was known is not forgotten");
        // Below an edit that was taken back, reading begins where the next one is.
        let above = read(&text.replace("nginx:1.10", "nginx:2.10"));
        assert_eq!(read(&text), []);
        let below = read(&text.replace("nginx:1.11", "nginx:2.11"));
        assert!(above[0].1 == below[0].1 && above[0].0 < below[0].0, "{below:?} after {above:?}");
    }
}
