//! The labels that a model was trained to give to lines, as its own file says.
//!
//! A model file that can tag has four entries in its metadata. [`LABELS_KEY`] holds a JSON text such as
//!
//! ```json
//! {"labels": [{"name": "secret-in-plain-text", "threshold": 0.6, "scale": 1.3, "offset": -0.2}]}
//! ```
//!
//! in which all but the name may be left out, and [`ROWS_KEY`] for each of those labels one weight for each number of a state, and
//! then a bias. A label's probability is the logistic function of `scale * (weights · state + bias) + offset`, where the state is
//! what the model knows at the line feed that ends the line, after its last norm; scale and offset calibrate it. For one label
//! a list has a say as well, see [`likeness`].
//!
//! [`MEAN_KEY`] and [`WHITENING_KEY`], a vector and a matrix row by row, bring states into the space in which labels are taught
//! on the user's machine: `whitening · (state - mean)`.

use std::collections::HashSet;
use std::path::Path;

use leastwise_model::gguf::{Array, Header, Value};
use leastwise_model::likeness;
use leastwise_model::protocol::{FailureKind, Probe};
use serde::Deserialize;

use crate::Failure;
use crate::plane::Plane;

/// The key of the labels' names and calibration.
pub(crate) const LABELS_KEY: &str = "leastwise.labels";
/// The key of the labels' weights and biases.
const ROWS_KEY: &str = "leastwise.label_rows";
/// The key of the mean of the states that training saw.
const MEAN_KEY: &str = "leastwise.state_mean";
/// The key of the matrix that makes the states' numbers independent of each other.
const WHITENING_KEY: &str = "leastwise.state_whitening";

/// What a model can say of a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labels {
    /// At least one.
    pub(crate) labels: Vec<Label>,
    mean: Vec<f32>,
    /// Row by row.
    whitening: Vec<f32>,
}

/// One label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) name: String,
    /// The least probability at which a line is said to have it.
    pub(crate) threshold: f32,
    plane: Plane,
    scale: f32,
    offset: f32,
}

impl Label {
    /// The logarithm of the odds that a line has this label, of its state alone.
    pub(crate) fn log_odds(&self, state: &[f32]) -> f32 {
        self.scale * self.plane.height(state) + self.offset
    }

    /// The probability that a line has this label, of its state and of what is known of its text beside the model.
    pub(crate) fn probability(&self, state: &[f32], line: &str) -> f32 {
        let log_odds = self.log_odds(state);
        1.0 / (1.0 + (-log_odds - likeness::evidence(&self.name, line, log_odds)).exp())
    }
}

impl Labels {
    /// The label of this name.
    pub(crate) fn of_name(&self, name: &str) -> Result<&Label, Failure> {
        self.labels.iter().find(|label| label.name == name).ok_or_else(|| {
            Failure::new(FailureKind::NoLabels, format!("the model was not trained to see `{name}`"))
        })
    }

    /// A label that was taught on the user's machine, moved from the whitened states to the model's own.
    pub(crate) fn taught(&self, probe: &Probe) -> Result<Label, Failure> {
        let width = self.mean.len();
        if probe.weights.len() != width {
            let message = format!(
                "the taught label `{}` has {} weights and the model's states {width} numbers; it belongs to another model, so \
                 teach it again",
                probe.label,
                probe.weights.len()
            );
            return Err(Failure::new(FailureKind::NoLabels, message));
        }
        let mut weights = vec![0.0; width];
        for (weight, row) in probe.weights.iter().zip(self.whitening.chunks_exact(width)) {
            weights.iter_mut().zip(row).for_each(|(sum, number)| *sum += weight * number);
        }
        let mut plane = Plane { weights, bias: 0.0 };
        plane.bias = probe.bias - plane.height(&self.mean);
        Ok(Label { name: probe.label.clone(), threshold: probe.threshold, plane, scale: 1.0, offset: 0.0 })
    }
}

