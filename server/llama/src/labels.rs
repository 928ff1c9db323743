//! The labels that a model was trained to give to lines, as its own file names them.
//!
//! A model file that can tag has, under the key [`LABELS_KEY`] of its metadata, a JSON text such as
//!
//! ```json
//! {"none": 4, "labels": [{"name": "suspicious-command", "token": 5, "threshold": 0.6, "scale": 1.3, "offset": -0.2}]}
//! ```
//!
//! Tokens are numbers in the model's vocabulary, used for nothing else. At the token that ends a line, a label's probability is
//! the logistic function of `scale * (logit(token) - logit(none)) + offset`; scale and offset calibrate it and may be left out.

use leastwise_model::protocol::FailureKind;
use llama_cpp_2::model::LlamaModel;
use serde::Deserialize;

use crate::Failure;

/// The key in the model file's metadata.
pub const LABELS_KEY: &str = "leastwise.labels";

/// The labels of a model.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// The token whose logit stands for "no label".
    pub none: u32,
    /// At least one.
    pub labels: Vec<Label>,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its token.
    pub token: u32,
    /// The least probability at which a line is said to have it.
    #[serde(default = "half")]
    pub threshold: f32,
    /// See the module.
    #[serde(default = "one")]
    pub scale: f32,
    /// See the module.
    #[serde(default)]
    pub offset: f32,
}

fn half() -> f32 {
    0.5
}

fn one() -> f32 {
    1.0
}

impl Label {
    /// The probability that belongs to a difference of logits.
    pub(crate) fn probability(&self, margin: f32) -> f32 {
        1.0 / (1.0 + (-(self.scale * margin + self.offset)).exp())
    }
}

/// The labels given instead of the model's own, or its own, or `None` if it was not trained to tag.
pub(crate) fn of(model: &LlamaModel, given: Option<&str>) -> Result<Option<Labels>, Failure> {
    // The only reason for an error is that there is no such key.
    let Some(text) = given.map(str::to_owned).or_else(|| model.meta_val_str(LABELS_KEY).ok()) else {
        return Ok(None);
    };
    parse(&text, model.n_vocab().unsigned_abs()).map(Some)
}

fn parse(text: &str, vocabulary: u32) -> Result<Labels, Failure> {
    let invalid =
        |what: String| Failure::new(FailureKind::ModelInvalid, format!("its `{LABELS_KEY}` {what}"));
    let labels: Labels =
        serde_json::from_str(text).map_err(|error| invalid(format!("cannot be read: {error}")))?;
    if labels.labels.is_empty() {
        return Err(invalid("has no label".to_owned()));
    }
    let mut tokens = labels.labels.iter().map(|label| label.token).chain([labels.none]);
    match tokens.find(|&token| token >= vocabulary) {
        Some(token) => Err(invalid(format!("names token {token}, but there are only {vocabulary}"))),
        None => Ok(labels),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let labels = parse(r#"{"none":4,"labels":[{"name":"a","token":5}]}"#, 6).unwrap();
        let expected = Label { name: "a".into(), token: 5, threshold: 0.5, scale: 1.0, offset: 0.0 };
        assert_eq!(labels, Labels { none: 4, labels: vec![expected] });
        assert_eq!(labels.labels[0].probability(0.0), 0.5);
    }

    #[test]
    fn calibration_moves_the_probability() {
        let label = Label { name: "a".into(), token: 5, threshold: 0.5, scale: 2.0, offset: -2.0 };
        assert_eq!(label.probability(1.0), 0.5);
        assert!(label.probability(10.0) > 0.999 && label.probability(-10.0) < 0.001);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, expected) in [
            (r#"{"none":4,"labels":[]}"#, "has no label"),
            (r#"{"none":4,"labels":[{"name":"a","token":6}]}"#, "names token 6"),
            (r#"{"none":6,"labels":[{"name":"a","token":5}]}"#, "names token 6"),
            ("[", "cannot be read"),
        ] {
            let failure = parse(text, 6).unwrap_err();
            assert_eq!(failure.kind, FailureKind::ModelInvalid);
            assert!(failure.message.contains(expected), "{failure}");
        }
    }
}
