use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A ConfigMap holds what looks like data about a person.
    ///
    /// ## Why
    /// ConfigMaps are readable to nearly everyone who may look into the namespace, and kept in repositories and
    /// backups. Data about people belongs where one can say who reads it and where it can be deleted. Off by default:
    /// names and addresses of administrators are common and harmless.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data:
    ///   customer-phone: "+44 20 7946 0958"
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data:
    ///   greeting: hello
    /// ```
    ///
    /// ## Fix
    /// By hand: keep it in the database of the application, or in a Secret.
    ///
    /// ## When it is fine
    /// For the address of a mailbox that a team shares, and data that is public.
    ///
    /// ## References
    /// - [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/)
    id: "personal-data-in-configmap",
    title: "ConfigMap holds personal or sensitive data",
    severity: Severity::Hint,
    confidence: Confidence::Low,
    family: Family::Secrets,
    persona: Persona::Policy,
    fields: &["data"],
    also: &[(Trivy, "KSV-01010")],
    check: Check::Kind(&["ConfigMap"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(data) = object.node.get("data").value() else { return };
    for entry in data.entries() {
        let (Some(key), Some(value)) = (entry.key.key_text(), entry.value.as_str()) else { continue };
        if let Some(what) = personal(key, value) {
            report
                .find(object.path.keys(&["data", key]), format!("data {key} of this ConfigMap holds {what}"));
        }
    }
}

/// What the name of a key says of its value.
const NAMES: [(&str, &str); 6] = [
    ("username", "a user name"),
    ("email", "an e-mail address"),
    ("phone", "a phone number"),
    ("passport", "a passport number"),
    ("iban", "a bank account"),
    ("birthdate", "a date of birth"),
];

fn personal(key: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if value.is_empty() || value.contains("${") || value.contains("$(") {
        return None;
    }
    if value.split(|char: char| char.is_whitespace() || "\"'=,;<>()".contains(char)).any(is_email) {
        return Some("an e-mail address");
    }
    if is_iban(value) {
        return Some("a bank account");
    }
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    NAMES
        .iter()
        .find(|(name, _)| letters.ends_with(name) || letters.ends_with(&format!("{name}number")))
        .map(|(_, what)| *what)
}

fn is_email(word: &str) -> bool {
    let Some((local, host)) = word.split_once('@') else { return false };
    let is_part = |char: char| char.is_ascii_alphanumeric() || ".-_+".contains(char);
    let ending = host.rsplit_once('.').map_or("", |(_, ending)| ending);
    !local.is_empty()
        && local.chars().all(is_part)
        && host.chars().all(is_part)
        && ending.len() >= 2
        && ending.chars().all(|char| char.is_ascii_alphabetic())
}

/// Two letters, two digits and up to thirty more, with the remainder that ISO 13616 asks for.
fn is_iban(value: &str) -> bool {
    let compact: Vec<u8> = value.bytes().filter(|byte| *byte != b' ').collect();
    let is_shaped = (15..=34).contains(&compact.len())
        && compact[..2].iter().all(u8::is_ascii_uppercase)
        && compact[2..4].iter().all(u8::is_ascii_digit)
        && compact.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let digits = compact.iter().cycle().skip(4).take(compact.len());
    is_shaped
        && digits.fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        }) == 1
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn names_and_shapes_are_found_at_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            data:
              contact: jane.doe@example.org
                       ^^^^^^^^^^^^^^^^^^^^ data contact of this ConfigMap holds an e-mail address
              customerPhone: 44 20 7946 0958
                             ^^^^^^^^^^^^^^^ a phone number
              account: GB82 WEST 1234 5698 7654 32
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ a bank account
            ",
        );
    }

    #[test]
    fn other_texts_interpolations_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            data:
              greeting: hello
              url: git@host
              email: ${EMAIL}
              phone: \"\"
              account: GB83 WEST 1234 5698 7654 32
              contact: \"{{ .Values.contact }}\"
            ",
        );
    }
}
