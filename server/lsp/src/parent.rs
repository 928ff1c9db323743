//! Watches the process that started the server. An editor that dies without a word can leave the server's input
//! open in another process's hands, and the server would live on for nobody.

use std::time::Duration;
use tokio::sync::watch;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// Returns when the process that `parent` comes to name is gone; never while it names none.
pub(crate) async fn gone(mut parent: watch::Receiver<Option<u32>>) {
    let process = match parent.wait_for(Option::is_some).await.map(|process| *process) {
        Ok(Some(process)) => process,
        _ => return std::future::pending().await,
    };
    while is_alive(process) {
        tokio::time::sleep(INTERVAL).await;
    }
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // Not being allowed to signal it means that it is there.
    process.is_none_or(|process| test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

/// Elsewhere the end of the input has to tell.
#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    true
}
