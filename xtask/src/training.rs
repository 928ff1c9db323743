//! The detector's training and its measurement: from a bare machine to an adapter, and to the report.
//!
//! Everything of weight lies in the user's cache: the Python environment, the data, checkpoints and merged models. What the
//! repository keeps is `training/detector/`.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::places::Places;
use crate::{binary, model, system};

/// How long and how wide to train.
#[derive(Args)]
pub(crate) struct Training {
    /// Manifests of real repositories, as `plain/REPOSITORY/...` below this folder.
    #[arg(long, value_name = "FOLDER", default_value = "../shared/corpus")]
    corpus: PathBuf,
    /// Tokens to read. Ten million take about twenty minutes on two cores with AMX; a run goes on from its last checkpoint.
    #[arg(long, value_name = "NUMBER", default_value_t = 60_000_000)]
    tokens: u64,
    /// Processes that share the work, one core each.
    #[arg(long, value_name = "NUMBER")]
    processes: Option<NonZeroUsize>,
    /// Where there is no checkpoint, begin from what this adapter has learned and not from nothing.
    #[arg(long, value_name = "ADAPTER")]
    begin_with: Option<PathBuf>,
    /// A factor on the rate of learning; less than 1 suits a run that begins with an adapter.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    rate: f64,
    /// Keep the data of the last run, and not make it anew.
    #[arg(long)]
    keep_data: bool,
    /// Stop before the training: the pack can be carried to a machine with a GPU.
    #[arg(long)]
    pack_only: bool,
}

/// Makes the data, trains, and writes the adapter that the product merges with the base model.
///
/// # Errors
/// When a step fails; its program has said why.
pub(crate) fn train(shell: &Shell, places: &Places, training: &Training) -> Result<()> {
    let laboratory = Laboratory::open(shell, places)?;
    let (pack, run) = (places.training().join("pack"), places.training().join("run"));
    if !(training.keep_data && laboratory.data().join("train.jsonl").is_file()) {
        laboratory.make_data(shell, &training.corpus)?;
    }
    laboratory.make_pack(shell, &model::fetch_base(shell, places)?, &pack)?;
    if training.pack_only {
        println!("{}", pack.display());
        return Ok(());
    }
    let processes = match training.processes {
        Some(count) => count.get(),
        None => std::thread::available_parallelism()?.get(),
    };
    let begin_with =
        training.begin_with.iter().flat_map(|adapter| [OsStr::new("--begin-with"), adapter.as_os_str()]);
    let children: Result<Vec<Child>> = (0..processes)
        .map(|rank| {
            laboratory
                .python("train")
                .arg("--pack")
                .arg(&pack)
                .arg("--out")
                .arg(&run)
                .args(["--tokens", &training.tokens.to_string(), "--rate", &training.rate.to_string()])
                .args(begin_with.clone())
                .envs([("RANK", rank.to_string()), ("WORLD_SIZE", processes.to_string())])
                .envs([("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", "29511")])
                .spawn()
                .context("cannot start Python")
        })
        .collect();
    for mut child in children? {
        ensure!(child.wait()?.success(), "a training process failed; {} has the log", run.display());
    }
    let (adapter, python) = (places.root.join("training/detector/adapter.gguf"), &laboratory.interpreter);
    cmd!(shell, "{python} -m leastwise_training.finish --pack {pack} --run {run} --out {adapter}").run()?;
    model::pin(shell, places)
}

/// Measures the detector that the repository holds and writes `training/REPORT.md`.
///
/// # Errors
/// When a step fails; its program has said why.
pub(crate) fn evaluate(shell: &Shell, places: &Places, corpus: &Path) -> Result<()> {
    let laboratory = Laboratory::open(shell, places)?;
    let worker = binary::build(shell, places)?;
    let base = model::fetch_base(shell, places)?;
    let models = model::fetch(shell, places)?;
    let [detector, small] = &models.detectors[..] else {
        bail!("the adapter has other variants than the report is about");
    };
    if !laboratory.data().join("train.jsonl").is_file() {
        laboratory.make_data(shell, corpus)?;
    }
    let (data, teacher, python) = (laboratory.data(), &laboratory.teacher, &laboratory.interpreter);
    let training = places.root.join("training");
    let (cases, report) = (training.join("cases"), training.join("REPORT.md"));
    let deployment = training.join("deployment.yaml");
    cmd!(
        shell,
        "{python} -m leastwise_training.evaluate --worker {worker} --model {detector} --small {small} --base {base}
            --data {data} --teacher {teacher} --cases {cases} --deployment {deployment} --out {report}"
    )
    .run()?;
    println!("{}", report.display());
    Ok(())
}

/// Runs the tests of training that need no PyTorch.
///
/// # Errors
/// When one fails or Python's packages cannot be installed.
pub(crate) fn test(shell: &Shell, places: &Places) -> Result<()> {
    let root = places.root.join("training");
    let python =
        environment(shell, &places.training().join("python-tests"), &root.join("requirements-tests.txt"))?;
    let _folder = shell.push_dir(root);
    cmd!(shell, "{python} -m unittest discover --start-directory tests --top-level-directory .").run()?;
    Ok(())
}

/// A Python environment with these packages, made where it is missing.
fn environment(shell: &Shell, folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let interpreter = folder.join("bin/python");
    if !interpreter.is_file() {
        cmd!(shell, "python3 -m venv {folder}").run()?;
    }
    cmd!(
        shell,
        "{interpreter} -m pip install --quiet --disable-pip-version-check --requirement {requirements}"
    )
    .run()?;
    Ok(interpreter)
}

/// A Python with the packages of `training/requirements.txt`, and the teacher.
struct Laboratory {
    interpreter: PathBuf,
    teacher: PathBuf,
    root: PathBuf,
    cache: PathBuf,
}

impl Laboratory {
    fn open(shell: &Shell, places: &Places) -> Result<Self> {
        system::install(shell, &[system::PYTHON])?;
        let root = places.root.join("training");
        let interpreter =
            environment(shell, &places.training().join("python"), &root.join("requirements.txt"))?;
        let target = places.release_target();
        cmd!(shell, "cargo build --release --package leastwise-teacher --target-dir {target}").run()?;
        shell.set_var("PYTHONPATH", &root);
        Ok(Self {
            interpreter,
            teacher: target.join("release/leastwise-teacher"),
            root,
            cache: places.training(),
        })
    }

    fn data(&self) -> PathBuf {
        self.cache.join("data")
    }

    fn make_data(&self, shell: &Shell, corpus: &Path) -> Result<()> {
        ensure!(
            corpus.join("plain").is_dir(),
            "{} holds no manifests; name others with --corpus",
            corpus.display()
        );
        let (python, teacher, data) = (&self.interpreter, &self.teacher, self.data());
        cmd!(
            shell,
            "{python} -m leastwise_training.dataset --corpus {corpus} --teacher {teacher} --out {data}"
        )
        .run()?;
        Ok(())
    }

    fn make_pack(&self, shell: &Shell, base: &Path, pack: &Path) -> Result<()> {
        let (python, teacher, data) = (&self.interpreter, &self.teacher, self.data());
        cmd!(
            shell,
            "{python} -m leastwise_training.pack --base {base} --data {data} --teacher {teacher} --out {pack}"
        )
        .run()?;
        Ok(())
    }

    fn python(&self, module: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.args(["-m", &format!("leastwise_training.{module}")]).env("PYTHONPATH", &self.root);
        command
    }
}
