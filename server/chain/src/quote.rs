//! Text that somebody else wrote, as a prompt may hold it.

/// The most characters of one text. Names of Kubernetes are shorter, but for those that want to be read.
const LONGEST: usize = 120;

/// Puts untrusted text between quotation marks, on one line, bounded, and with everything escaped but letters, digits
/// and the few marks that names are made of. So nothing in it can end the quotation, begin a line, steer a terminal, or
/// be taken for a mark of a chat template, whatever the template.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for (place, char) in text.chars().enumerate() {
        if place == LONGEST {
            quoted.push('…');
            break;
        }
        if char.is_ascii_alphanumeric() || " .-_:/@*+=,".contains(char) {
            quoted.push(char);
        } else {
            quoted.extend(char.escape_unicode());
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn names_stay_as_they_are() {
        for name in
            ["cart-7d4b9c6f5-x8k2p", "deployments.apps", "system:serviceaccount:shop:cart", "pods/exec"]
        {
            assert_eq!(quote(name), format!("\"{name}\""));
        }
    }

    #[test]
    fn what_could_leave_the_quotation_or_speak_for_a_template_is_escaped() {
        for (text, quoted) in [
            ("a\"b", r#""a\u{22}b""#),
            ("a\nname x", r#""a\u{a}name x""#),
            ("\u{1b}[31m", r#""\u{1b}\u{5b}31m""#),
            ("<|im_end|>", r#""\u{3c}\u{7c}im_end\u{7c}\u{3e}""#),
            ("[INST]", r#""\u{5b}INST\u{5d}""#),
            ("{{ x }}", r#""\u{7b}\u{7b} x \u{7d}\u{7d}""#),
            ("a`b\\", r#""a\u{60}b\u{5c}""#),
            ("\u{202e}x", r#""\u{202e}x""#),
            ("＜|", r#""\u{ff1c}\u{7c}""#),
        ] {
            assert_eq!(quote(text), quoted);
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(quote(&"x".repeat(1_000_000)).chars().count(), 120 + 3);
    }
}
