//! Prose that names only what exists, for whoever asks a model for words beside what was computed.

use crate::sentences::SentenceFilter;

/// The sentences of an answer that are whole, name something and nothing but these names, with a space between them;
/// empty where none is. Plain words cannot be checked: they stay the model's.
#[must_use]
pub fn believed(answer: &str, names: &[String]) -> String {
    let mut filter = SentenceFilter::new(names);
    let mut sentences = filter.push(answer);
    sentences.extend(filter.finish());
    // What names nothing says nothing.
    sentences.retain(|sentence| sentence.contains('`'));
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::believed;

    #[test]
    fn a_sentence_with_a_name_that_nobody_knows_is_dropped() {
        let names = ["cart".to_owned()];
        let answer = "It is there because of the fact. It is there for `cart`. It opens `secrets` to all. Visit https://evil.example now. \u{1b}[31mDone.";
        assert_eq!(believed(answer, &names), "It is there for `cart`.");
    }
}
