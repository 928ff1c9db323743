//! The first version of a rule: its file, from a template that lists what a rule must say, and its line in the
//! family's list. Its first test fails until the rule is written.

use std::fs;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::places::Places;

const TEMPLATE: &str = include_str!("../templates/rule.txt");

/// Writes the file of rule `id` in `family` and names it in the family's list.
///
/// # Errors
/// When the id or the family is not one that the rules crate can hold, or the rule exists.
pub(crate) fn run(shell: &Shell, places: &Places, id: &str, family: &str) -> Result<()> {
    ensure!(is_id(id), "{id} is not an id: lower-case words with dashes between them, such as host-network");
    let module = id.replace('-', "_");
    let folder = places.root.join("server/rules/src").join(family.replace('-', "_"));
    let list = folder.join("mod.rs");
    let known = fs::read_to_string(&list)
        .with_context(|| format!("there is no family {family} (no {})", list.display()))?;
    let file = folder.join(format!("{module}.rs"));
    ensure!(!file.exists(), "{} exists", file.display());
    let extended = add_to_family(&known, &module).with_context(|| format!("in {}", list.display()))?;

    fs::write(&file, TEMPLATE.replace("RULE-ID", id).replace("FAMILY", &pascal_case(family)))?;
    fs::write(&list, extended)?;
    cmd!(shell, "rustfmt --edition 2024 {file} {list}").quiet().run()?;
    println!(
        "{} is to be written now. It is finished when these pass:\n  \
         cargo test --package leastwise-rules {module}\n  cargo xtask generate",
        file.strip_prefix(&places.root).unwrap_or(&file).display()
    );
    Ok(())
}

fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    id.starts_with(|first: char| first.is_ascii_lowercase()) && id.split('-').all(is_word)
}

/// `pod-security` as Rust writes the name of a variant: `PodSecurity`.
fn pascal_case(family: &str) -> String {
    family.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// A family's `mod.rs` with one more file in its list, in alphabetical order.
fn add_to_family(source: &str, module: &str) -> Result<String> {
    const START: &str = "family![";
    let start = source.find(START).context("no family![…] list")? + START.len();
    let end = start + source[start..].find(']').context("the family![…] list does not end")?;
    let mut files: Vec<&str> =
        source[start..end].split(',').map(str::trim).filter(|file| !file.is_empty()).collect();
    ensure!(!files.contains(&module), "{module} is in the list already");
    files.push(module);
    files.sort_unstable();
    Ok([&source[..start], &files.join(", "), &source[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::{add_to_family, is_id, pascal_case};

    #[test]
    fn ids_are_words_with_dashes() {
        assert!(is_id("host-network") && is_id("rbac-wildcard-verb") && is_id("proc2"));
        for wrong in ["", "Host", "host_network", "-host", "host-", "host--network", "2fast", "../host"] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn families_are_named_as_their_variants() {
        assert_eq!(pascal_case("pod-security"), "PodSecurity");
        assert_eq!(pascal_case("rbac"), "Rbac");
    }

    #[test]
    fn a_file_is_listed_in_order_and_once() {
        let source = "//! Pods.\n\ncrate::rule::family![host_ipc, host_pid];\n\nmod shared;\n";
        let extended = add_to_family(source, "host_network").unwrap();
        assert_eq!(
            extended,
            "//! Pods.\n\ncrate::rule::family![host_ipc, host_network, host_pid];\n\nmod shared;\n"
        );
        assert!(add_to_family(source, "host_pid").is_err());
        assert!(add_to_family("//! No list.\n", "host_pid").is_err());
    }
}
