use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Fewer files are read and judged before a bar could be seen.
const MANY: usize = 100;
/// The model takes its time for each.
const SOME: usize = 3;

/// A bar on the terminal while many files are judged; on nothing else.
pub(crate) fn bar(files: usize, doing: &'static str) -> ProgressBar {
    bar_from(MANY, files, doing)
}

/// A bar on the terminal while the model looks at files.
pub(crate) fn slow_bar(files: usize, doing: &'static str) -> ProgressBar {
    bar_from(SOME, files, doing)
}

fn bar_from(fewest: usize, files: usize, doing: &'static str) -> ProgressBar {
    if files < fewest {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(doing)
}

/// A bar on the terminal while a file is fetched or made.
pub(crate) fn bytes(size: u64, file: String) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(file)
}

/// A bar on the terminal while logs are read. How much there is to come is not known of streams.
pub(crate) fn logs(size: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(match size {
        Some(_) => "reading logs {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "reading logs {spinner} {bytes} {bytes_per_sec}",
    });
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What is being done on the terminal, for work whose length nobody knows.
pub(crate) fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
