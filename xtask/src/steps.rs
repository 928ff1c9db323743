//! A long errand as named steps: each is timed, a failing one does not hide the next, and the end sums up.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The steps done so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Outcome, Duration)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Steps {
    /// Does one step. `None` when it failed; the error has been printed then.
    pub(crate) fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n=== {name}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        let outcome = match &result {
            Ok(_) => Outcome::Passed,
            Err(error) => {
                println!("error: {error:#}");
                Outcome::Failed
            }
        };
        println!("=== {name}: {} in {:.1} s", outcome.word(), took.as_secs_f64());
        self.done.push((name, outcome, took));
        result.ok()
    }

    /// Does one step with the result of an earlier one. It is left out, and the errand fails, when that failed.
    pub(crate) fn run_after<T, U>(
        &mut self,
        earlier: Option<T>,
        name: &'static str,
        work: impl FnOnce(T) -> Result<U>,
    ) -> Option<U> {
        match earlier {
            Some(value) => self.run(name, || work(value)),
            None => {
                self.done.push((name, Outcome::Skipped, Duration::ZERO));
                None
            }
        }
    }

    /// Prints every step with its duration, then one closing line that counts them.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n{:>9}  step", "seconds");
        for (name, outcome, took) in &self.done {
            println!(
                "{:>9.1}  {name}{}",
                took.as_secs_f64(),
                match outcome {
                    Outcome::Passed => "",
                    Outcome::Failed => ": FAILED",
                    Outcome::Skipped => ": skipped, what it needs failed",
                }
            );
        }
        let count = |wanted| self.done.iter().filter(|(_, outcome, _)| *outcome == wanted).count();
        let total: Duration = self.done.iter().map(|(_, _, took)| *took).sum();
        println!("{:>9.1}  in all\n", total.as_secs_f64());
        let (failed, skipped) = (count(Outcome::Failed), count(Outcome::Skipped));
        print!("{} passed, {failed} failed", count(Outcome::Passed));
        println!("{}", if skipped > 0 { format!(", {skipped} skipped") } else { String::new() });
        if failed + skipped == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
        }
    }
}
