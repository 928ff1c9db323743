//! Covers secrets in text that is about to leave the machine: it errs on the side of covering too much.
//!
//! It works on lines, not on a parsed document, because what is sent is an excerpt: lines of a manifest, perhaps with their
//! numbers in front, between lines of prose. Covered are the values of environment variables, everything under `data`,
//! `stringData` and `binaryData`, values whose key sounds like a secret, private keys, passwords in addresses and arguments,
//! and whatever is shaped like a credential.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

const COVER: &str = "[masked]";

/// Words in a key or a flag that make its value a secret.
const SECRET_WORDS: &str = "passw|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|credential|connection_?-?string|dsn|auth";

fn pattern(text: &str) -> Regex {
    #[allow(clippy::expect_used, reason = "a constant of this file; the tests below compile each one")]
    Regex::new(text).expect("a valid pattern")
}

/// A line's number in front of it, as the prompt writes it.
static GUTTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ *\d+ \| ?"));
/// A key and its value: the indentation with any dashes, the key, the colon and the value.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?<indent>[ \t]*(?:- +)*)(?<key>"[^"]*"|'[^']*'|[^\s:"'{\[][^:"'{\[]*?)(?<colon>\s*:)(?:\s+(?<value>.*))?$"#,
    )
});
/// An entry inside a flow mapping, or of JSON.
static FLOW_ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?<key>["']?[\w./-]+["']?)(?<colon>\s*:\s*)(?<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}\]{\["'][^,}\]]*)"#,
    )
});
/// The data of a Secret or a ConfigMap, written as a flow mapping.
static FLOW_DATA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?<key>["']?\b(?:data|stringData|binaryData)["']?\s*:\s*\{)[^}]*"#));
static SECRET_KEY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i){SECRET_WORDS}|^pwd$")));
static PRIVATE_KEY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"-----(?<edge>BEGIN|END)[A-Z0-9 ]*PRIVATE KEY"));
/// A secret that is passed as an argument or written as a shell assignment.
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)(?<key>[\w-]*(?:{SECRET_WORDS})[\w-]*)(?<between>=|["',]*\s+["']?)(?<value>[^\s"',\]}}]+)"#
    ))
});
/// A user and a password in an address.
static USER_INFO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?<scheme>[a-zA-Z][\w+.-]*://)[^\s/@]+@"));
/// Credentials by their published prefixes: AWS, GitHub, GitLab, Slack, Google, OpenAI and alike, Stripe, and any JSON Web Token.
static KNOWN_SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{8,}|AIza[\w-]{20,}|(?:sk|pk|rk)[-_][\w-]{16,}|npm_\w{16,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)",
    )
});
/// A run of characters long enough for a key.
static LONG_RUN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?<before>sha256:)?(?<run>[A-Za-z0-9+/_-]{20,}={0,2})"));

/// The text with its secrets covered.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut cover = Cover::default();
    text.split_inclusive('\n').map(|line| cover.line(line)).collect()
}

/// What an earlier line means for the next ones.
#[derive(Default)]
struct Cover {
    /// Lines that are indented deeper than this belong to a value that is covered.
    value: Option<usize>,
    /// Entries that are indented deeper than this belong to a Secret's or a ConfigMap's data.
    data: Option<usize>,
    private_key: bool,
}

impl Cover {
    fn line(&mut self, line: &str) -> String {
        let body = line.trim_end_matches(['\n', '\r']);
        let ending = &line[body.len()..];
        let gutter = GUTTER.find(body).map_or(0, |gutter| gutter.end());
        let (gutter, content) = body.split_at(gutter);
        format!("{gutter}{}{ending}", self.content(content))
    }