/// Reads the labels of a model file that has them; `width` is how many numbers a state has.
pub(crate) fn read(path: &Path, width: usize) -> Result<Labels, Failure> {
    let header =
        Header::open(path).map_err(|error| invalid(format!("its metadata cannot be read: {error}")))?;
    let numbers = |key: &str| match header.metadata.get(key) {
        Some(Value::Array(Array::F32(numbers))) => Ok(numbers.as_slice()),
        Some(_) => Err(invalid(format!("its `{key}` holds no 32-bit numbers"))),
        None => Err(invalid(format!("it has `{LABELS_KEY}` and no `{key}`"))),
    };
    match header.metadata.get(LABELS_KEY) {
        Some(Value::Text(text)) => {
            Labels::new(text, width, numbers(ROWS_KEY)?, numbers(MEAN_KEY)?, numbers(WHITENING_KEY)?)
        }
        _ => Err(invalid(format!("its `{LABELS_KEY}` is no text"))),
    }
}

fn invalid(what: String) -> Failure {
    Failure::new(FailureKind::ModelInvalid, what)
}

/// The text under [`LABELS_KEY`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    labels: Vec<DescribedLabel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedLabel {
    name: String,
    #[serde(default = "half")]
    threshold: f32,
    #[serde(default = "one")]
    scale: f32,
    #[serde(default)]
    offset: f32,
}

fn half() -> f32 {
    0.5
}

fn one() -> f32 {
    1.0
}

impl Labels {
    /// Of what stands in the metadata.
    fn new(text: &str, width: usize, rows: &[f32], mean: &[f32], whitening: &[f32]) -> Result<Self, Failure> {
        let described: Described = serde_json::from_str(text)
            .map_err(|error| invalid(format!("its `{LABELS_KEY}` cannot be read: {error}")))?;
        if described.labels.is_empty() {
            return Err(invalid(format!("its `{LABELS_KEY}` has no label")));
        }
        let count = described.labels.len();
        check(ROWS_KEY, rows, count.checked_mul(width + 1))?;
        check(MEAN_KEY, mean, Some(width))?;
        check(WHITENING_KEY, whitening, width.checked_mul(width))?;
        let mut names = HashSet::new();
        let mut labels = Vec::new();
        for (described, row) in described.labels.into_iter().zip(rows.chunks_exact(width + 1)) {
            let DescribedLabel { name, threshold, scale, offset } = described;
            if !names.insert(name.clone()) {
                return Err(invalid(format!("its `{LABELS_KEY}` names `{name}` twice")));
            }
            if ![threshold, scale, offset].iter().all(|number| number.is_finite()) {
                return Err(invalid(format!("its `{LABELS_KEY}` gives `{name}` a number without end")));
            }
            let plane = Plane { weights: row[..width].to_vec(), bias: row[width] };
            labels.push(Label { name, threshold, plane, scale, offset });
        }
        Ok(Self { labels, mean: mean.to_vec(), whitening: whitening.to_vec() })
    }
}

