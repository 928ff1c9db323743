//! A whole release: the archives of all platforms in one folder, and what only all of them together give.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::target::TARGETS;
use super::{VERSION, checksum_file, checksum_line, sha256};

/// The formula for Homebrew, in which the platform's name between `@` stands for its archive's checksum.
pub(super) const FORMULA: &str = "packaging/homebrew/leastwise.rb";

/// What Homebrew installs, which has no formula for Windows.
const FORMULA_FILE: &str = "leastwise.rb";

/// Checks that the archive of each platform is in `folder` and is what its checksum says, and writes beside them
/// `SHA256SUMS`, over these and the editors' packages, and the formula for Homebrew.
///
/// # Errors
/// When one is missing or another than its checksum says, or `tag` is not this version's.
pub(crate) fn complete(root: &Path, folder: &Path, tag: Option<&str>) -> Result<()> {
    let expected = format!("v{VERSION}");
    if let Some(tag) = tag {
        ensure!(tag == expected, "the tag is {tag}, but this is version {VERSION}, whose tag is {expected}");
    }
    let mut sums = String::new();
    let mut checksums = BTreeMap::new();
    for target in &TARGETS {
        let (name, bytes) = checked(folder, &target.archive())?;
        sums.push_str(&checksum_line(&bytes, &name));
        checksums.insert(target.triple, sha256(&bytes));
        let extension = target.extension();
        if folder.join(&extension).is_file() {
            sums.push_str(&checksum_line(&fs::read(folder.join(&extension))?, &extension));
        } else {
            println!("no {extension}: the release will be without it");
        }
    }
    fs::write(folder.join("SHA256SUMS"), sums)?;
    let formula = fs::read_to_string(root.join(FORMULA))?;
    fs::write(folder.join(FORMULA_FILE), filled(&formula, &checksums)?)?;
    Ok(())
}

/// A file's name and content, when that is what the file beside it says.
fn checked(folder: &Path, name: &str) -> Result<(String, Vec<u8>)> {
    let bytes = fs::read(folder.join(name)).with_context(|| format!("no {name} in {}", folder.display()))?;
    let said = fs::read_to_string(folder.join(checksum_file(name)))
        .with_context(|| format!("no checksum of {name} in {}", folder.display()))?;
    ensure!(said == checksum_line(&bytes, name), "{name} is not what {} says", checksum_file(name));
    Ok((name.to_owned(), bytes))
}

/// The formula with each platform's checksum in the place of its name.
///
/// # Errors
/// When it names a platform that there is no archive for.
pub(super) fn filled(formula: &str, checksums: &BTreeMap<&str, String>) -> Result<String> {
    let mut filled = formula.to_owned();
    for (triple, checksum) in checksums {
        filled = filled.replace(&format!("\"@{triple}@\""), &format!("\"{checksum}\""));
    }
    if let Some((_, rest)) = filled.split_once("\"@") {
        let name = rest.split('"').next().unwrap_or_default();
        anyhow::bail!("the formula names a platform that nothing is released for: {name}");
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A release in which every archive is its own name.
    fn release(root: &Path) -> Result<()> {
        fs::create_dir_all(root.join("packaging/homebrew"))?;
        fs::write(root.join(FORMULA), "sha256 \"@aarch64-apple-darwin@\"\n")?;
        for target in &TARGETS {
            let name = target.archive();
            fs::write(root.join(&name), &name)?;
            fs::write(root.join(checksum_file(&name)), checksum_line(name.as_bytes(), &name))?;
        }
        Ok(())
    }

    #[test]
    fn a_whole_release_gets_its_list_of_checksums_and_its_formula() -> Result<()> {
        let folder = tempfile::tempdir()?;
        release(folder.path())?;
        let extension = format!("leastwise-{VERSION}-linux-x64.vsix");
        fs::write(folder.path().join(&extension), "")?;
        complete(folder.path(), folder.path(), Some(&format!("v{VERSION}")))?;
        let sums = fs::read_to_string(folder.path().join("SHA256SUMS"))?;
        assert_eq!(sums.lines().count(), TARGETS.len() + 1);
        // The SHA-256 of nothing.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(sums.contains(&format!("\n{empty}  {extension}\n")), "{sums}");
        let formula = fs::read_to_string(folder.path().join(FORMULA_FILE))?;
        let mac = format!("leastwise-{VERSION}-aarch64-apple-darwin.tar.gz");
        assert_eq!(formula, format!("sha256 \"{}\"\n", sha256(mac.as_bytes())));
        Ok(())
    }

    #[test]
    fn a_damaged_or_missing_archive_or_another_tag_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        release(folder.path())?;
        let refusal = |tag| complete(folder.path(), folder.path(), tag).unwrap_err().to_string();
        assert!(refusal(Some("v9.9.9")).starts_with("the tag is v9.9.9, but this is version "));
        let windows = format!("leastwise-{VERSION}-x86_64-pc-windows-msvc.zip");
        fs::write(folder.path().join(&windows), "damaged")?;
        assert_eq!(refusal(None), format!("{windows} is not what {windows}.sha256 says"));
        fs::remove_file(folder.path().join(&windows))?;
        assert!(refusal(None).starts_with(&format!("no {windows} in ")));
        Ok(())
    }

    #[test]
    fn a_formula_for_another_platform_is_refused() {
        let error = filled("sha256 \"@riscv64@\"", &BTreeMap::new()).unwrap_err().to_string();
        assert_eq!(error, "the formula names a platform that nothing is released for: riscv64@");
    }
}
