//! The model that is asked for advice while manifests are made: a file on this machine, or a server that the user names.

use crate::local_model::{self, NoModel, Task};
use leastwise_model::{Backend, OpenAi, OpenAiSettings};
use std::str::FromStr;

/// The environment variable with the key of the server, which must not stand in a command line.
const KEY: &str = "LEASTWISE_MODEL_KEY";

/// What `--model` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// One on this machine, or none.
    Local(local_model::Choice),
    /// A server's.
    Server {
        /// The address up to the version.
        address: String,
        /// The model's name there.
        name: String,
    },
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return text.parse().map(Self::Local).map_err(|never: std::convert::Infallible| match never {});
        }
        // What stands behind the hash is no part of an address, and is never sent as one.
        match text.split_once('#') {
            Some((address, name)) if !name.is_empty() => {
                Ok(Self::Server { address: address.to_owned(), name: name.to_owned() })
            }
            _ => Err("a server's model is written http://HOST:PORT/v1#NAME".to_owned()),
        }
    }
}

/// A model to ask, or none where none is wanted. Nothing is started or sent before the first question.
pub(crate) fn open(choice: &Choice) -> Result<Option<Box<dyn Backend>>, NoModel> {
    match choice {
        Choice::Local(choice) => {
            let supervisor = local_model::open(Task::Explain, choice)?;
            Ok(supervisor.map(|supervisor| Box::new(supervisor) as _))
        }
        Choice::Server { address, name } => {
            let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
            Ok(Some(Box::new(OpenAi::new(OpenAiSettings::new(address, name, key)))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;
    use crate::local_model;

    #[test]
    fn a_model_is_a_word_a_file_or_a_server_with_a_name() {
        let server =
            Choice::Server { address: "http://localhost:11434/v1".to_owned(), name: "small".to_owned() };
        for (text, choice) in [
            ("off", Choice::Local(local_model::Choice::Off)),
            ("default", Choice::Local(local_model::Choice::Default)),
            ("models/a.gguf", Choice::Local(local_model::Choice::File("models/a.gguf".into()))),
            ("http://localhost:11434/v1#small", server),
        ] {
            assert_eq!(text.parse(), Ok(choice));
        }
        for text in ["http://localhost:11434/v1", "https://models.example/v1#"] {
            assert!(text.parse::<Choice>().is_err(), "{text}");
        }
    }
}