    fn content(&mut self, content: &str) -> String {
        if content.trim().is_empty() {
            return content.to_owned();
        }
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        if let Some(edge) = PRIVATE_KEY.captures(content) {
            self.private_key = &edge["edge"] == "BEGIN" && !content.contains("-----END");
            return format!("{}{COVER}", &content[..indent]);
        }
        if self.private_key || self.value.is_some_and(|value| indent > value) {
            return format!("{}{COVER}", &content[..indent]);
        }
        self.value = None;
        self.data = self.data.filter(|&data| indent > data);
        if let Some(entry) = ENTRY.captures(content) {
            // The column of the key, which is what its value must be indented deeper than.
            let column = entry["indent"].len();
            let key = entry["key"].trim_matches(['"', '\'']);
            let value = entry.name("value").map_or("", |value| value.as_str());
            if matches!(key, "data" | "stringData" | "binaryData") && is_nothing(value) {
                self.data = Some(column);
                return content.to_owned();
            }
            let always = key == "value" || self.data.is_some();
            let opens_flow = value.starts_with(['{', '[']);
            if always && !opens_flow || is_secret(key, value) && !is_nothing(value) && !opens_flow {
                self.value = Some(column);
                let space = if is_nothing(value) { "" } else { " " };
                let cover = if is_nothing(value) { "" } else { COVER };
                return format!("{}{}{}{space}{cover}", &entry["indent"], &entry["key"], &entry["colon"]);
            }
        }
        let content = FLOW_DATA.replace_all(content, format!("${{key}}{COVER}"));
        credentials(&FLOW_ENTRY.replace_all(&content, |entry: &Captures<'_>| {
            let key = entry["key"].trim_matches(['"', '\'']);
            if key == "value"
                || self.data.is_some()
                || is_secret(key, entry["value"].trim_matches(['"', '\'']))
            {
                format!("{}{}{COVER}", &entry["key"], &entry["colon"])
            } else {
                entry[0].to_owned()
            }
        }))
    }
}

fn is_nothing(value: &str) -> bool {
    value.is_empty() || value.starts_with('#')
}

/// Whether the key says that this value is a secret. `automountServiceAccountToken: false` is none.
fn is_secret(key: &str, value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or(value).trim();
    let harmless =
        matches!(value, "true" | "false" | "null" | "~") || value.bytes().all(|byte| byte.is_ascii_digit());
    !harmless && SECRET_KEY.is_match(key)
}

/// Covers what is a credential by its shape or by the flag in front of it.
fn credentials(text: &str) -> String {
    let text = USER_INFO.replace_all(text, |found: &Captures<'_>| format!("{}{COVER}@", &found["scheme"]));
    let text = KNOWN_SHAPE.replace_all(&text, COVER);
    let text = ASSIGNMENT.replace_all(&text, |found: &Captures<'_>| {
        let (key, between) = (&found["key"], &found["between"]);
        // Prose such as "the token is" names no secret; a flag with its value, or an assignment, does.
        if between == "=" || key.starts_with("--") {
            format!("{key}{between}{COVER}")
        } else {
            found[0].to_owned()
        }
    });
    let text: Cow<'_, str> = LONG_RUN.replace_all(&text, |found: &Captures<'_>| {
        if found.name("before").is_none() && looks_random(&found["run"]) {
            COVER.to_owned()
        } else {
            found[0].to_owned()
        }
    });
    text.into_owned()
}

