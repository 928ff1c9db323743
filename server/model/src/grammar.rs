//! The grammar of an answer: the template of `grammars/` with the names of one request filled in.

use crate::sentences::COMPOUNDS;

const EXPLAIN: &str = include_str!("../../../grammars/explain.lark");

/// The grammar of an explanation that can name only these names; an empty list allows no name at all. With a fix, its last
/// sentence begins with `fix`.
pub(crate) fn explain(names: &[String], fix: Option<&str>) -> String {
    // A terminal needs an alternative. No text is empty between backticks and yet a name, so this one says nothing.
    let names = if names.is_empty() { alternatives(&["-"]) } else { alternatives(names) };
    let start = match fix {
        Some(beginning) => {
            format!("sentence (\" \" sentence)? {} rest", alternatives(&[format!(" {beginning} ")]))
        }
        None => "sentence (\" \" sentence){0,2}".to_owned(),
    };
    EXPLAIN
        .replace("{{start}}", &start)
        .replace("{{compounds}}", &alternatives(COMPOUNDS))
        .replace("{{names}}", &names)
}

fn alternatives(strings: &[impl AsRef<str>]) -> String {
    // Strings of Lark are written as those of JSON.
    strings
        .iter()
        .map(|string| serde_json::Value::from(string.as_ref()).to_string())
        .collect::<Vec<_>>()
        .join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    use llguidance::api::TopLevelGrammar;
    use llguidance::toktrie::ApproximateTokEnv;
    use llguidance::{Matcher, ParserFactory};

    const NAMES: &[&str] =
        &["privileged-container", "spec.containers[0].securityContext", "say \"hi\" \\ bye", "true"];

    fn matcher(names: &[&str], fix: Option<&str>) -> Matcher {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        // One token a byte, so that a text can be given as it stands.
        let factory = ParserFactory::new_simple(&ApproximateTokEnv::single_byte_env()).unwrap();
        let matcher = Matcher::new(factory.create_parser(TopLevelGrammar::from_lark(explain(&names, fix))));
        assert_eq!(matcher.get_error(), None);
        matcher
    }

    /// Whether the grammar takes the whole text and may end there.
    fn accepts(names: &[&str], text: &str) -> bool {
        accepts_with_fix(names, None, text)
    }

    fn accepts_with_fix(names: &[&str], fix: Option<&str>, text: &str) -> bool {
        let mut matcher = matcher(names, fix);
        let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
        matcher.try_consume_tokens(&tokens).unwrap() == tokens.len() && matcher.is_accepting().unwrap()
    }

    #[test]
    fn it_accepts_sentences_with_known_names() {
        for text in [
            "This container can do all that the node can.",
            "The rule `privileged-container` isn't met. With `true` the container sees all PIDs, and more.",
            "`spec.containers[0].securityContext` gives too much, so a read-only and non-root setting is better.",
            "He would `say \"hi\" \\ bye` then: NET admin; done.",
        ] {
            assert!(accepts(NAMES, text), "{text}");
        }
    }

    #[test]
    fn it_rejects_names_that_do_not_exist_and_what_is_no_sentence() {
        for text in [
            "",
            "Bad.",
            "the first letter is small here.",
            "This sentence has no end",
            "The rule `host-network` is broken as well.",
            "The rule host-network is broken as well.",
            "The field hostNetwork is broken as well.",
            "The field spec.hostNetwork is broken as well.",
            "Add the capability NET_ADMIN to the list.",
            "Run it as user 1000 from now on.",
            "Use the flag --privileged from now on.",
            "See https://example.com for the whole story.",
            "This is `privileged-container.",
            "One two three four. \n One two three four.",
            "One two three four. One two three four. One two three four. One two three four.",
        ] {
            assert!(!accepts(NAMES, text), "{text}");
        }
    }

    #[test]
    fn with_a_fix_the_last_sentence_is_about_it() {
        let accepts = |text| accepts_with_fix(NAMES, Some("The fix removes"), text);
        assert!(accepts("This is not good. The fix removes `true`."));
        assert!(accepts("This is not good. It is bad indeed. The fix removes what is too much."));
        assert!(!accepts("This is not good."));
        assert!(!accepts("The fix removes `true`."));
        assert!(!accepts("This is not good. The fix removes `false`."));
    }

    #[test]
    fn without_names_it_still_takes_prose() {
        assert!(accepts(&[], "This container can do all that the node can."));
    }

    #[test]
    fn every_accepted_sentence_passes_the_check_as_well() {
        // The check must not drop what the grammar allows: then the model would be asked for nothing.
        let text =
            "The rule `privileged-container` isn't met, is it not. Fine-grained NET rules: none; and so on.";
        assert!(accepts(NAMES, &text.replace("Fine-grained", "The fine-grained")));
        let names: Vec<String> = NAMES.iter().map(|&name| name.to_owned()).collect();
        let mut filter = crate::sentences::SentenceFilter::new(&names);
        let mut shown = filter.push(text);
        shown.extend(filter.finish());
        assert_eq!(shown.join(" "), text);
    }

    #[test]
    fn names_are_escaped() {
        let grammar = explain(&[r#"say "hi" \ bye"#.to_owned()], None);
        assert!(grammar.contains(r#"NAME: "say \"hi\" \\ bye""#), "{grammar}");
    }

    #[test]
    fn no_placeholder_is_left() {
        for names in [vec![], vec!["a".to_owned(), "b".to_owned()]] {
            let grammar = explain(&names, Some("The fix sets"));
            let rules = grammar.lines().filter(|line| !line.starts_with("//"));
            assert!(!rules.collect::<String>().contains("{{"), "{grammar}");
        }
    }
}
