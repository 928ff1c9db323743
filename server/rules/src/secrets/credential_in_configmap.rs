use super::credential_names::credential;
use super::credential_values::{shape, stands_for_none};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::Object;

rule! {
    /// A ConfigMap holds a password, token or key in plain text.
    ///
    /// ## Why
    /// ConfigMaps are readable to nearly everyone who may look into the namespace, are not encrypted at rest where
    /// Secrets are, and lie in repositories and backups, which do not forget.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data:
    ///   application.properties: |
    ///     db.user=web
    ///     db.password=hunter2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// data:
    ///   application.properties: |
    ///     db.user=web
    ///     db.password=${DB_PASSWORD}
    /// ```
    ///
    /// ## Fix
    /// By hand: take the credential out of use, put a new one into a Secret that is not kept beside the manifest, and
    /// let the file refer to it: most frameworks replace `${NAME}` by a variable.
    ///
    /// ## When it is fine
    /// Throw-away credentials of tests, in clusters that come and go with them.
    ///
    /// ## References
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/)
    id: "credential-in-configmap",
    title: "ConfigMap holds a credential",
    severity: Severity::Error,
    confidence: Confidence::Medium,
    family: Family::Secrets,
    fields: &["data"],
    also: &[(Polaris, "sensitiveConfigmapContent"), (Trivy, "KSV-0109"), (Kubescape, "C-0012")],
    check: Check::Kind(&["ConfigMap"], check),
}

/// Stands for every value in messages: they go to logs and to a model.
const MASK: &str = "********";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_version() != Some("v1") {
        return;
    }
    let Some(data) = object.node.get("data").value() else { return };
    for entry in data.entries() {
        let (Some(key), Some(value)) = (entry.key.key_text(), entry.value.as_str()) else { continue };
        let what = if let Some(shape) = shape(value) {
            format!("holds {shape} in plain text")
        } else if value.trim().contains('\n') || looks_like_line(value) {
            let Some(name) = named_in(value) else { continue };
            format!("sets {name}, which is named like a credential, to a literal value")
        } else if is_credential(key, value) {
            "is named like a credential and has a literal value".to_owned()
        } else {
            continue;
        };
        let path = object.path.keys(&["data", key]);
        report.find(path, format!("data {key} of this ConfigMap {what}, {MASK}"));
    }
}

fn is_credential(name: &str, value: &str) -> bool {
    credential(name).is_some_and(|named| !stands_for_none(value, named) && is_literal(value))
}

/// Whether it can be a credential as it stands, and is no code, no prose and no placeholder of a tool.
fn is_literal(value: &str) -> bool {
    let is_of_code = |char: char| char.is_whitespace() || "()[]{};|,".contains(char);
    !value.starts_with(['!', '<', '@', '%']) && !value.contains(is_of_code)
}

/// The first name in lines of the form `name=value` or `name: value` that holds a credential.
fn named_in(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (name, value) = assignment(line)?;
        is_credential(name, value).then_some(name)
    })
}

fn looks_like_line(value: &str) -> bool {
    assignment(value).is_some_and(|(name, _)| credential(name).is_some())
}

/// Splits a line at its first `=` or `: `; none of comments, code and prose.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ").trim_start_matches("export ");
    if line.starts_with(['#', ';', '/', '<', '!']) {
        return None;
    }
    let equals = line.find('=').map(|at| (at, at + 1));
    let colon = line.find(": ").map(|at| (at, at + 2));
    let (end, start) = match (equals, colon) {
        (Some(equals), Some(colon)) => equals.min(colon),
        (one, other) => one.or(other)?,
    };
    let name = line[..end].trim().trim_matches(['"', '\'']);
    let is_name = !name.is_empty()
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.'));
    let value = line[start..].trim().trim_end_matches(',');
    // A comment may follow; within quotes it is part of the value.
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default(),
        _ => value.split(" #").next().unwrap_or_default().trim_end(),
    };
    is_name.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn names_of_data_and_of_lines_are_found_at_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ConfigMap
            data:
              DB_PASSWORD: hunter2
                           ^^^^^^^ data DB_PASSWORD of this ConfigMap is named like a credential
              app.env: 'DB_PASSWORD=hunter2'
                       ^^^^^^^^^^^^^^^^^^^^^ data app.env of this ConfigMap sets DB_PASSWORD
              settings.json: \"{\\n  \\\"apiKey\\\": \\\"a1b2c3d4\\\",\\n}\"
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ sets apiKey
            ",
        );
    }

    #[test]
    fn lines_of_files_are_read() {
        for line in [
            "db.password=hunter2",
            "password: hunter2 # old",
            "  smtp_pass = 'hunter2'",
            "export API_TOKEN=a1b2c3d4",
            "- clientSecret: \"a1b2c3\"",
        ] {
            let text = format!(
                "apiVersion: v1\nkind: ConfigMap\ndata:\n  app.conf: |\n    # settings\n    {line}\n"
            );
            let found = find(&RULE, &Settings::default(), &text);
            assert_eq!(found.len(), 1, "{line}");
            assert!(!found[0].1.message.contains("hunter2"), "{line}");
        }
    }

    #[test]
    fn what_is_no_credential_is_fine() {
        for line in [
            "db.password=${DB_PASSWORD}",
            "password: $(PASSWORD)",
            "password: <%= ENV['PASSWORD'] %>",
            "password={{ password }}",
            "password =",
            "password: \"\"",
            "password: null",
            "# password=hunter2",
            "password_file=/run/secrets/password",
            "token: /var/run/token",
            "password = os.environ[name]",
            "password = read(file)",
            "token_ttl=3600",
            "password: changeme",
            "password.encoder=bcrypt",
            "if password == other: pass",
            "The password: it is kept elsewhere",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  app.conf: |\n    a: b\n    {line}\n"),
            );
        }
    }

    #[test]
    fn templates_other_kinds_and_other_fields_are_fine() {
        for text in [
            "kind: ConfigMap\ndata: {password: \"{{ .Values.password }}\"}",
            "kind: Secret\ndata: {password: aHVudGVyMg==}",
            "kind: ConfigMap\nbinaryData: {password: aHVudGVyMg==}",
            "kind: ConfigMap\ndata: {greeting: hello}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\n{text}\n"));
        }
    }
}
