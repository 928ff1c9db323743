//! `leastwise harden`

mod advised;
mod human;
mod json;

use crate::advisor::Choice;
use crate::console::Console;
use crate::evidence::gather;
use crate::manifests::{Manifests, Rewritten};
use crate::problem::Problem;
use crate::rewrite::{diff, write};
use crate::sources::Origin;
use crate::{DONE, FAILED};
use clap::{Args, ValueEnum};
use leastwise_chain::TraceFolder;
use leastwise_harden::{Options, Proposal, Task, Whose};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Makes or tightens manifests so that they grant what was seen to be needed, and nothing else.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 there is something to propose or nothing to change, 2 something could not be read or \
                  written. What cannot be judged is named and left as it is."
)]
pub(crate) struct Harden {
    /// Make manifests from what was seen, and print them.
    #[arg(long, required_unless_present = "refine", conflicts_with = "refine")]
    create: bool,
    /// Tighten the manifests to what was seen, and print what would change.
    #[arg(long)]
    refine: bool,
    /// What is made or tightened.
    kind: Kind,
    /// Manifests: files, folders, or `-` for standard input. They tell who runs as whom, and what is tightened.
    #[arg(value_name = "MANIFEST")]
    paths: Vec<PathBuf>,
    /// Runtime logs, or records that `leastwise evidence` made of them.
    #[arg(long, short, value_name = "LOG", required = true, num_args = 1)]
    evidence: Vec<PathBuf>,
    /// Only for this service account.
    #[arg(long, value_name = "NAMESPACE:NAME", conflicts_with_all = ["user", "workload"], value_parser = service_account)]
    service_account: Option<Whose>,
    /// Only for this user.
    #[arg(long, value_name = "NAME", conflicts_with = "workload")]
    user: Option<String>,
    /// Only for this workload.
    #[arg(long, value_name = "NAMESPACE/KIND/NAME", value_parser = workload)]
    workload: Option<Whose>,
    /// The namespace of objects that do not say one.
    #[arg(long, short, value_name = "NAMESPACE", default_value = "default")]
    namespace: String,
    /// Grant for every name what was done to an object with a made-up name, like a pod of a Deployment.
    #[arg(long)]
    robust: bool,
    /// Grant, too, what protocols need although the logs do not show it.
    #[arg(long)]
    include_implied: bool,
    /// Grant, too, what every cluster grants to everybody who has signed in.
    #[arg(long)]
    keep_discovery: bool,
    /// Grant, too, what was only ever forbidden, and mark it: for a first run, where clients stop at the first refusal.
    #[arg(long, requires = "create")]
    include_denied: bool,
    /// Take away even where the logs are known to have lost events.
    #[arg(long)]
    despite_loss: bool,
    /// Change, too, what nothing speaks against but that it was not seen: look at each candidate first.
    #[arg(long)]
    include_candidates: bool,
    /// Take away only where somebody looked for at least this long, like `7d` or `12h`.
    #[arg(long, value_name = "TIME", value_parser = length_of_time)]
    minimum_window: Option<Duration>,
    /// Print what would change, which is the default.
    #[arg(long, conflicts_with = "write", requires = "refine")]
    diff: bool,
    /// Change the manifests in place.
    #[arg(long, requires = "refine")]
    write: bool,
    /// The form of the output.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The model to ask how objects are named and grouped, what to look at, and why: off, default, a GGUF file, or a
    /// server's as http://HOST:PORT/v1#NAME, with its key in LEASTWISE_MODEL_KEY. Nothing that it says grants anything.
    #[arg(long, value_name = "MODEL", default_value = "off")]
    model: Choice,
    /// Write what the model is asked and answers, and how long that takes, into this folder, one file a question.
    #[arg(long, value_name = "FOLDER")]
    trace: Option<PathBuf>,
}

/// What is made or tightened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Roles and ClusterRoles, with their bindings.
    Role,
    /// NetworkPolicies.
    NetworkPolicy,
    /// What the pods of Deployments and the like may do on their nodes.
    Workload,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Manifests or a diff; beside it, in sentences, on what they rest.
    Human,
    /// One object, for programs.
    Json,
}