/// Letters of both cases and digits mixed, or a long hexadecimal number: names and paths are not written like that.
fn looks_random(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = run.len() >= 32 && digits > 0 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal
        || run.ends_with('=')
        || (digits >= 2 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that nothing of `secrets` is left and that all of `kept` is.
    fn check(text: &str, secrets: &[&str], kept: &[&str]) {
        let masked = mask(text);
        for secret in secrets {
            assert!(!masked.contains(secret), "{secret} is left in\n{masked}");
        }
        for kept in kept {
            assert!(masked.contains(kept), "{kept} is gone from\n{masked}");
        }
        assert_eq!(masked.lines().count(), text.lines().count(), "lines must keep their numbers\n{masked}");
    }

    #[test]
    fn values_of_the_environment() {
        check(
            "env:\n- name: GREETING\n  value: hello\n- name: MOTTO\n  value: |\n    first line\n    second line\n- name: PORT\n",
            &["hello", "first line", "second line"],
            &["name: GREETING", "name: MOTTO", "name: PORT"],
        );
    }

    #[test]
    fn values_that_start_on_their_own_line_or_go_on_in_the_next() {
        check("- name: A\n  value:\n    hunter2\n  other: x\n", &["hunter2"], &["other: x"]);
        check("- name: A\n  value: \"one\n    two\"\n- name: B\n", &["one", "two"], &["name: B"]);
    }

    #[test]
    fn lines_with_their_numbers_in_front() {
        check(
            "  12 | - name: A\n  13 |   value: hunter2\n",
            &["hunter2"],
            &["  13 |   value: [masked]", "name: A"],
        );
    }

    #[test]
    fn data_of_a_secret() {
        check(
            "kind: Secret\nstringData:\n  user: alice\n  motto: >-\n    fold me\ntype: Opaque\ndata:\n  k: aGVsbG8=\n",
            &["alice", "fold me", "aGVsbG8="],
            &["kind: Secret", "user:", "type: Opaque"],
        );
    }

    #[test]
    fn flow_style_and_json() {
        check(
            r#"env: [{name: A, value: hunter2}, {name: B, value: "x y"}]"#,
            &["hunter2", "x y"],
            &["name: A", "name: B"],
        );
        check(
            r#"{"name": "A", "value": "hunter2", "dbPassword": "swordfish"}"#,
            &["hunter2", "swordfish"],
            &["\"A\""],
        );
        check("data: {a: hunter2, b: c3dvcmQ}", &["hunter2", "c3dvcmQ"], &["data:"]);
        check(r#"{"kind": "Secret", "data": {"a": "hunter2"}}"#, &["hunter2"], &["\"Secret\""]);
    }

    #[test]
    fn keys_that_sound_like_a_secret() {
        check("dbPassword: swordfish\napi_key: 'abc'\n", &["swordfish", "abc"], &["dbPassword", "api_key"]);
    }

    #[test]
    fn settings_that_only_sound_like_a_secret_stay() {
        let text =
            "automountServiceAccountToken: false\nexpirationSeconds: 3600\nprivileged: true # not good\n";
        assert_eq!(mask(text), text);
    }

    #[test]
    fn arguments_and_addresses() {
        check(
            r#"args: ["--token=abc", "--password", "swordfish", "--verbose"]"#,
            &["abc", "swordfish"],
            &["--token", "--password", "--verbose"],
        );
        check("url: postgres://bob:pw@db:5432/shop", &["bob", "pw@"], &["postgres://", "@db:5432/shop"]);
        check("command: sh -c 'PGPASSWORD=pw psql'", &["PGPASSWORD=pw"], &["psql"]);
    }

    #[test]
    fn credentials_by_their_shape() {
        // Put together here so that no file holds a whole one.
        for credential in [
            format!("AKIA{}", "IOSFODNN7EXAMPLE"),
            format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0"),
            format!("eyJ{}.{}.{}", "hbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2ln"),
            "Zm9vYmFyYmF6cXV4Zm9vYmFy0123=".to_owned(),
            "0123456789abcdef0123456789abcdef".to_owned(),
        ] {
            check(&format!("# {credential} was here\n"), &[&credential], &["was here"]);
        }
    }

    #[test]
    fn private_keys() {
        let begin = format!("-----BEGIN {}-----", "RSA PRIVATE KEY");
        let end = format!("-----END {}-----", "RSA PRIVATE KEY");
        check(
            &format!("tls: |\n  {begin}\n  abcdef\n  {end}\nafter: 1\n"),
            &["abcdef", "BEGIN"],
            &["after: 1"],
        );
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "image: registry.example/team/application-frontend:1.2.3\n",
            "image: nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
            "The rule `privileged-container` is about privileged: true and the token of the service account.\n",
            "Field: `spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation`\n",
            "\r\n",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
