//! The one place that prints. Standard output is for results, standard error for what is said beside them.

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};
use terminal_size::{Width, terminal_size};

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const NOTE: Style = AnsiColor::BrightBlue.on_default().bold();

/// Standard output and standard error.
pub(crate) struct Console {
    out: BufWriter<UntilClosed<AutoStream<Stdout>>>,
}

impl Console {
    pub(crate) fn new() -> Self {
        let out = AutoStream::auto(io::stdout());
        Self { out: BufWriter::new(UntilClosed { inner: out, is_closed: false }) }
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Says that something could not be done.
    pub(crate) fn error(&mut self, message: &dyn Display) {
        self.aside(ERROR, "error", message);
    }

    /// Says something about how the results came about.
    pub(crate) fn note(&mut self, message: &dyn Display) {
        self.aside(NOTE, "note", message);
    }

    /// Says something beside the results as it is.
    pub(crate) fn remark(&mut self, message: &dyn Display) {
        self.say(&format!("{message}\n"));
    }

    /// The width of the terminal that results go to; `None` where they go elsewhere.
    pub(crate) fn width() -> Option<usize> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        terminal_size().filter(|_| is_terminal).map(|(Width(columns), _)| usize::from(columns))
    }

    fn aside(&mut self, style: Style, word: &str, message: &dyn Display) {
        self.say(&format!("{style}{word}:{style:#} {message}\n"));
    }

    /// In order with the results, as far as they share a terminal. Where standard error is closed, nobody listens.
    fn say(&mut self, message: &str) {
        let _ = self.out.flush();
        let _ = anstream::stderr().lock().write_all(message.as_bytes());
    }
}

/// Swallows what is written after the reader has gone, as in `leastwise check | head`: the work and its exit code
/// stay the same.
struct UntilClosed<W> {
    inner: W,
    is_closed: bool,
}

impl<W: Write> UntilClosed<W> {
    fn quietly<T>(&mut self, otherwise: T, attempt: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.is_closed {
            return Ok(otherwise);
        }
        match attempt(&mut self.inner) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(otherwise)
            }
            outcome => outcome,
        }
    }
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.quietly(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.quietly((), W::flush)
    }
}