pub(crate) fn run(options: &Harden, console: &mut Console) -> io::Result<u8> {
    let manifests = Manifests::read(&options.paths);
    let reading = gather(&options.evidence, console);
    manifests.problems.iter().for_each(|problem| console.error(problem));
    if !manifests.problems.is_empty() || reading.record.sources.is_empty() {
        return Ok(FAILED);
    }
    let record = reading.record;
    for error in manifests.errors() {
        console.note(&error);
    }
    let task = if options.create { Task::Create } else { Task::Refine };
    let workspace =
        leastwise_harden::Manifests { documents: manifests.texts(), namespace: &options.namespace };
    let trace = match options.trace.as_ref().map(TraceFolder::new).transpose() {
        Ok(trace) => trace,
        Err(error) => {
            console.error(&format!("the trace: {error}"));
            return Ok(FAILED);
        }
    };
    let advised = advised::harden(task, options, &record, &workspace, trace, console);
    let proposal = advised.proposal;
    let rewritten = rewritten(&manifests, &proposal)?;
    match options.format {
        Format::Json => {
            let report = json::report(&proposal, advised.advice.as_ref(), &record)?;
            console.out().write_all(report.as_bytes())?;
        }
        Format::Human => {
            console.remark(&human::account(&proposal));
            if let Some(advice) = &advised.advice {
                console.remark(&human::advice(advice));
            }
            console.out().write_all(human::manifests(&proposal).as_bytes())?;
        }
    }
    let mut code = if reading.is_complete && advised.is_traced { DONE } else { FAILED };
    for file in &rewritten {
        if options.write {
            if let Err(problem) = save(file) {
                console.error(&problem);
                code = FAILED;
            }
        } else if options.format == Format::Human {
            console.out().write_all(diff(&file.source.name, &file.before, &file.after).as_bytes())?;
        }
    }
    Ok(code)
}

impl Harden {
    fn asked(&self) -> Options {
        let user = self.user.as_ref().map(|name| Whose::User(name.clone()));
        let named = self.service_account.clone().or(user).or_else(|| self.workload.clone());
        Options {
            whose: named.unwrap_or_default(),
            robust: self.robust,
            include_implied: self.include_implied,
            keep_discovery: self.keep_discovery,
            include_denied: self.include_denied,
            despite_loss: self.despite_loss,
            include_candidates: self.include_candidates,
            minimum_window: self.minimum_window,
        }
    }
}

impl From<Kind> for leastwise_harden::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Role => Self::Role,
            Kind::NetworkPolicy => Self::NetworkPolicy,
            Kind::Workload => Self::Workload,
        }
    }
}

/// A number of days, hours, minutes or seconds.
fn length_of_time(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number with `d`, `h`, `m` or `s`, like `7d`".to_owned();
    let unit = match text.chars().last() {
        Some('d') => 86_400,
        Some('h') => 3_600,
        Some('m') => 60,
        Some('s') => 1,
        _ => return Err(wrong()),
    };
    let count = text.get(..text.len() - 1).and_then(|count| count.parse::<u64>().ok()).ok_or_else(wrong)?;
    count.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}

fn service_account(text: &str) -> Result<Whose, String> {
    let (namespace, name) = text.split_once(':').ok_or("a service account is written NAMESPACE:NAME")?;
    Ok(Whose::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
}

fn workload(text: &str) -> Result<Whose, String> {
    match text.split('/').collect::<Vec<_>>()[..] {
        [namespace, kind, name] => {
            let [namespace, kind, name] = [namespace, kind, name].map(str::to_owned);
            Ok(Whose::Workload { namespace, kind, name })
        }
        _ => Err("a workload is written NAMESPACE/KIND/NAME".to_owned()),
    }
}

fn rewritten<'m>(manifests: &'m Manifests, proposal: &Proposal) -> io::Result<Vec<Rewritten<'m>>> {
    let changes: Vec<_> =
        proposal.changes.iter().map(|change| (change.document, change.edits.as_slice())).collect();
    manifests.rewritten(&changes).map_err(io::Error::other)
}

fn save(file: &Rewritten<'_>) -> Result<(), Problem> {
    let name = &file.source.name;
    if file.source.origin == Origin::StandardInput {
        let error = io::Error::new(io::ErrorKind::Unsupported, "standard input cannot be changed in place");
        return Err(Problem::Unwritable { name: name.clone(), error: Arc::new(error) });
    }
    write(&file.source.place, &file.encoding.encode(&file.after))
        .map_err(|error| Problem::unwritable(name, error))
}
