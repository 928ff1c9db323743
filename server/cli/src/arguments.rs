//! What the command line may say.

use crate::{
    check, completions, connections, evidence, explain, fix, graph, harden, lsp, man_pages, model,
    model_worker, prove, rules, teach,
};
use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};

/// Makes Kubernetes manifests least-privilege where they are written.
#[derive(Debug, Parser)]
#[command(name = "leastwise", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to colour the output.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find privilege that a manifest does not need.
    Check(check::Check),
    /// Rewrite manifests to their least-privilege form, as far as that is proved.
    Fix(fix::Fix),
    /// Say whether a change of manifests gives anybody more, and what: a gate for pull requests.
    Prove(prove::Prove),
    /// List what network policies allow between workloads.
    Connections(connections::ListConnections),
    /// Draw what a workload may do, and what of that it was seen to need.
    Graph(graph::Graph),
    /// Read runtime logs to one small record of what was seen.
    Evidence(evidence::Evidence),
    /// Make or tighten manifests so that they grant what was seen to be needed, and nothing else.
    Harden(harden::Harden),
    /// Explain a rule: what it finds, why it matters, and what to do.
    Explain(explain::Explain),
    /// List every rule.
    Rules(rules::Rules),
    /// Serve an editor: the language server.
    Lsp(lsp::Lsp),
    /// Fetch and list local models.
    Model(model::Models),
    /// Teach the local model a label of your own from a handful of files.
    Teach(teach::Teach),
    /// Serve a model to the process that started it.
    #[command(hide = true)]
    ModelWorker(model_worker::Worker),
    /// Print the JSON schema of `.leastwise.yaml`.
    ConfigurationSchema,
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Write the manual pages into a folder.
    #[command(hide = true)]
    ManPages(man_pages::ManPages),
}

/// When to colour the output.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that can, unless `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn write_global(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}
