//! What the system says of a process: how large it is, and how much it has been allowed to compute. Nothing is known where
//! there is no `/proc`.

use std::fs::read_to_string;
use std::time::{Duration, Instant};

/// The ticks of a second in `/proc`: the kernel's `USER_HZ`, which is the same on all that Linux runs on today.
const TICKS: u64 = 100;

/// The resident memory in bytes.
pub(crate) fn resident(process: u32) -> Option<u64> {
    let status = read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// A moment in the life of a process, by the clock and by what it has computed until then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    at: Instant,
    computed: Option<Duration>,
}

impl Moment {
    /// This one.
    pub(crate) fn now(process: u32) -> Self {
        Self { at: Instant::now(), computed: computed(process) }
    }

    /// Whether more time has gone by since then, and the process could have used it. On a busy machine one that gives way to
    /// all others may wait long for its turn, and is well.
    pub(crate) fn is_longer_ago_than(&self, limit: Duration, process: u32) -> bool {
        self.at.elapsed() > limit && !self.has_starved(limit, process)
    }

    /// Whether it wants to compute and had less than a fifth of that time for it.
    fn has_starved(&self, limit: Duration, process: u32) -> bool {
        let computed = self.computed.zip(computed(process)).map(|(then, now)| now.saturating_sub(then));
        computed.is_some_and(|computed| computed < limit / 5) && wants_to_compute(process)
    }
}

/// For how long all its threads together have computed: `utime` and `stime` of proc_pid_stat(5).
fn computed(process: u32) -> Option<Duration> {
    let stat = read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = after_name(&stat)?.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 1000 / TICKS))
}

/// Whether one of its threads computes, or would if it had a processor.
fn wants_to_compute(process: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| read_to_string(thread.path().join("stat")).ok())
        .any(|stat| after_name(&stat).is_some_and(|fields| fields.trim_start().starts_with('R')))
}

/// The fields behind the name, which may hold anything.
fn after_name(stat: &str) -> Option<&str> {
    stat.rsplit_once(')').map(|(_, fields)| fields)
}

#[cfg(all(test, target_os = "linux"))]
#[expect(clippy::unwrap_used, reason = "helpers of tests")]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    fn start(script: &str) -> Running {
        let mut command = Command::new("sh");
        Running(command.args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until it is so; a test that waits in vain is ended by its runner.
    fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_sleeps_has_not_starved() {
        let sleeping = start("read line");
        let process = sleeping.0.id();
        until(|| !wants_to_compute(process));
        let moment = Moment::now(process);
        assert!(!moment.is_longer_ago_than(Duration::from_secs(600), process));
        until(|| moment.is_longer_ago_than(Duration::from_millis(1), process));
    }

    #[test]
    fn who_computes_has_starved_until_it_had_its_share() {
        let busy = start("while :; do :; done");
        let process = busy.0.id();
        until(|| wants_to_compute(process));
        let moment = Moment::now(process);
        assert!(moment.has_starved(Duration::from_secs(600), process));
        let limit = Duration::from_millis(250);
        until(|| moment.is_longer_ago_than(limit, process));
        assert!(computed(process).unwrap() - moment.computed.unwrap() >= limit / 5);
    }

    #[test]
    fn the_size_of_a_process_is_known_while_it_lives() {
        assert!(resident(std::process::id()).unwrap() > 1024 * 1024);
        assert_eq!(resident(u32::MAX), None);
    }
}
