//! What is looked at before llama.cpp gets the file, because it would end the process, compute nonsense, or say too little.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use leastwise_model::digest::sha256;
use leastwise_model::protocol::FailureKind;

use crate::Failure;

/// Memory for the contexts and buffers of a small model, beyond its file.
const WORKING_MEMORY: u64 = 256 * 1024 * 1024;
/// How much of the end of a file is looked at.
const TAIL: u64 = 4096;

/// Checks that this build can run on this processor. llama.cpp is compiled for what every x86 processor since 2013 has.
pub(crate) fn processor() -> Result<(), Failure> {
    #[cfg(target_arch = "x86_64")]
    {
        let missing: Vec<&str> = [
            ("avx2", std::is_x86_feature_detected!("avx2")),
            ("fma", std::is_x86_feature_detected!("fma")),
            ("f16c", std::is_x86_feature_detected!("f16c")),
            ("bmi2", std::is_x86_feature_detected!("bmi2")),
        ]
        .into_iter()
        .filter_map(|(name, present)| (!present).then_some(name))
        .collect();
        if !missing.is_empty() {
            let message = format!(
                "this processor has no {}, which the model needs; the rules work without it",
                missing.join(", ")
            );
            return Err(Failure::new(FailureKind::Processor, message));
        }
    }
    Ok(())
}

/// Checks that there is room for a model file of this size. `available` is in bytes; `None` if it is not known.
pub(crate) fn memory(size: u64, available: Option<u64>) -> Result<(), Failure> {
    let needed = size + WORKING_MEMORY;
    match available {
        Some(available) if available < needed => {
            let mebibytes = |bytes: u64| bytes / (1024 * 1024);
            let message = format!(
                "the model needs about {} MiB of memory, and {} MiB are free; the rules work without it",
                mebibytes(needed),
                mebibytes(available)
            );
            Err(Failure::new(FailureKind::Memory, message))
        }
        _ => Ok(()),
    }
}

/// The memory that can be had now, in bytes: what Linux calls available, or less where a control group allows less.
pub(crate) fn available_memory() -> Option<u64> {
    let system = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kibibytes = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(kibibytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    });
    let number = |file: &str| {
        std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?.trim().parse::<u64>().ok()
    };
    // `memory.max` holds the word `max` where there is no limit.
    let group =
        number("memory.max").zip(number("memory.current")).map(|(most, now)| most.saturating_sub(now));
    [system, group].into_iter().flatten().min()
}

/// Opens a model file and checks what can be checked without llama.cpp: that it is a GGUF file, and that it is the expected one
/// if a digest is given, or at least that its end was not lost. Gives the size.
pub(crate) fn file(
    path: &Path,
    expected: Option<&str>,
    on_progress: &mut dyn FnMut(f32) -> io::Result<()>,
) -> Result<u64, Failure> {
    let missing =
        |error: io::Error| Failure::new(FailureKind::ModelMissing, format!("{}: {error}", path.display()));
    let invalid = |what: &str| Failure::new(FailureKind::ModelInvalid, format!("{} {what}", path.display()));
    let mut file = File::open(path).map_err(missing)?;
    let metadata = file.metadata().map_err(missing)?;
    if !metadata.is_file() {
        return Err(Failure::new(FailureKind::ModelMissing, format!("{} is not a file", path.display())));
    }
    let mut head = [0; 8];
    file.read_exact(&mut head).map_err(|_| invalid("is no model file: it is too short"))?;
    if &head[..4] != b"GGUF" {
        return Err(invalid("is no model file: it does not begin as GGUF does"));
    }
    let size = metadata.len();
    match expected {
        Some(expected) => {
            file.rewind().map_err(missing)?;
            let found = sha256(&mut file, |done| on_progress(done as f32 / size as f32)).map_err(missing)?;
            if !found.eq_ignore_ascii_case(expected) {
                let message = format!(
                    "{} is damaged or another file: its SHA-256 is {found} and not {expected}; fetch it again",
                    path.display()
                );
                return Err(Failure::new(FailureKind::ModelDigest, message));
            }
        }
        None => {
            // llama.cpp takes a file whose end is zeros for whole. Weights are never all zero.
            let mut tail = Vec::new();
            file.seek(SeekFrom::Start(size.saturating_sub(TAIL))).map_err(missing)?;
            file.read_to_end(&mut tail).map_err(missing)?;
            if tail.iter().all(|&byte| byte == 0) {
                return Err(invalid("is damaged: it ends in zeros; fetch it again"));
            }
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_memory_is_told_in_numbers() {
        let failure = memory(100 << 20, Some(300 << 20)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Memory);
        assert!(failure.message.contains("356 MiB") && failure.message.contains("300 MiB"), "{failure}");
        assert_eq!(memory(100 << 20, Some(400 << 20)), Ok(()));
        assert_eq!(memory(100 << 20, None), Ok(()), "where it is not known, it is tried");
    }

    #[test]
    fn memory_is_known_on_linux() {
        if cfg!(target_os = "linux") {
            assert!(available_memory().unwrap() > 0);
        }
    }
}
