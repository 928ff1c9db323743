//! A supervised worker with a small random model in a folder of its own.

use std::sync::atomic::AtomicBool;

use leastwise_llama::tiny;
use leastwise_model::protocol::{Finish, Prompt, Sampling};
use leastwise_model::{Backend, Error, Limits, ModelFile, Supervisor, Tags, WorkerCommand};

/// The labels of the small model. Their thresholds are 0: every label of every line is told.
pub(crate) const LABELS: &[&str] = &["privileged", "host-network", "secret"];

pub(crate) struct Worker {
    supervisor: Supervisor,
    /// Removed at the end.
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Worker {
    type Target = Supervisor;

    fn deref(&self) -> &Supervisor {
        &self.supervisor
    }
}

/// A supervisor of the worker with this model and with more arguments in front.
pub(crate) fn supervise(model: ModelFile, arguments: &[&str]) -> Supervisor {
    let arguments = arguments.iter().map(Into::into).collect();
    let command = WorkerCommand { program: env!("CARGO_BIN_EXE_llama-worker").into(), arguments };
    Supervisor::new(command, model, Limits::default())
}

impl Worker {
    /// With the small model.
    pub(crate) fn new() -> Self {
        Self::with(&tiny::model(LABELS), None, &[])
    }

    /// With a file of these bytes, an expected digest, and more arguments.
    pub(crate) fn with(file: &[u8], sha256: Option<String>, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, file).unwrap();
        Self { supervisor: supervise(ModelFile { path, sha256 }, arguments), _folder: folder }
    }

    pub(crate) fn tags(&self, document: &str, text: &str) -> Tags {
        self.tag(document, text, &[], None, &AtomicBool::new(false)).unwrap()
    }

    pub(crate) fn say(&self, prompt: &Prompt) -> (String, Result<Finish, Error>) {
        let mut said = String::new();
        let end = self.complete(prompt, &mut |piece| said.push_str(piece), &AtomicBool::new(false));
        (said, end)
    }
}

pub(crate) fn prompt(user: &str, grammar: &str, max_tokens: u32) -> Prompt {
    let (user, grammar) = (user.to_owned(), grammar.to_owned());
    Prompt { system: "You explain.".to_owned(), user, grammar, max_tokens, sampling: Sampling::Greedy }
}
