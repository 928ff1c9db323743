//! A terminal that a test types into and reads from, as a person would: tmux without a window.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// How long a program may take to show what a test waits for. Far more than it needs, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program running on a screen of its own. Dropping it ends the program.
#[derive(Debug)]
pub struct Terminal {
    socket: PathBuf,
    /// A tmux client in control mode: it reports each change of the screen, so that nothing has to sleep.
    watcher: Child,
    changes: Receiver<()>,
}

impl Terminal {
    /// Starts `command` on a screen of this many columns and rows. `folder` is a scratch folder for tmux's socket.
    ///
    /// # Errors
    /// When tmux is not installed or does not start.
    pub fn start<I, S>(folder: &Path, columns: u16, rows: u16, environment: I, command: &[S]) -> Result<Self>
    where
        I: IntoIterator<Item = (&'static str, PathBuf)>,
        S: AsRef<OsStr>,
    {
        let socket = folder.join("tmux");
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(&socket).args(["-f", "/dev/null", "-C", "new-session"]);
        tmux.args(["-x", &columns.to_string(), "-y", &rows.to_string(), "-e", "TERM=xterm-256color"]);
        // A server of its own takes the environment of the client that starts it.
        tmux.envs(environment);
        tmux.arg("--").args(command);
        let mut watcher = tmux
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("tmux does not start; `cargo xtask install` installs it")?;
        let output = watcher.stdout.take().context("tmux has no output")?;
        let (sender, changes) = mpsc::channel();
        thread::spawn(move || {
            // Bytes, not text: tmux reports output as it comes, and a character may come in two pieces.
            for _line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if sender.send(()).is_err() {
                    break;
                }
            }
        });
        let terminal = Self { socket, watcher, changes };
        // tmux speaks first once its server is up.
        terminal.changes.recv_timeout(PATIENCE).context("tmux does not start its server")?;
        Ok(terminal)
    }

    /// Types keys, named as tmux names them: `Enter`, `Escape`, or the characters themselves.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn keys(&self, keys: &[&str]) -> Result<()> {
        self.tmux(&[&["send-keys"], keys].concat()).map(drop)
    }

    /// What the screen shows, as plain text.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn screen(&self) -> Result<String> {
        self.tmux(&["capture-pane", "-p"])
    }

    /// What the screen shows, with the escape sequences for its colours.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn coloured_screen(&self) -> Result<String> {
        self.tmux(&["capture-pane", "-p", "-e"])
    }

    /// Waits until the screen satisfies `wanted`, and returns it.
    ///
    /// # Errors
    /// When it does not in time, or the program ends: with what the screen showed last.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen =
                self.screen().with_context(|| format!("the program ended before it showed {what}"))?;
            if wanted(&screen) {
                return Ok(screen);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if self.changes.recv_timeout(left).is_err() {
                bail!("the screen does not show {what}, but\n{}", self.screen()?);
            }
            // Many changes may have come at once; one look covers them all.
            while self.changes.try_recv().is_ok() {}
        }
    }

    /// Waits until the screen shows `text`, and returns it.
    ///
    /// # Errors
    /// As [`Terminal::wait_until`].
    pub fn wait_for(&self, text: &str) -> Result<String> {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until the program has ended by itself.
    ///
    /// # Errors
    /// When it has not in time.
    pub fn wait_for_end(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        // tmux ends with its only session, and the channel with tmux.
        loop {
            match self.changes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(()) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => bail!("still running, with\n{}", self.screen()?),
            }
        }
        self.watcher.wait()?;
        Ok(())
    }

    fn tmux(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("tmux").arg("-S").arg(&self.socket).args(arguments).output()?;
        ensure!(
            output.status.success(),
            "tmux {arguments:?} fails: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Each fails when it has ended already, which is as good. The watcher goes first: tmux waits for its clients.
        let _killed = self.watcher.kill();
        let _reaped = self.watcher.wait();
        let _ended = self.tmux(&["kill-server"]);
    }
}