fn check(key: &str, numbers: &[f32], expected: Option<usize>) -> Result<(), Failure> {
    if expected != Some(numbers.len()) {
        let expected = expected.map_or("more".to_owned(), |expected| expected.to_string());
        return Err(invalid(format!("its `{key}` has {} numbers instead of {expected}", numbers.len())));
    }
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(()),
        false => Err(invalid(format!("its `{key}` holds what is no number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"labels":[{"name":"a"},{"name":"b","threshold":0.9,"scale":2.0,"offset":-2.0}]}"#;
    const ROWS: [f32; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.5];
    const MEAN: [f32; 2] = [1.0, 2.0];
    const WHITENING: [f32; 4] = [0.0, 3.0, 1.0, 0.0];

    fn two() -> Labels {
        Labels::new(TWO, 2, &ROWS, &MEAN, &WHITENING).unwrap()
    }

    #[test]
    fn rows_bias_and_calibration_make_the_probability() {
        let Labels { labels, .. } = two();
        assert_eq!([labels[0].threshold, labels[1].threshold], [0.5, 0.9], "left out, and given");
        // 3 of the first number; the half of the second, the bias, then scale and offset.
        assert_eq!([labels[0].log_odds(&[3.0, 0.5]), labels[1].log_odds(&[3.0, 0.5])], [3.0, 0.0]);
        assert_eq!(labels[1].probability(&[3.0, 0.5], ""), 0.5);
        assert!(
            labels[0].probability(&[10.0, 0.0], "") > 0.999
                && labels[0].probability(&[-10.0, 0.0], "") < 0.001
        );
    }

    #[test]
    fn the_list_of_known_images_speaks_beside_the_model() {
        let text = format!(r#"{{"labels":[{{"name":"{}"}}]}}"#, likeness::LABEL);
        let labels = Labels::new(&text, 2, &ROWS[..3], &MEAN, &WHITENING).unwrap().labels;
        // To the state alone it is as likely as not.
        let probability = |line| labels[0].probability(&[0.0, 0.0], line);
        assert!(probability("image: ngnix:1.27") > 0.9 && probability("image: nginx:1.27") < 0.3);
    }

    #[test]
    fn a_taught_label_stands_in_the_whitened_space() {
        let probe = Probe { label: "ours".into(), weights: vec![0.5, -1.0], bias: 0.25, threshold: 0.7 };
        let taught = two().taught(&probe).unwrap();
        let state = [4.0, 6.0];
        // What the matrix makes of the state less the mean, written out.
        let whitened = [3.0 * (6.0 - 2.0), 4.0 - 1.0];
        let expected = 0.5 * whitened[0] - whitened[1] + 0.25;
        assert_eq!(taught.log_odds(&state), expected);
        assert_eq!((taught.name.as_str(), taught.threshold), ("ours", 0.7));
    }

    #[test]
    fn a_taught_label_of_another_model_is_refused() {
        let probe = Probe { label: "ours".into(), weights: vec![0.5; 3], bias: 0.0, threshold: 0.7 };
        let failure = two().taught(&probe).unwrap_err();
        assert!(failure.message.contains("`ours` has 3 weights"), "{failure}");
        assert!(two().of_name("a").is_ok() && two().of_name("c").is_err());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let one = r#"{"labels":[{"name":"a"}]}"#;
        let refusal = |text: &str, rows: &[f32], mean: &[f32], whitening: &[f32]| {
            let failure = Labels::new(text, 2, rows, mean, whitening).unwrap_err();
            assert_eq!(failure.kind, FailureKind::ModelInvalid);
            failure.message
        };
        let (row, mean, whitening) = (&ROWS[..3], &MEAN, &WHITENING);
        for (text, expected) in [
            (r#"{"labels":[]}"#, "has no label"),
            ("[", "cannot be read"),
            (r#"{"none":4,"labels":[{"name":"a","token":5}]}"#, "cannot be read"),
            (r#"{"labels":[{"name":"a","scale":1e300}]}"#, "without end"),
        ] {
            let said = refusal(text, row, mean, whitening);
            assert!(said.contains(expected), "{said}");
        }
        let twice = r#"{"labels":[{"name":"a"},{"name":"a"}]}"#;
        assert!(refusal(twice, &ROWS, mean, whitening).contains("names `a` twice"));
        assert!(refusal(one, &ROWS, mean, whitening).contains("has 6 numbers instead of 3"));
        assert!(refusal(one, row, &[0.0], whitening).contains("`leastwise.state_mean` has 1"));
        assert!(refusal(one, row, mean, &[0.0; 5]).contains("`leastwise.state_whitening` has 5"));
        assert!(refusal(one, &[1.0, f32::NAN, 0.0], mean, whitening).contains("no number"));
    }
}
