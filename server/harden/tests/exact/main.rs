//! What is derived is exactly what was needed: on random clusters whose true needs are known, sampled into logs with
//! everything that makes logs hard to read.
//!
//! The clusters, their API server and network, and what their manifests grant are written from the definitions of
//! Kubernetes and share nothing with what is tested. `cargo test -- --ignored --nocapture` tries two
//! thousand of them, in two minutes and a half of two cores; its figures stand in `docs/harden.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests, which print their figures"
)]

mod connections;
#[path = "../../../privilege/tests/prove/random.rs"]
mod random;
mod requests;
mod texts;

use random::Random;
use std::collections::BTreeSet;

impl Random {
    /// Whether something happens that does so many times of a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The seeds of clusters of which there are too many for every run: two thousand, or those that `LEASTWISE_SEEDS` names,
/// like `776..777`.
fn many_seeds() -> std::ops::Range<u64> {
    let Ok(named) = std::env::var("LEASTWISE_SEEDS") else { return 0..2000 };
    let (first, end) = named.split_once("..").expect("LEASTWISE_SEEDS is like `2000..10000`");
    first.parse().unwrap()..end.parse().unwrap()
}

/// How what was granted compares with what was needed, summed up over clusters.
#[derive(Debug, Default)]
struct Score {
    clusters: usize,
    granted: usize,
    needed: usize,
    both: usize,
    exact: usize,
    refused: std::collections::BTreeMap<&'static str, usize>,
}

impl Score {
    fn add<T: Ord + std::fmt::Debug>(&mut self, seed: u64, granted: &BTreeSet<T>, needed: &BTreeSet<T>) {
        self.granted += granted.len();
        self.needed += needed.len();
        self.both += granted.intersection(needed).count();
        self.exact += usize::from(granted == needed);
        if granted != needed {
            let over: Vec<_> = granted.difference(needed).collect();
            let under: Vec<_> = needed.difference(granted).collect();
            println!("seed {seed}\n  over: {over:#?}\n  under: {under:#?}");
        }
    }

    /// Counts a refusal, which has to be one of these.
    fn refuse(&mut self, seed: u64, because: &str, reasons: &'static [&'static str]) {
        let reason = reasons.iter().find(|reason| because.contains(**reason));
        let reason = reason.unwrap_or_else(|| panic!("seed {seed}: refused for no known reason: {because}"));
        *self.refused.entry(reason).or_default() += 1;
    }

    fn must_be_exact(&self, what: &str, compared: usize) {
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        println!(
            "{what}: {} clusters, {} granted, {} needed, precision {:.3}, recall {:.3}, exact {} of {compared}",
            self.clusters,
            self.granted,
            self.needed,
            share(self.both, self.granted),
            share(self.both, self.needed),
            self.exact,
        );
        for (reason, count) in &self.refused {
            println!("  refused {count} times: {reason}");
        }
        assert_eq!((self.both, self.both, self.exact), (self.granted, self.needed, compared), "{what}");
    }
}
