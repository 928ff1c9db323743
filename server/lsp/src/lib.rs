//! The language server: the protocol at the rim, one actor that owns the state, workers that compute.
//!
//! `input` watches for the end, `backend` hears the client, `state` owns everything and keeps the order, `pool`
//! computes, `outbox` speaks. The protocol's types stay in this crate; what is shown is decided in
//! `leastwise-analysis`, which the command uses as well.

mod action;
mod backend;
mod client;
mod composing;
mod convert;
mod create;
mod diagnostics;
mod dialect;
mod event;
mod evidence;
mod hover;
mod index;
mod input;
mod lens;
mod model;
mod outbox;
mod parent;
mod pool;
mod revision;
mod settings;
mod state;
mod symbol;
mod tell;
mod view;

use crate::backend::Backend;
use crate::dialect::Translated;
use crate::event::{Event, Events};
use crate::pool::Pool;
use crate::state::State;
use leastwise_text::PositionEncoding;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tower_lsp::{LspService, Server};

/// The name in diagnostics, settings and the log.
const NAME: &str = "leastwise";

/// How many messages tower-lsp handles at once; it handles 4 by default, and what comes later has to wait, `didChange`
/// and `$/cancelRequest` included. Each is a handler that waits for its answer, not a thread.
const CONCURRENCY: usize = 512;

/// How much may be on its way to tower-lsp.
const INPUT_BUFFER: usize = 64 * 1024;

/// How long answers may still be under way after `exit`.
const GRACE: Duration = Duration::from_millis(500);

/// What the server is told by the program that it is part of.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The program to start as `model-worker`; without one there is no model.
    pub worker: Option<PathBuf>,
    /// How a client counts columns that does not say it, as the protocol lets it since version 3.17. UTF-16 is what it
    /// should mean then, and the default; some count bytes or characters all the same.
    pub position_encoding: PositionEncoding,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client asked for `shutdown` first.
    Orderly,
    /// It did not: it said `exit`, hung up or died.
    Abrupt,
}

/// Serves a client on standard input and output, until it says `exit`, closes the input or dies. The exit code is 0
/// when it asked for `shutdown` first, as the protocol wants it.
pub fn run(options: Options) -> ExitCode {
    // One thread talks; the pool's threads compute.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    let end = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), options));
    // Standard input may still be read by a thread that nothing can interrupt.
    runtime.shutdown_background();
    match end {
        End::Orderly => ExitCode::SUCCESS,
        End::Abrupt => ExitCode::FAILURE,
    }
}

/// Serves a client until it says `exit`, closes `input` or, if it named its process, dies.
pub async fn serve<I, O>(input: I, output: O, options: Options) -> End
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let events = Events(sender);
    let (parent, parent_seen) = watch::channel(None);
    let shut_down = Arc::new(AtomicBool::new(false));
    let assumed = options.position_encoding;
    let (service, socket) = LspService::build(|client| {
        let outbox = outbox::open(client, events.telling(Event::Settings));
        let state = State::new(events.clone(), outbox, Arc::new(Pool::new()), options);
        tokio::spawn(state.run(receiver));
        Backend { events, parent, shut_down: Arc::clone(&shut_down), assumed }
    })
    .custom_method("leastwise/evidence", Backend::evidence)
    .finish();

    let (to_server, server_input) = tokio::io::duplex(INPUT_BUFFER);
    let ended = tokio::spawn(input::pump(input, to_server));

    let serving =
        Server::new(server_input, output, socket).concurrency_level(CONCURRENCY).serve(Translated(service));
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = parent::gone(parent_seen) => tracing::warn!("the client's process is gone"),
        // Should the pump itself fail, nothing more can come either.
        _ = ended => {
            if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
                tracing::warn!("some answers were still under way at the end");
            }
        }
    }
    if shut_down.load(Ordering::Relaxed) { End::Orderly } else { End::Abrupt }
}
