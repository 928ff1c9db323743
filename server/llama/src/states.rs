//! The model's states at the ends of lines, computed as seldom as can be.
//!
//! The states depend on the tokens up to them and on nothing else, so whatever was computed is known by its tokens. A script that
//! was read before is not read again; one that begins as another did goes on from there. What the model computed for the pieces of
//! a document is kept for that; what is for none of its pieces any more is the first to go.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use llama_cpp_2::token::LlamaToken;

use crate::Failure;
use crate::decode::{Output, Reader, State, reusable};
use crate::failure::Stop;
use crate::load::Loaded;
use crate::script::Script;
use crate::shelf::{Shelf, common};

/// The most bytes of what the reader computed for pieces other than the current one: some twenty pieces.
const HELD_BYTES: usize = 32 * 1024 * 1024;
/// The most bytes of states: those of some hundred pieces.
const KNOWN_BYTES: usize = 12 * 1024 * 1024;

/// The state at the end of each line of a script.
pub(crate) type States = Rc<[Rc<[f32]>]>;

/// Reads scripts.
pub(crate) struct StateReader<'model> {
    reader: Reader<'model>,
    /// What the reader holds now.
    current: Held,
    /// What it held before.
    held: Shelf<(Held, State)>,
    /// The states of scripts that were read to their end.
    known: Shelf<States>,
}

/// How far a script has been read.
#[derive(Default)]
struct Held {
    /// Those that were read.
    tokens: Vec<LlamaToken>,
    /// Of each line whose end was read: the position of its line feed, and the state there.
    states: Vec<(usize, Rc<[f32]>)>,
    /// The document whose piece it is. What is of none is not kept.
    document: Option<Rc<str>>,
}

impl<'model> StateReader<'model> {
    pub(crate) fn new(loaded: &'model Loaded, threads: u32) -> Result<Self, Failure> {
        Ok(Self {
            reader: Reader::new(loaded, threads, Output::States)?,
            current: Held::default(),
            held: Shelf::new(HELD_BYTES),
            known: Shelf::new(KNOWN_BYTES),
        })
    }

    /// The most tokens of a script.
    pub(crate) fn capacity(&self) -> usize {
        self.reader.capacity()
    }

    /// Whether a script need not be read.
    pub(crate) fn knows(&self, script: &Script<'_>) -> bool {
        self.known.holds(&script.tokens)
    }

    /// The states of a script. They are kept if it is a piece of a document. `on_batch` gets the number of its tokens read.
    pub(crate) fn read(
        &mut self,
        script: &Script<'_>,
        document: Option<&Rc<str>>,
        on_batch: &mut dyn FnMut(usize),
        cancel: &AtomicBool,
    ) -> Result<States, Stop> {
        if let Some(states) = self.known.get(&script.tokens) {
            return Ok(Rc::clone(states));
        }
        self.take_up(&script.tokens)?;
        self.current.document = document.cloned();
        let Self { reader, current, .. } = self;
        let outcome = reader.read(
            &script.tokens,
            |position| script.ends.binary_search(&position).is_ok(),
            |position, state| current.states.push((position, state.into())),
            on_batch,
            cancel,
        );
        if let Err(Stop::Failed(_)) = &outcome {
            // What the context holds now is not known.
            self.clear();
        }
        // Where it was given up, what was read until then stands.
        self.current.tokens = script.tokens[..self.reader.position()].to_vec();
        outcome?;
        let states: States = self.current.states.iter().map(|(_, state)| Rc::clone(state)).collect();
        if document.is_some() {
            let bytes = states.iter().map(|state| size_of_val(&**state)).sum();
            self.known.put(script.tokens.clone(), Rc::clone(&states), bytes);
        }
        Ok(states)
    }

    /// Of what the reader computed for a document, what is for none of its pieces now is to be forgotten first. Until there is no
    /// room it stays, since an edit is often taken back.
    pub(crate) fn prefer(&mut self, document: &str, pieces: &[Script<'_>]) {
        self.held.demote(|tokens, (held, _)| {
            held.document.as_deref() == Some(document) && pieces.iter().all(|piece| piece.tokens != tokens)
        });
    }

    /// Brings the reader to the beginning that these tokens share with anything that is held.
    fn take_up(&mut self, tokens: &[LlamaToken]) -> Result<(), Failure> {
        let usable = |held: &Vec<LlamaToken>| reusable(held.len(), common(held, tokens), tokens.len());
        let here = usable(&self.current.tokens);
        let best = self.held.tokens().max_by_key(|held| usable(held));
        let better = best.filter(|held| usable(held) > here).cloned();
        if self.current.document.is_some() && here < self.current.tokens.len() {
            let state = self.reader.save()?;
            let bytes = state.bytes();
            let aside = Held {
                tokens: self.current.tokens.clone(),
                states: self.current.states.clone(),
                document: self.current.document.clone(),
            };
            self.held.put(aside.tokens.clone(), (aside, state), bytes);
        }
        if let Some(better) = better
            && let Some((held, state)) = self.held.get(&better)
        {
            match self.reader.restore(state) {
                Ok(()) => {
                    self.current = Held {
                        tokens: held.tokens.clone(),
                        states: held.states.clone(),
                        document: held.document.clone(),
                    }
                }
                // A state that cannot be taken up costs a fresh read.
                Err(_) => self.clear(),
            }
        }
        let left = self.reader.cut(usable(&self.current.tokens));
        self.current.tokens.truncate(left);
        self.current.states.retain(|(end, _)| *end < left);
        Ok(())
    }

    fn clear(&mut self) {
        self.reader.clear();
        self.current = Held::default();
    }
}
